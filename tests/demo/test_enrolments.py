"""The fees of the demo's clients: earned by a settlement that was paid, taken out of what was saved, and no cent beyond."""

import pytest
from sqlalchemy import select

from app.billing.models import Invoice
from app.core.work import unit
from app.demo import enrolments
from app.demo.virtual import Past, quiet
from app.programs.models import Debt
from app.programs.service import trust
from tests.contacting import AFTERNOON, at, rows
from tests.programs.making import a_program

pytestmark = pytest.mark.anyio


async def invoices(cast):
    return await rows(cast, "harbor", select(Invoice).order_by(Invoice.number))


async def held(cast, program):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        return await trust.saved(work, program.contact_id)


async def test_a_fee_is_taken_once_the_debt_is_settled_and_only_from_what_was_saved(cast):
    harbor = cast.tenants["harbor"]
    with at(AFTERNOON):
        program = await a_program(harbor)
    debts = await rows(cast, "harbor", select(Debt).where(Debt.program_id == program.id).order_by(Debt.position))
    async with quiet():
        past = Past(harbor, AFTERNOON)
        await past.until(AFTERNOON)
        assert await invoices(cast) == []
        await enrolments._settle(past, AFTERNOON, debts[0])
        (bill,) = await invoices(cast)
        assert (bill.state, bill.total_amount) == ("open", debts[0].enrolled_amount // 4)
        before = await held(cast, program)
        await enrolments._take_fee(past, AFTERNOON, debts[0])
        (bill,) = await invoices(cast)
        assert (bill.state, bill.paid_amount) == ("paid", bill.total_amount)
        assert await held(cast, program) == before - bill.total_amount >= 0

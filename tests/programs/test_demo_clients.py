"""What the demo makes of its programs goes the way of the product's own rules."""

from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.core import clock
from app.core.work import SYSTEM, unit
from app.demo.enrolments import clients, live_on
from app.messages.models import Message
from app.programs.models import Deposit, Program, TrustAccount
from tests.programs.making import a_program

pytestmark = pytest.mark.anyio


class Past:
    """The demo's past without its agenda."""

    def __init__(self, tenant):
        self.tenant = tenant

    @asynccontextmanager
    async def do(self, moment, actor=SYSTEM):
        with clock.held_at(moment):
            async with unit(actor, tenant=self.tenant) as work:
                yield work


async def test_the_demos_clients_stand_where_its_story_says(cast):
    harbor = cast.tenants["harbor"]
    for name in ("Alma", "Peter", "Sylvia", "Noor", "Omar", "Ruth", "Hugo", "June"):
        await a_program(harbor, first=name)
    async with unit(tenant=harbor) as work:
        await work.execute(update(Deposit).values(due_on=Deposit.due_on - timedelta(days=75)))
        await work.execute(update(Program).values(enrolled_at=Program.enrolled_at - timedelta(days=75)))
    past = Past(harbor)
    await live_on(past, clock.now())
    people = await clients(past, clock.now())
    async with unit(tenant=harbor) as work:
        rows = list(await work.scalars(select(Program).order_by(Program.number)))
        saved = list(await work.scalars(select(TrustAccount.saved)))
        asked = list(await work.scalars(select(Deposit.program_id).where(Deposit.request.is_not(None))))
        cleared = list(await work.scalars(select(Deposit.cleared_at).where(Deposit.state == "cleared")))
        said = list(await work.scalars(select(Message.direction).where(Message.channel == "portal")))
    assert [row.state for row in rows] == ["active", "completed", *["active"] * 4, "cancelled", "active"]
    assert len(saved) == 8 and min(saved) >= 0 and rows[6].refund_amount > 0
    assert asked == [rows[3].id] and len(people) == 4 and sorted(said) == ["in", "out"]
    assert min(cleared) < clock.now() - timedelta(days=30)  # on their own days, not all at once

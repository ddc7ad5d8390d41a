"""The gate with its memory: reserving, refusing, rechecking, two at the same moment."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.compliance import service as compliance
from app.compliance.models.tables import Attempt, RefusedContact
from app.compliance.service import Contacting, Gated
from app.core.errors import NotFound
from app.core.events import Event
from app.core.work import unit
from app.leads.models import Lead
from tests.contacting import AFTERNOON, a_lead, acting, at, rows
from themes import catalogue
from themes.view import speaking

pytestmark = pytest.mark.anyio


async def ask(cast: Any, lead: Lead, channel: str = "call", **more: Any) -> Gated:
    async with acting(cast, "harbor") as work:
        return await compliance.gate(
            work, Contacting(contact_id=lead.contact_id, channel=channel, lead_id=lead.id, **more)
        )


async def test_three_calls_are_allowed_in_florida_and_the_fourth_says_when(cast: Any) -> None:
    with at() as now:
        lead = await a_lead(cast)
        said = [await ask(cast, lead) for _ in range(4)]
    assert [each.allowed for each in said] == [True, True, True, False]
    assert said[0].verdict.sentence == "OK until 8:00 pm Eastern · 0 of 3 in 24 h"
    assert said[3].verdict.refusals[0].code == "too_many"
    assert said[3].verdict.next_lawful_at == now + timedelta(days=1)


async def test_however_many_ask_at_once_exactly_three_are_let_through(cast: Any) -> None:
    with at():
        lead = await a_lead(cast)
        said = await asyncio.gather(*(ask(cast, lead) for _ in range(8)))
    assert sum(each.allowed for each in said) == 3
    assert len(await rows(cast, "harbor", select(Attempt).where(Attempt.contact_id == lead.contact_id))) == 3


async def test_whoever_shares_the_number_shares_the_count(cast: Any) -> None:
    with at():
        first, twin = await a_lead(cast), await a_lead(cast, first_name="Dan", email="dan@example.net")
        other = await a_lead(cast, phone="+17275550150", email="eva@example.net")
        for lead in (first, twin, first):
            assert (await ask(cast, lead)).allowed
        assert not (await ask(cast, twin)).allowed
        assert (await ask(cast, other)).allowed


async def test_a_void_attempt_gives_its_place_back(cast: Any) -> None:
    with at():
        lead = await a_lead(cast)
        said = [await ask(cast, lead) for _ in range(3)]
        assert not (await ask(cast, lead)).allowed
        async with acting(cast, "harbor") as work:
            await compliance.void(work, said[0].attempt_id)
        assert (await ask(cast, lead)).allowed


async def test_a_refusal_is_written_down_with_its_rule_and_an_event(cast: Any) -> None:
    with at(datetime(2026, 3, 11, 0, 30, tzinfo=UTC)):
        lead = await a_lead(cast)
        said = await ask(cast, lead)
    (row,) = await rows(cast, "harbor", select(RefusedContact).where(RefusedContact.contact_id == lead.contact_id))
    assert (row.id, row.code, row.rule_id, row.by_name) == (
        said.refusal_id,
        "quiet_hours",
        "fl.hours",
        "Luis Ortega",
    )
    assert row.source.startswith("Fla. Stat. 501.616")
    (event,) = await rows(cast, "harbor", select(Event).where(Event.kind == "compliance.refused"))
    assert (event.entity, event.entity_id, event.payload["rule"]) == ("lead", lead.id, "fl.hours")


async def test_a_verdict_is_shown_in_the_readers_language_and_written_down_in_one(cast: Any, monkeypatch: Any) -> None:
    spanish = {
        "OK until %(time)s": "Permitido hasta las %(time)s",
        "Not now: %(reason)s Next: %(time)s.": "Ahora no: %(time)s",
    }
    monkeypatch.setattr(catalogue, "texts", lambda language: spanish if language == "es" else {})
    with at(), speaking("es_US"):
        lead = await a_lead(cast)
        async with acting(cast, "harbor") as work:
            shown = await compliance.verdict(work, lead.contact_id, "call")
        assert "Permitido hasta las 8:00" in shown.sentence and "pm Eastern" not in shown.sentence
        said = [await ask(cast, lead) for _ in range(4)]
        async with acting(cast, "harbor") as work:
            assert (await compliance.verdict(work, lead.contact_id, "call")).sentence.startswith("Ahora no: ")
    kept = await rows(
        cast, "harbor", select(RefusedContact.sentence).where(RefusedContact.contact_id == lead.contact_id)
    )
    assert list(kept) == [said[3].verdict.sentence] and kept[0].startswith("Not now: Florida allows 3 calls")


async def test_showing_a_verdict_reserves_and_writes_nothing(cast: Any) -> None:
    with at():
        lead = await a_lead(cast)
        for _ in range(5):
            async with acting(cast, "harbor") as work:
                assert (await compliance.verdict(work, lead.contact_id, "call")).allowed
    counted = select(func.count()).select_from(Attempt)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert await work.scalar(counted) == 0


async def test_asked_again_before_leaving_a_no_meanwhile_counts_and_frees_the_place(cast: Any) -> None:
    with at():
        lead = await a_lead(cast)
        said = await ask(cast, lead)
        async with acting(cast, "harbor") as work:
            assert (await compliance.recheck(work, said.attempt_id)).allowed
        async with acting(cast, "harbor") as work:
            await compliance.opt_out(work, contact_id=lead.contact_id, channel="call", words="no more calls")
        async with acting(cast, "harbor") as work:
            again = await compliance.recheck(work, said.attempt_id)
    assert again.verdict.refusals[0].code == "opted_out"
    (attempt,) = await rows(cast, "harbor", select(Attempt).where(Attempt.id == said.attempt_id))
    assert attempt.void_at is not None


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        (datetime(2026, 3, 10, 11, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 10, 12, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 10, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 11, 0, 0, tzinfo=UTC), False),
    ],
)
async def test_a_states_hours_hold_to_the_second(cast: Any, moment: datetime, allowed: bool) -> None:
    with at(moment):
        lead = await a_lead(cast)
        assert (await ask(cast, lead)).allowed is allowed


async def test_a_written_consent_comes_from_the_person_a_noted_one_does_not_do_for_machines(
    cast: Any,
) -> None:
    with at():
        signed, told = (
            await a_lead(cast),
            await a_lead(cast, consent="express", phone="+17275550151", email="e@example.net"),
        )
        assert (await ask(cast, signed, automated=True)).allowed
        assert (await ask(cast, told, automated=True)).verdict.refusals[0].code == "no_consent"


async def test_a_corrected_rule_binds_from_its_date(cast: Any) -> None:
    with at():
        lead = await a_lead(cast)
        async with acting(cast, "harbor", "ada") as work:
            await compliance.correct(
                work,
                "fl.count",
                {"count": 1},
                source="Counsel's letter of 1 March",
                effective=AFTERNOON.date(),
            )
        assert (await ask(cast, lead)).allowed
        assert not (await ask(cast, lead)).allowed


async def test_nobody_can_be_asked_about_who_is_not_there(cast: Any) -> None:
    from uuid import uuid4

    async with acting(cast, "harbor") as work:
        with pytest.raises(NotFound):
            await compliance.verdict(work, uuid4(), "call")


async def test_one_tenants_no_is_not_anothers(cast: Any) -> None:
    with at():
        here, there = await a_lead(cast), await a_lead(cast, "summit")
        async with acting(cast, "harbor") as work:
            await compliance.opt_out(work, contact_id=here.contact_id, phone="+17275550142", words="stop")
        assert not (await ask(cast, here)).allowed
        async with acting(cast, "summit") as work:
            assert (await compliance.verdict(work, there.contact_id, "call")).allowed

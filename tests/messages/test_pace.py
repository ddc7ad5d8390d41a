"""Texts an hour, to one block of numbers and in all: an attack on a range stops early, and everybody else is not in its
way (T51).
"""

from datetime import date, timedelta
from typing import Any

import pytest

from app.core.work import unit
from app.messages.models import Message
from app.messages.service import pace
from tests.contacting import AFTERNOON, a_lead, at, leave, simulator
from tests.messages.test_sending import write

pytestmark = pytest.mark.anyio
MINUTE = timedelta(minutes=1)
LIMITS = "/admin/sender/pace"


async def text(cast: Any, phone: str, **wanted: Any) -> Message:
    lead = await a_lead(cast, "summit", phone=phone, email=None)
    return await write(cast, "summit", lead, "sms", purpose="transactional", **wanted)


async def test_a_range_of_numbers_gets_twenty_texts_an_hour_and_no_more(cast: Any) -> None:
    with at(), simulator(cast.runtime) as peer:
        states = [(await text(cast, f"+172755501{number}")).state for number in range(10, 35)]
        assert states == ["queued"] * 20 + ["refused"] * 5
        last = await text(cast, "+17275550199")
        assert last.refused_code == "too_fast" and last.next_lawful_at == AFTERNOON + 60 * MINUTE
        assert "20 texts went to numbers like this one within an hour" in last.refused_why
        assert (await text(cast, "+18135550110")).state == "queued"  # elsewhere
        assert (await text(cast, "+17275551110")).state == "queued"  # the next block
        assert (await text(cast, "+17275550198", confirms_opt_out=True)).state == "queued"  # a duty
        await leave(cast, "summit")
        assert len(peer.sms()) == 23
    with at(AFTERNOON + 60 * MINUTE):
        assert (await text(cast, "+17275550197")).state == "queued"


async def test_a_refused_text_takes_no_place(cast: Any) -> None:
    with at():
        ada = await cast.browser("summit", "ada")
        form = {"block": "2", "hour": "500", "since": AFTERNOON.date().isoformat()}
        assert (await ada.post(LIMITS, form)).status_code == 303
        assert [(await text(cast, f"+1727555011{n}")).state for n in range(4)] == ["queued"] * 2 + ["refused"] * 2
    with at(AFTERNOON + 30 * MINUTE):
        assert (await text(cast, "+17275550115")).state == "refused"
    with at(AFTERNOON + 60 * MINUTE):
        assert [(await text(cast, f"+1727555012{n}")).state for n in range(3)] == ["queued"] * 2 + ["refused"]


async def test_the_whole_tenant_has_an_hourly_limit_from_the_day_that_was_chosen(cast: Any) -> None:
    with at():
        ada, luis = await cast.browser("summit", "ada"), await cast.browser("summit", "luis")
        tomorrow = (AFTERNOON + timedelta(days=1)).date().isoformat()
        form = {"block": "20", "hour": "3", "since": tomorrow}
        assert (await luis.post(LIMITS, form)).status_code == 404
        assert (await ada.post(LIMITS, form)).status_code == 303
        assert tomorrow[-2:] in (await ada.get("/admin/sender/health")).text
        numbers = [f"+1{area}5550110" for area in (201, 202, 203, 205, 206)]
        assert {(await text(cast, number)).state for number in numbers} == {"queued"}
    with at(AFTERNOON + timedelta(days=1)):
        numbers = [f"+1{area}5550111" for area in (201, 202, 203, 205)]
        found = [await text(cast, number) for number in numbers]
        assert [each.state for each in found] == ["queued"] * 3 + ["refused"]
        assert "3 texts left within an hour" in found[-1].refused_why


@pytest.mark.parametrize(
    "form, says",
    [
        ({"block": "0", "hour": "5", "since": "2026-03-10"}, "Enter 1 to 100,000."),
        ({"block": "5", "hour": "many", "since": "2026-03-10"}, "Enter a whole number."),
        ({"block": "5", "hour": "5", "since": "2026-03-09"}, "Choose today or a later day."),
        ({"block": "5", "hour": "5", "since": "soon"}, "Choose a day."),
    ],
)
async def test_limits_that_make_no_sense_are_refused_with_what_was_typed(
    cast: Any, form: dict[str, str], says: str
) -> None:
    with at():
        ada = await cast.browser("summit", "ada")
        refused = await ada.post(LIMITS, form)
        assert refused.status_code == 422 and says in refused.text
        async with unit(tenant=cast.tenants["summit"]) as work:
            assert await pace.pace_now(work) == pace.Pace(since=date(2026, 1, 1))

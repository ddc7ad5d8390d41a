"""Calling through the pages: the gate's edge, the carrier's reports, outcomes and taking them back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.calls.models import Call
from app.compliance.models.tables import ListEntry, RefusedContact
from app.core.events import Event
from app.leads.models import Lead, Stage
from app.tasks.models import Task
from tests.contacting import AFTERNOON, a_lead, at, leave, one, report, rows, simulator

pytestmark = pytest.mark.anyio


async def the_call(cast: Any, slug: str, lead: Lead) -> Call:
    return (
        await rows(cast, slug, select(Call).where(Call.lead_id == lead.id).order_by(Call.at.desc(), Call.id.desc()))
    )[0]


async def stage_of(cast: Any, slug: str, lead: Lead) -> str:
    row = await one(cast, slug, Lead, lead.id)
    return (await one(cast, slug, Stage, row.stage_id)).name


async def said(cast: Any, slug: str, call: Call, *statuses: str, **more: Any) -> None:
    """The carrier reports these, one after the other."""
    for status in statuses:
        data = {"id": call.provider_id, "status": status, **more}
        answer = await report(cast, slug, "call.status", f"{call.provider_id}:{status}", data, f"/call/{call.id}")
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        (datetime(2026, 3, 10, 11, 59, 59, tzinfo=UTC), 409),
        (datetime(2026, 3, 10, 12, 0, tzinfo=UTC), 303),
        (datetime(2026, 3, 10, 23, 59, 59, tzinfo=UTC), 303),
        (datetime(2026, 3, 11, 0, 0, tzinfo=UTC), 409),
    ],
)
async def test_floridas_day_begins_at_eight_and_ends_at_eight(cast: Any, moment: datetime, status: int) -> None:
    browser = await cast.browser("harbor", "luis")
    with at(moment):
        lead = await a_lead(cast)
        answer = await browser.post(f"/agent/leads/{lead.id}/calls")
    assert answer.status_code == status
    if status == 409:
        assert "Florida allows calls from 8:00 am to 8:00 pm" in answer.text and "Fla. Stat. 501.616" in answer.text
        assert len(await rows(cast, "harbor", select(RefusedContact))) == 1


async def test_the_button_says_until_when_and_how_often(cast: Any) -> None:
    browser = await cast.browser("harbor", "luis")
    with at():
        lead = await a_lead(cast)
        shown = await browser.get(f"/agent/leads/{lead.id}/call-button", headers={"HX-Request": "true"})
    assert "Call Dana, (727) 555-0142" in shown.text and "OK until 8:00 pm Eastern · 0 of 3 in 24 h" in shown.text


async def test_a_call_rings_is_answered_and_ends_with_a_callback_that_can_be_undone(cast: Any) -> None:
    browser = await cast.browser("harbor", "luis")
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast)
        assert (await browser.post(f"/agent/leads/{lead.id}/calls")).status_code == 303
        await leave(cast)
        assert len(peer.calls("+17275550142")) == 1
        call = await the_call(cast, "harbor", lead)
        await said(cast, "harbor", call, "ringing", "answered", answered_by="human")
        assert (await one(cast, "harbor", Call, call.id)).state == "answered"
        assert (await one(cast, "harbor", Lead, lead.id)).first_contact_at == AFTERNOON
        await said(cast, "harbor", call, "completed", answered_by="human", seconds=61)
        form = {
            "outcome": "callback",
            "notes": "Ask for the letters",
            "callback_at": "2026-03-11T16:00",
            "then": "next",
        }
        done = await browser.post(f"/agent/calls/{call.id}/outcome", form)
        assert (done.status_code, done.headers["location"]) == (303, "/agent")
        assert await stage_of(cast, "harbor", lead) == "contacted"
        (task,) = await rows(cast, "harbor", select(Task).where(Task.entity_id == lead.id))
        assert (task.kind, task.due_at) == ("call", datetime(2026, 3, 11, 20, 0, tzinfo=UTC))
        assert (await browser.post(f"/agent/calls/{call.id}/undo")).status_code == 303
        assert await stage_of(cast, "harbor", lead) == "new"
        assert await rows(cast, "harbor", select(Task).where(Task.entity_id == lead.id)) == []
        row = await one(cast, "harbor", Call, call.id)
    assert (row.outcome, row.seconds, row.state) == (None, 61, "completed")
    kinds = await rows(cast, "harbor", select(Event.kind).where(Event.kind.like("call.%")).order_by(Event.id))
    assert kinds == ["call.placed", "call.answered", "call.ended", "call.outcome", "call.outcome_undone"]


async def test_after_half_a_minute_an_outcome_stays(cast: Any) -> None:
    browser, other = await cast.browser("harbor", "luis"), await cast.browser("harbor", "maria")
    with at():
        lead = await a_lead(cast)
        await browser.post(f"/agent/leads/{lead.id}/calls")
        call = await the_call(cast, "harbor", lead)
        await browser.post(f"/agent/calls/{call.id}/outcome", {"outcome": "no_answer"})
        assert (await other.post(f"/agent/calls/{call.id}/undo")).status_code == 404
    with at(AFTERNOON + timedelta(minutes=1)):
        assert (await browser.post(f"/agent/calls/{call.id}/undo")).status_code == 404
    assert (await one(cast, "harbor", Call, call.id)).outcome == "no_answer"


async def test_an_outcome_that_demands_fields_asks_for_them_and_loses_nothing(cast: Any) -> None:
    browser = await cast.browser("harbor", "luis")
    with at():
        lead = await a_lead(cast)
        await browser.post(f"/agent/leads/{lead.id}/calls")
        call = await the_call(cast, "harbor", lead)
        form = {"outcome": "enrolled", "notes": "Signed on the phone"}
        asked = await browser.post(f"/agent/calls/{call.id}/outcome", form)
        assert (
            asked.status_code == 422 and "Signed on the phone" in asked.text and 'name="monthly_income"' in asked.text
        )
        assert await stage_of(cast, "harbor", lead) == "new"
        done = await browser.post(
            f"/agent/calls/{call.id}/outcome", {**form, "total_debt": "30,000", "monthly_income": "4200"}
        )
        assert done.status_code == 303
    assert await stage_of(cast, "harbor", lead) == "enrolled"


async def test_do_not_call_ends_every_contact_in_the_same_moment(cast: Any) -> None:
    browser = await cast.browser("harbor", "luis")
    with at():
        lead = await a_lead(cast)
        await browser.post(f"/agent/leads/{lead.id}/calls")
        call = await the_call(cast, "harbor", lead)
        assert (await browser.post(f"/agent/calls/{call.id}/outcome", {"outcome": "do_not_call"})).status_code == 303
        refused = await browser.post(f"/agent/leads/{lead.id}/calls")
        assert refused.status_code == 409
        assert {entry.list for entry in await rows(cast, "harbor", select(ListEntry))} == {
            "internal",
            "opt_out",
        }
        await browser.post(f"/agent/calls/{call.id}/undo")
        assert all(entry.lifted_at for entry in await rows(cast, "harbor", select(ListEntry)))


async def test_three_calls_and_the_fourth_names_the_next_lawful_minute(cast: Any) -> None:
    browser = await cast.browser("harbor", "luis")
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast)
        for _ in range(3):
            assert (await browser.post(f"/agent/leads/{lead.id}/calls")).status_code == 303
            await leave(cast)
            call = await the_call(cast, "harbor", lead)
            await browser.post(f"/agent/calls/{call.id}/outcome", {"outcome": "no_answer"})
        fourth = await browser.post(f"/agent/leads/{lead.id}/calls")
        assert fourth.status_code == 409 and "Dana has had 3" in fourth.text
        assert (await browser.post(f"/agent/leads/{lead.id}/calls/remind")).status_code == 303
    reminders = await rows(
        cast, "harbor", select(Task).where(Task.entity_id == lead.id, Task.title == "Call Dana Reyes")
    )
    assert [task.due_at for task in reminders] == [AFTERNOON + timedelta(days=1)]


async def test_pressing_twice_is_one_call_and_a_second_line_is_refused(cast: Any) -> None:
    browser = await cast.browser("harbor", "luis")
    with at():
        lead, other = await a_lead(cast), await a_lead(cast, phone="+17275550170", email="x@example.net")
        for _ in range(2):
            assert (await browser.post(f"/agent/leads/{lead.id}/calls")).status_code == 303
        assert len(await rows(cast, "harbor", select(Call).where(Call.lead_id == lead.id))) == 1
        assert (await browser.post(f"/agent/leads/{other.id}/calls")).status_code == 409


async def test_reports_out_of_order_never_bring_a_call_back(cast: Any) -> None:
    browser = await cast.browser("harbor", "luis")
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast)
        await browser.post(f"/agent/leads/{lead.id}/calls")
        await leave(cast)
        call = await the_call(cast, "harbor", lead)
        await said(cast, "harbor", call, "no_answer", "ringing", "answered")
        assert (await one(cast, "harbor", Call, call.id)).state == "no_answer"


async def test_a_machine_that_answers_is_voicemail(cast: Any) -> None:
    browser = await cast.browser("harbor", "luis")
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast)
        await browser.post(f"/agent/leads/{lead.id}/calls")
        await leave(cast)
        call = await the_call(cast, "harbor", lead)
        await said(cast, "harbor", call, "answered", "completed", answered_by="machine", seconds=20)
        assert (await one(cast, "harbor", Call, call.id)).state == "voicemail"
        bar = await browser.get(f"/agent/leads/{lead.id}/call-bar", headers={"HX-Request": "true"})
    assert 'value="voicemail" checked' in bar.text


async def test_whoever_calls_us_and_is_not_answered_is_missed_until_called_back(cast: Any) -> None:
    from app.messages.service import outside
    from tests.contacting import acting

    browser = await cast.browser("harbor", "luis")
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast)
        async with acting(cast, "harbor") as work:
            ours = await outside.own_number(work)
        await report(cast, "harbor", "call.inbound", "in:1", {"id": "in", "from_": "+17275550142", "to": ours})
        await report(cast, "harbor", "call.status", "in:2", {"id": "in", "status": "no_answer"})
        assert "Dana Reyes" in (await browser.get("/agent/calls?missed=1")).text
        assert await rows(cast, "harbor", select(Event.kind).where(Event.kind == "call.missed")) == ["call.missed"]
        await browser.post(f"/agent/leads/{lead.id}/calls")
        assert "Dana Reyes" not in (await browser.get("/agent/calls?missed=1")).text


async def test_a_call_made_elsewhere_is_written_down_and_counts(cast: Any) -> None:
    browser = await cast.browser("harbor", "luis")
    with at():
        lead = await a_lead(cast)
        form = {"outcome": "other", "notes": "Spoke at the counter", "minutes": "5"}
        assert (await browser.post(f"/agent/leads/{lead.id}/calls/log", form)).status_code == 303
        assert (await browser.post(f"/agent/leads/{lead.id}/calls/log", {"outcome": ""})).status_code == 422
        shown = await browser.get(f"/agent/leads/{lead.id}/call-button", headers={"HX-Request": "true"})
    assert "1 of 3 in 24 h" in shown.text


async def test_a_lead_out_of_reach_cannot_be_called(cast: Any) -> None:
    maria, luis = await cast.browser("harbor", "maria"), await cast.browser("harbor", "luis")
    with at():
        lead = await a_lead(cast, owner="luis")
        assert (await maria.post(f"/agent/leads/{lead.id}/calls")).status_code == 404
        assert (await luis.post(f"/agent/leads/{lead.id}/calls")).status_code == 303


async def test_a_lost_lead_is_called_no_more_until_the_loss_is_taken_back(cast: Any) -> None:
    browser = await cast.browser("harbor", "luis")
    with at():
        lead = await a_lead(cast)
        for kind in ("call", "task"):
            form = {"title": kind, "kind": kind, "due_at": "2026-03-12T10:00"}
            await browser.post(f"/agent/leads/{lead.id}/tasks", form)
        await browser.post(f"/agent/leads/{lead.id}/calls")
        call = await the_call(cast, "harbor", lead)
        await browser.post(f"/agent/calls/{call.id}/outcome", {"outcome": "not_interested"})
        still = select(Task.title).where(Task.entity_id == lead.id, Task.done_at.is_(None)).order_by(Task.title)
        assert await rows(cast, "harbor", still) == ["task"]
        await browser.post(f"/agent/calls/{call.id}/undo")
        assert await rows(cast, "harbor", still) == ["call", "task"]


async def test_the_time_that_the_form_proposes_counts_only_where_the_outcome_asks_for_it(cast: Any) -> None:
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast)
        browser = await cast.browser("harbor", "luis")
        await browser.post(f"/agent/leads/{lead.id}/calls")
        call = await the_call(cast, "harbor", lead)
        form = {"outcome": "not_eligible", "callback_at": "2026-03-10T16:30", "next": "queue"}
        assert (await browser.post(f"/agent/calls/{call.id}/outcome", form)).status_code == 303
        assert await rows(cast, "harbor", select(Task)) == []
        undone = await browser.post(f"/agent/calls/{call.id}/undo?in=queue")
        assert undone.headers["location"] == f"/agent?lead={lead.id}"
        assert (await the_call(cast, "harbor", lead)).outcome is None


async def test_a_loss_with_a_call_promised_in_the_same_breath_is_taken_back_whole(cast: Any) -> None:
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast)
        browser = await cast.browser("harbor", "luis")
        form = {"outcome": "not_eligible", "callback_at": "2026-03-10T16:30"}
        assert (await browser.post(f"/agent/leads/{lead.id}/calls/log", form)).status_code == 303
        call = await the_call(cast, "harbor", lead)
        assert len(await rows(cast, "harbor", select(Task))) == 1
        assert (await browser.post(f"/agent/calls/{call.id}/undo")).status_code == 303
        assert await rows(cast, "harbor", select(Task)) == []


async def test_a_call_written_down_asks_for_what_the_stage_wants_by_its_label(cast: Any) -> None:
    with at():
        lead = await a_lead(cast)
        browser = await cast.browser("harbor", "luis")
        asked = await browser.post(f"/agent/leads/{lead.id}/calls/log", {"outcome": "enrolled"})
        assert asked.status_code == 422 and 'for="field-total_debt">Total debt' in asked.text
        given = {"outcome": "enrolled", "total_debt": "30,000", "monthly_income": "4200"}
        assert (await browser.post(f"/agent/leads/{lead.id}/calls/log", given)).status_code == 303


async def test_a_further_try_takes_the_place_of_the_one_before_and_gives_it_back(cast: Any) -> None:
    log, waits = "/agent/leads/{}/calls/log", select(Task).where(Task.done_at.is_(None)).order_by(Task.due_at)
    with at() as now:
        lead = await a_lead(cast)
        browser = await cast.browser("harbor", "luis")
        promise = {"outcome": "callback", "callback_at": "2026-03-12T16:30", "minutes": "1"}
        assert (await browser.post(log.format(lead.id), promise)).status_code == 303
        for _ in range(2):
            assert (await browser.post(log.format(lead.id), {"outcome": "no_answer"})).status_code == 303
        (again, promised) = await rows(cast, "harbor", waits)
        assert again.title.startswith("Try ") and promised.title.startswith("Call ")
        call = await the_call(cast, "harbor", lead)
        assert call.undo["task"] == str(again.id)
        assert (await browser.post(f"/agent/calls/{call.id}/undo")).status_code == 303
        (before, promised) = await rows(cast, "harbor", waits)
        assert before.title.startswith("Try ") and before.id != again.id
    with at(now + timedelta(minutes=1)):
        page = await browser.get(f"/agent?lead={lead.id}")
    assert "I tried to reach you" in page.text and "asked me to call back" not in page.text

"""A person's way through a sequence: begun once, moved on by time, stopped by an answer, kept by the gate."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.core import agenda, clock, config, events
from app.core.ports.carrier import InboundSms
from app.core.work import unit
from app.leads import service as leads
from app.messages.service import arriving, outside
from app.sequences import service
from app.sequences.models import SequenceRun, Stops, ToDo
from app.tasks.models import Task
from tests.contacting import AFTERNOON, a_lead, acting, at, leave, rows, simulator
from tests.sequences.watching import again, made, messages_of, put_in, run_of, told, turned_on

pytestmark = pytest.mark.anyio
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


async def test_the_welcome_of_a_lead_from_its_arrival_to_the_end(cast: Any) -> None:
    """Mail at once, a call task in our hours, the branch by whether anybody reached them, and the last
    task.
    """
    with at(), simulator(cast.runtime) as peer:
        await turned_on(cast, "welcome")
        lead = await a_lead(cast)
        await leave(cast)
        run = await run_of(cast, lead)
        assert [mail.headers["Subject"] for mail in peer.mails("dana@example.net")] == ["Dana, your debt review"]
        assert (run.state, run.step) == ("active", "s4")
        assert run.due_at == datetime(2026, 3, 12, 14, tzinfo=UTC)  # a day later, and then 10:00 in Tampa
        task = (await rows(cast, "harbor", select(Task).where(Task.entity_id == lead.id)))[0]
        assert (task.title, task.kind, task.assignee_id) == ("First call", "call", lead.owner_id)
    with at(run.due_at), simulator(cast.runtime) as peer:
        await leave(cast)
        assert [mail.headers["Subject"] for mail in peer.mails("dana@example.net")] == ["We tried to call you"]
        assert ("if", "yes") in await told(cast, run)
    for moment in (AFTERNOON + 3 * DAY, AFTERNOON + 6 * DAY):
        with at(moment), simulator(cast.runtime):
            await leave(cast)
    assert (await again(cast, run)).state == "done"
    assert (await told(cast, run))[-1] == ("", "finished")


async def test_who_was_reached_takes_the_other_branch(cast: Any) -> None:
    with at(), simulator(cast.runtime) as peer:
        await turned_on(cast, "welcome")
        lead = await a_lead(cast)
        await leave(cast)
        async with acting(cast, "harbor") as work:
            await leads.touch_contacted(work, lead.id, clock.now())
    with at(AFTERNOON + 2 * DAY), simulator(cast.runtime) as peer:
        await leave(cast)
        assert [mail.headers["Subject"] for mail in peer.mails()] == ["How a program works, in plain words"]


async def test_the_same_cause_starts_it_once_and_nobody_is_in_it_twice(cast: Any) -> None:
    with at():
        sequence = await made(cast, [{"kind": "wait", "span": "1d"}])
        lead = await a_lead(cast)
        assert await put_in(cast, sequence, lead, "a") is not None
        assert await put_in(cast, sequence, lead, "b") is None
    with at(AFTERNOON + 2 * DAY):
        await leave(cast)
        assert await put_in(cast, sequence, lead, "a") is None
        assert await put_in(cast, sequence, lead, "b") is not None
    assert len(await rows(cast, "harbor", select(SequenceRun.id))) == 2


async def test_a_condition_lets_in_only_whom_it_is_for(cast: Any) -> None:
    with at(), simulator(cast.runtime):
        await turned_on(cast, "resurrection")
        ours = await a_lead(cast)
        theirs = await a_lead(cast, phone="+17275550143", email=None, first_name="Noah")
    with at(AFTERNOON + 20 * DAY), simulator(cast.runtime):
        async with unit(tenant=cast.tenants["harbor"]) as work:
            await service.look_all(work)
        await leave(cast)
        assert await rows(cast, "harbor", select(SequenceRun.id)) == []
    with at(AFTERNOON + 22 * DAY), simulator(cast.runtime):
        async with unit(tenant=cast.tenants["harbor"]) as work:
            await service.look_all(work)
        await leave(cast)
        assert await rows(cast, "harbor", select(SequenceRun.lead_id)) == [ours.id]
    assert theirs.id != ours.id


async def test_a_resurrection_is_watched_through_by_moving_the_clock(cast: Any) -> None:
    """21 quiet days, two mails, a call, and then nothing more; the same silence does not start it again."""
    with at(), simulator(cast.runtime):
        await turned_on(cast, "resurrection")
        lead = await a_lead(cast)
        async with unit(tenant=cast.tenants["harbor"]) as work:
            await agenda.plan(work)
    subjects = []
    for day in (21, 22, 26, 27, 31, 38, 39, 60, 120):
        with at(AFTERNOON + day * DAY), simulator(cast.runtime) as peer:
            await leave(cast)
            subjects += [mail.headers["Subject"] for mail in peer.mails("dana@example.net")]
    run = await run_of(cast, lead)
    assert run.state == "done"
    assert subjects == ["Has anything changed, Dana?", "A fresh look at your numbers"]
    last = [kind for kind, _ in await told(cast, run)][-2:]
    assert last == ["task", ""]  # the score is low by then: a person decides
    assert await rows(cast, "harbor", select(func.count()).select_from(SequenceRun)) == [1]


async def said(cast: Any, lead: Any, text: str, slug: str = "harbor") -> None:
    """The person texts us; their number is known."""
    async with unit(tenant=cast.tenants[slug]) as work:
        own = await outside.own_number(work)
        await arriving.receive_sms(
            work,
            InboundSms(event_id=f"event-{text}", id=f"in-{text}", from_="+17275550142", to=own, text=text),
        )


@pytest.mark.parametrize(
    ("text", "why"), [("Call me tomorrow", "They wrote back"), ("please stop texting me", "They opted out")]
)
async def test_an_answer_stops_it_at_once_and_takes_back_what_has_not_left(cast: Any, text: str, why: str) -> None:
    with at(), simulator(cast.runtime) as peer:
        await _own_number(cast)
        sequence = await made(cast, [{"kind": "email", "template": "nurture_1"}, {"kind": "wait", "span": "1d"}])
        lead = await a_lead(cast)
        run = await put_in(cast, sequence, lead)
        async with unit(tenant=cast.tenants["harbor"]) as work:  # the mail is written but has not left
            await service.step(work, run.id, run.turn)
        await said(cast, lead, text)
        stopped = await again(cast, run)
        assert (stopped.state, stopped.why) == ("stopped", why)
        await leave(cast)
        assert [message.state for message in await messages_of(cast, lead) if message.channel == "email"] == [
            "canceled"
        ]
        assert peer.mails("dana@example.net") == []
    with at(AFTERNOON + 2 * DAY):
        await leave(cast)
        assert (await again(cast, run)).turn == stopped.turn


async def test_an_answer_stops_only_what_stops_for_answers(cast: Any) -> None:
    with at():
        await _own_number(cast)
        deaf = await made(cast, [{"kind": "wait", "span": "1d"}], stops=Stops(rules=("opt_out",)))
        lead = await a_lead(cast)
        run = await put_in(cast, deaf, lead)
        await said(cast, lead, "Call me tomorrow")
        assert (await again(cast, run)).state == "active"
        await said(cast, lead, "stop")
        assert (await again(cast, run)).state == "stopped"


async def _own_number(cast: Any, slug: str = "harbor") -> None:
    async with unit(tenant=cast.tenants[slug]) as work:
        await config.put(work, "phone_number", "+18135550100")


async def test_a_stage_ends_it_and_another_does_not(cast: Any) -> None:
    with at():
        sequence = await made(cast, [{"kind": "wait", "span": "1d"}])
        lead = await a_lead(cast, custom={"total_debt": 20_000, "hardship": "job_loss"})
        run = await put_in(cast, sequence, lead)
        async with acting(cast, "harbor") as work:
            await leads.change_stage(work, lead.id, "contacted")
        assert (await again(cast, run)).state == "active"
        async with acting(cast, "harbor") as work:
            await leads.change_stage(work, lead.id, "lost", {"lost_reason": "not_interested"})
        assert (await again(cast, run)).state == "stopped"


async def test_at_night_a_mail_or_text_waits_for_the_next_lawful_minute_without_a_refusal_on_record(
    cast: Any,
) -> None:
    night = AFTERNOON + 10 * HOUR  # 0:30 in Tampa
    with at(night):
        sequence = await made(cast, [{"kind": "sms", "template": "welcome_text"}], "summit")
        lead = await a_lead(cast, "summit")
        run = await put_in(cast, sequence, lead, slug="summit")
        await leave(cast, "summit")
        run = await again(cast, run, "summit")
        assert run.state == "active" and run.due_at > night + 7 * HOUR
        assert await told(cast, run, "summit") == [("", "started"), ("sms", "held")]
        assert await messages_of(cast, lead, "summit") == []
    with at(run.due_at), simulator(cast.runtime) as peer:
        await leave(cast, "summit")
        assert (await again(cast, run, "summit")).state == "done"
        assert len(peer.sms("+17275550142")) == 1


async def test_without_consent_a_step_is_refused_and_the_run_goes_on(cast: Any) -> None:
    with at():
        steps = [{"kind": "sms", "template": "welcome_text"}, {"kind": "call_task", "title": "Ring them"}]
        sequence = await made(cast, steps, "summit")
        lead = await a_lead(cast, "summit", consent="")
        run = await put_in(cast, sequence, lead, slug="summit")
        await leave(cast, "summit")
        assert await told(cast, run, "summit") == [
            ("", "started"),
            ("sms", "refused"),
            ("call_task", "done"),
            ("", "finished"),
        ]
        (message,) = await messages_of(cast, lead, "summit")
        assert (message.state, message.refused_code) == ("refused", "no_consent")


async def test_pausing_one_person_holds_them_and_resuming_lets_them_go_on(cast: Any) -> None:
    with at():
        sequence = await made(cast, [{"kind": "wait", "span": "1d"}, {"kind": "task", "title": "Look"}])
        lead, other = await a_lead(cast), await a_lead(cast, phone="+17275550143", email="noah@example.net")
        run, unheld = await put_in(cast, sequence, lead), await put_in(cast, sequence, other)
        async with acting(cast, "harbor") as work:
            await service.pause_run(work, run.id)
    with at(AFTERNOON + 2 * DAY):
        await leave(cast)
        assert [(await again(cast, each)).state for each in (run, unheld)] == ["paused", "done"]
        async with acting(cast, "harbor") as work:
            await service.resume_run(work, run.id)
        await leave(cast)
        assert (await again(cast, run)).state == "done"


async def test_pausing_the_whole_sequence_holds_everybody_and_turning_it_on_loses_nobody(cast: Any) -> None:
    with at():
        sequence = await made(cast, [{"kind": "wait", "span": "1d"}, {"kind": "task", "title": "Look"}])
        runs = [
            await put_in(cast, sequence, await a_lead(cast, phone=f"+1727555014{n}", email=f"p{n}@example.net"))
            for n in range(3)
        ]
        async with acting(cast, "harbor", "ada") as work:
            await service.pause(work, sequence.id)
    with at(AFTERNOON + 2 * DAY):
        await leave(cast)
        assert {(await again(cast, run)).state for run in runs} == {"active"}
        assert await rows(cast, "harbor", select(Task.id)) == []
        async with acting(cast, "harbor", "ada") as work:
            await service.turn_on(work, sequence.id)
        await leave(cast)
        assert {(await again(cast, run)).state for run in runs} == {"done"}
        assert len(await rows(cast, "harbor", select(Task.id))) == 3


async def test_a_run_keeps_its_version_unless_it_is_moved(cast: Any) -> None:
    with at():
        sequence = await made(cast, [{"kind": "wait", "span": "1d"}, {"kind": "task", "title": "Old words"}])
        stays, moves = await a_lead(cast), await a_lead(cast, phone="+17275550143", email="noah@example.net")
        kept = await put_in(cast, sequence, stays)
        async with acting(cast, "harbor", "ada") as work:
            live = await service.change_step(work, sequence.id, _second(sequence, "New words"))
            await service.turn_on(work, sequence.id)
        assert live == sequence.steps[1]["id"]
        assert (await again(cast, kept)).version == 1
        moved = await put_in(cast, sequence, moves)
        assert moved.version == 2
    with at(AFTERNOON + 2 * DAY):
        await leave(cast)
        assert set(await rows(cast, "harbor", select(Task.title))) == {"Old words", "New words"}


async def test_moving_those_under_way_gives_them_the_new_steps(cast: Any) -> None:
    with at():
        sequence = await made(cast, [{"kind": "wait", "span": "1d"}, {"kind": "task", "title": "Old words"}])
        run = await put_in(cast, sequence, await a_lead(cast))
        async with acting(cast, "harbor", "ada") as work:
            await service.change_step(work, sequence.id, _second(sequence, "New words"))
            await service.turn_on(work, sequence.id, move=True)
        assert (await again(cast, run)).version == 2
    with at(AFTERNOON + 2 * DAY):
        await leave(cast)
        assert await rows(cast, "harbor", select(Task.title)) == ["New words"]


def _second(sequence: Any, title: str) -> Any:
    return ToDo(id=sequence.steps[1]["id"], title=title)


async def test_a_step_that_cannot_be_done_waits_for_a_person_and_goes_on_from_there(cast: Any) -> None:
    with at():
        sequence = await made(cast, [{"kind": "stage", "stage": "qualified"}, {"kind": "task", "title": "Next"}])
        lead = await a_lead(cast)
        run = await put_in(cast, sequence, lead)
        await leave(cast)
        stuck = await again(cast, run)
        assert stuck.state == "failed" and "debt" in stuck.why.lower()
        async with acting(cast, "harbor") as work:
            await leads.update(work, lead.id, {"total_debt": Decimal(20_000), "hardship": "job_loss"})
            await service.resume_run(work, run.id)
        await leave(cast)
        assert (await again(cast, run)).state == "done"


async def test_skipping_leaves_the_step_out(cast: Any) -> None:
    with at():
        sequence = await made(cast, [{"kind": "wait", "span": "9d"}, {"kind": "task", "title": "Look"}])
        run = await put_in(cast, sequence, await a_lead(cast))
        async with acting(cast, "harbor") as work:
            await service.skip(work, run.id, turn=run.turn)
            await service.skip(work, run.id, turn=run.turn)  # the button pressed twice
        await leave(cast)
        assert await told(cast, run) == [
            ("", "started"),
            ("wait", "waits"),
            ("wait", "skipped"),
            ("task", "done"),
            ("", "finished"),
        ]


async def test_what_closes_between_writing_and_leaving_is_sent_at_the_next_lawful_minute(cast: Any) -> None:
    """The gate let the text through at 8:59 pm and refuses it at 9:01; the run has gone on and the text
    follows.
    """
    late = datetime(2026, 3, 11, 0, 50, tzinfo=UTC)  # 8:50 pm in Tampa
    with at(late):
        sequence = await made(
            cast, [{"kind": "sms", "template": "welcome_text"}, {"kind": "wait", "span": "9d"}], "summit"
        )
        lead = await a_lead(cast, "summit", state="GA", zip="30301", phone="+14045550142")
        run = await put_in(cast, sequence, lead, slug="summit")
        async with unit(tenant=cast.tenants["summit"]) as work:
            await service.step(work, run.id, run.turn)
        assert [message.state for message in await messages_of(cast, lead, "summit")] == ["queued"]
    with at(late + 3 * HOUR):
        await leave(cast, "summit")
        assert [message.state for message in await messages_of(cast, lead, "summit")] == ["refused"]
        assert ("sms", "held") in await told(cast, run, "summit")
    with at(late + 13 * HOUR), simulator(cast.runtime) as peer:
        await leave(cast, "summit")
        assert len(peer.sms("+14045550142")) == 1
        assert (await again(cast, run, "summit")).step == sequence.steps[1]["id"]


async def test_another_tenant_sees_and_starts_nothing(cast: Any) -> None:
    with at(), simulator(cast.runtime):
        await turned_on(cast, "welcome")
        await a_lead(cast, "summit")
        lead = await a_lead(cast)
        await leave(cast, "summit")
        await leave(cast)
    assert await rows(cast, "summit", select(SequenceRun.id)) == []
    assert await rows(cast, "harbor", select(SequenceRun.lead_id)) == [lead.id]


async def test_test_leads_are_never_let_in(cast: Any) -> None:
    with at():
        sequence = await made(cast, [{"kind": "wait", "span": "1d"}])
        assert await put_in(cast, sequence, await a_lead(cast, test=True)) is None
        real = await a_lead(cast, phone="+17275550143", email="noah@example.net")
        assert await put_in(cast, sequence, real) is not None


async def test_what_is_turned_on_is_listened_for_at_once(cast: Any) -> None:
    """A unit that asked before, as one life of the demo does, hears of the change."""
    with at():
        sequence_id = (await turned_on(cast, "welcome")).id
        lead = await a_lead(cast)
        await leave(cast)
        async with acting(cast, "harbor", "ada") as work:
            happened = events.record(work, "lead.created", "lead", lead.id)
            await service.pause(work, sequence_id)
            await service.consider(work, happened)
            assert await _waiting(work) == 0
            await service.turn_on(work, sequence_id)
            await service.consider(work, happened)
            assert await _waiting(work) == 1
            work.abandon()


async def _waiting(work: Any) -> int:
    return await work.scalar(text("select count(*) from spine.agenda where kind = 'sequences.start'"))

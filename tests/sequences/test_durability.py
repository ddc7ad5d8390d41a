"""Nothing lost, nothing twice: crashes at each boundary, leases that run out, two workers, an answer
while a step is due.
"""

import asyncio
import inspect
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.core import agenda, clock, config
from app.core.agenda.perform import perform_by_schema
from app.core.agenda.relay import Taken, take
from app.core.ports.carrier import InboundSms
from app.core.work import unit
from app.messages.models import Message
from app.messages.service import arriving
from app.sequences import service
from app.sequences.models import SequenceRun, ToDo
from app.sequences.service import doing, runs, stepping
from app.tasks.models import Task
from tenants.binding import bind
from tests.contacting import AFTERNOON, a_lead, at, leave, rows, simulator
from tests.sequences.watching import again, made, messages_of, put_in, told

pytestmark = pytest.mark.anyio
MAIL_THEN_TASK = [{"kind": "email", "template": "nurture_1"}, {"kind": "task", "title": "Look"}]


async def due_now(cast: Any) -> None:
    """Rows that wait for another try, or are held by a worker that is gone, may be taken now."""
    async with cast.runtime.directory.relay("default").begin() as connection:
        await connection.execute(
            text(
                "update spine.agenda set leased_until = null, due = :now"
                " where state in ('waiting', 'calling') and attempts > 0"
            ),
            {"now": clock.now()},
        )


class Killed(BaseException):
    """The process is gone: nothing of its own code runs any more."""


@pytest.mark.parametrize("room, name", [(doing, "add_to_do"), (runs, "place"), (stepping, "note")])
async def test_a_step_that_breaks_anywhere_is_done_once_in_the_end(
    cast: Any, monkeypatch: Any, room: Any, name: str
) -> None:
    """Before the effect, after the effect, before the next place: the transaction is all or nothing."""
    with at():
        sequence = await made(cast, [{"kind": "task", "title": "Look"}, {"kind": "wait", "span": "1d"}])
        run = await put_in(cast, sequence, await a_lead(cast))
        broken = {"left": 2}
        monkeypatch.setattr(room, name, _breaking(getattr(room, name), broken))
        if room is doing:
            monkeypatch.setitem(doing.DOES, ToDo, getattr(room, name))
        for _ in range(4):
            await leave(cast)
            await due_now(cast)
        assert broken["left"] == 0
        assert await rows(cast, "harbor", select(Task.title)) == ["Look"]
        assert await told(cast, run) == [("", "started"), ("task", "done"), ("wait", "waits")]


def _breaking(good: Any, broken: dict[str, int]) -> Any:
    """The same, but after its work is done it raises, as often as is left."""

    def stumble() -> None:
        if broken["left"]:
            broken["left"] -= 1
            raise RuntimeError("the machine stumbled")

    def plain(*args: Any, **options: Any) -> None:
        good(*args, **options)
        stumble()

    async def waited(*args: Any, **options: Any) -> Any:
        result = await good(*args, **options)
        stumble()
        return result

    return waited if inspect.iscoroutinefunction(good) else plain


async def take_step(cast: Any, kind: str = "sequences.step") -> Taken:
    """What a relay hands to a worker: the row of the one step that is due."""
    relay = cast.runtime.directory.relay("default")
    taken = await take(relay, clock.now())
    async with relay.begin() as connection:
        found = await connection.execute(text("select id from spine.agenda where kind = :kind"), {"kind": kind})
        ids = set(found.scalars())
    [row] = [each for each in taken if each.id in ids]
    return row


async def test_a_worker_killed_after_the_send_was_written_sends_once(cast: Any, monkeypatch: Any) -> None:
    """Killed before the commit: neither message nor progress. The row's lease runs out and it goes out
    again.
    """
    with at(), simulator(cast.runtime) as peer:
        sequence = await made(cast, MAIL_THEN_TASK)
        lead = await a_lead(cast)
        run = await put_in(cast, sequence, lead)
        good = runs.place
        killed = {"left": 1}

        async def dies(*args: Any) -> None:
            await good(*args)
            if killed["left"]:
                killed["left"] -= 1
                raise Killed

        monkeypatch.setattr(runs, "place", dies)
        row = await take_step(cast)
        with bind(None), pytest.raises(Killed):
            await perform_by_schema(row.tenant_role, row.id, row.lease)
        assert await messages_of(cast, lead) == [] and (await again(cast, run)).turn == run.turn
        await _leases_run_out(cast)
        await leave(cast)
        assert len(peer.mails("dana@example.net")) == 1
        assert await rows(cast, "harbor", select(func.count()).select_from(Message)) == [1]
        assert (await again(cast, run)).state == "done"


async def _leases_run_out(cast: Any) -> None:
    async with cast.runtime.directory.relay("default").begin() as connection:
        await connection.execute(text("update spine.agenda set leased_until = clock_timestamp() - interval '1 second'"))


async def test_two_workers_with_the_same_row_do_it_once(cast: Any) -> None:
    """The first one's lease ran out while it slept; it wakes up beside the second one."""
    with at():
        sequence = await made(cast, [{"kind": "task", "title": "Look"}, {"kind": "wait", "span": "1d"}])
        run = await put_in(cast, sequence, await a_lead(cast))
        first = await take_step(cast)
        await _leases_run_out(cast)
        second = await take_step(cast)
        assert first.id == second.id and first.lease < second.lease
        with bind(None):
            outcomes = await asyncio.gather(
                *(perform_by_schema(row.tenant_role, row.id, row.lease) for row in (second, first, second))
            )
        assert sorted(outcomes)[0] == "done" and outcomes.count("done") == 1
        assert await rows(cast, "harbor", select(Task.title)) == ["Look"]
        assert (await again(cast, run)).turn == run.turn + 1


async def test_rows_of_a_turn_that_is_past_do_nothing(cast: Any) -> None:
    with at():
        sequence = await made(cast, [{"kind": "task", "title": "Look"}, {"kind": "wait", "span": "1d"}])
        run = await put_in(cast, sequence, await a_lead(cast))
        async with unit(tenant=cast.tenants["harbor"]) as work:
            for _ in range(3):
                await agenda.add(work, "sequences.step", run.id, run.turn)
        await leave(cast)
        assert await rows(cast, "harbor", select(Task.title)) == ["Look"]


async def test_an_answer_while_a_step_is_due_wins_or_takes_the_message_back(cast: Any) -> None:
    """Both at the same moment, many times: never a mail to somebody whose answer was in before it left."""
    with at(), simulator(cast.runtime) as peer:
        async with unit(tenant=cast.tenants["harbor"]) as work:
            await config.put(work, "phone_number", "+18135550100")
        sequence = await made(cast, MAIL_THEN_TASK)
        for number in range(10, 18):
            phone, email = f"+172755501{number}", f"person{number}@example.net"
            run = await put_in(cast, sequence, await a_lead(cast, phone=phone, email=email))
            await asyncio.gather(_step(cast, run), _answers(cast, phone))
            assert (await again(cast, run)).state == "stopped"
        await leave(cast)
        states = await rows(cast, "harbor", select(Message.state).where(Message.channel == "email"))
        assert set(states) <= {"canceled"} and peer.mails() == []
        assert await rows(cast, "harbor", select(SequenceRun.id).where(SequenceRun.state != "stopped")) == []


async def _step(cast: Any, run: SequenceRun) -> None:
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await service.step(work, run.id, run.turn)


async def _answers(cast: Any, phone: str) -> None:
    async with unit(tenant=cast.tenants["harbor"]) as work:
        said = InboundSms(event_id=phone, id=phone, from_=phone, to="+18135550100", text="Call me")
        await arriving.receive_sms(work, said)


async def test_redis_is_not_needed_to_remember(cast: Any) -> None:
    """Everything that waits stands in the database: a row for each run, due when its wait is over."""
    with at():
        sequence = await made(cast, [{"kind": "wait", "span": "3d"}, {"kind": "task", "title": "Look"}])
        run = await put_in(cast, sequence, await a_lead(cast))
        await leave(cast)
        async with unit(tenant=cast.tenants["harbor"]) as work:
            assert await agenda.scheduled(work, runs.row_key(run.id, run.turn)) == AFTERNOON + timedelta(days=3)

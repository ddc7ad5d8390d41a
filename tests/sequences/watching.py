"""What tests of sequences share: turning one on, letting time pass, and looking at what became of
somebody.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.work import Actor, unit
from app.leads.models import Lead
from app.messages.models import Message
from app.sequences import service
from app.sequences.models import Sequence, SequenceRun, SequenceTrace, Stops, Trigger, read
from app.sequences.service import SequenceValues
from tests.contacting import acting, leave, one, rows


async def named(cast: Any, name: str, slug: str = "harbor") -> Sequence:
    return (await rows(cast, slug, select(Sequence).where(Sequence.name == name)))[0]


async def turned_on(cast: Any, name: str, slug: str = "harbor", **options: Any) -> Sequence:
    """A sequence of the blueprint, on."""
    async with acting(cast, slug, "ada") as work:
        return await service.turn_on(work, (await named(cast, name, slug)).id, **options)


async def made(
    cast: Any,
    steps: list[dict[str, Any]],
    slug: str = "harbor",
    *,
    on: bool = True,
    stops: Stops | None = None,
    **trigger: Any,
) -> Sequence:
    """A sequence of these steps, started by hand unless `trigger` says otherwise."""
    values = SequenceValues(label="Test run", trigger=Trigger(**trigger), stops=stops or Stops())
    async with acting(cast, slug, "ada") as work:
        sequence = await service.create(work, values)
        for step in read(steps):
            await service.add_step(work, sequence.id, step)
        return await service.turn_on(work, sequence.id) if on else sequence


async def put_in(
    cast: Any, sequence: Sequence, lead: Lead, cause: str = "test", slug: str = "harbor"
) -> SequenceRun | None:
    async with unit(Actor("system"), tenant=cast.tenants[slug]) as work:
        return await service.start(work, sequence.id, lead.id, cause, by_hand=True)


async def run_of(cast: Any, lead: Lead, slug: str = "harbor") -> SequenceRun:
    found = select(SequenceRun).where(SequenceRun.lead_id == lead.id).order_by(SequenceRun.started_at.desc())
    return (await rows(cast, slug, found))[0]


async def again(cast: Any, run: SequenceRun, slug: str = "harbor") -> SequenceRun:
    return await one(cast, slug, SequenceRun, run.id)  # type: ignore[no-any-return]


async def told(cast: Any, run: SequenceRun, slug: str = "harbor") -> list[tuple[str, str]]:
    """The trace as (kind of step, what)."""
    found = select(SequenceTrace).where(SequenceTrace.run_id == run.id).order_by(SequenceTrace.id)
    return [(row.kind, row.what) for row in await rows(cast, slug, found)]


async def messages_of(cast: Any, lead: Lead, slug: str = "harbor") -> list[Message]:
    found = select(Message).where(Message.lead_id == lead.id, Message.direction == "out").order_by(Message.id)
    return list(await rows(cast, slug, found))


async def pass_time(cast: Any, moments: Iterable[datetime], slug: str = "harbor") -> None:
    """Whatever is due at each of these moments is done at it."""
    for moment in moments:
        await leave(cast, slug, until=moment)


def ids(found: Iterable[Any]) -> list[UUID]:
    return [each.id for each in found]

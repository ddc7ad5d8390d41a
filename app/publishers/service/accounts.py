"""Publisher accounts: adding, changing, going live, pausing."""

from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.core import clock, events, live
from app.core.errors import NotFound, invalid
from app.core.work import Work
from app.publishers.models import Publisher
from app.publishers.queries.staff import people_of
from app.team import service as team
from themes import formats
from themes.catalogue import say
from themes.terms import worded

State = Literal["test", "live", "paused", "closed"]
LONGEST_NAME = 80
PER_MINUTE = range(10, 60_001)
TOLD = {"live": "publisher.went_live", "paused": "publisher.was_paused"}  # what the publisher's people hear of


async def create_publisher(
    work: Work, *, name: str, email: str = "", notes: str = "", state: State = "test"
) -> Publisher:
    """A new publisher, in test mode unless told otherwise. Raises Invalid for a taken or empty name."""
    name = await _free_name(work, name)
    now = clock.now()
    publisher = Publisher(
        id=uuid7(),
        name=name,
        email=email.strip().lower(),
        notes=notes.strip(),
        state=state,
        per_minute=6_000,
        created_at=now,
        live_at=now if state == "live" else None,
    )
    work.add(publisher)
    await work.flush()
    events.record(work, "publisher.created", "publisher", publisher.id, changes={"name": (None, name)})
    return publisher


async def change_publisher(work: Work, publisher_id: UUID, **values: Any) -> Publisher:
    """Set name, email, notes, per_minute or state; what is equal already stays. Raises NotFound, Invalid."""
    if "name" in values:
        values["name"] = await _free_name(work, values["name"], but=publisher_id)
    if "per_minute" in values and values["per_minute"] not in PER_MINUTE:
        raise invalid(
            "per_minute",
            say(
                "Choose %(least)s to %(most)s requests a minute.",
                least=PER_MINUTE[0],
                most=formats.number(PER_MINUTE[-1]),
            ),
        )
    publisher = await work.get(Publisher, publisher_id, with_for_update=True)
    if publisher is None:
        raise NotFound
    changes = {
        name: (getattr(publisher, name), value) for name, value in values.items() if getattr(publisher, name) != value
    }
    for name, (_, value) in changes.items():
        setattr(publisher, name, value)
    if publisher.state == "live" and publisher.live_at is None:
        publisher.live_at = clock.now()
    if "state" in changes:
        publisher.asked_live_at, publisher.asked_live_by = None, ""
    if changes:
        await work.flush()
        events.record(work, "publisher.changed", "publisher", publisher.id, changes=changes, fields=sorted(changes))
        live.tell(work, "publisher", publisher.id)
    if "state" in changes and publisher.state in TOLD:
        people = [each.id for each in await people_of(work, publisher.id)]
        await team.notify(work, TOLD[publisher.state], people, "publisher", publisher.id)
    return publisher


async def _free_name(work: Work, name: str, but: UUID | None = None) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not name:
        raise invalid("name", "Enter a name.", "missing")
    if len(name) > LONGEST_NAME:
        raise invalid(
            "name",
            say(
                "This has %(count)s characters; the limit is %(limit)s. Shorten it.",
                count=len(name),
                limit=LONGEST_NAME,
            ),
            "too_long",
        )
    taken = select(Publisher.id).where(Publisher.name == name)
    if await work.scalar(taken.where(Publisher.id != but) if but else taken):
        raise invalid(
            "name", worded("There is a %(publisher)s named %(name)s already. Choose another name.", name=name)
        )
    return name

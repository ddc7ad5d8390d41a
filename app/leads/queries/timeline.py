"""How events of leads read in a timeline."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core import events, fields
from app.core.events import Event
from app.core.timeline import TimelineItem, Tone
from app.core.work import Work
from app.leads.models import Stage
from app.leads.queries.one import people_names

TONES: dict[str, Tone] = {"won": "success", "done": "success", "lost": "error"}


class _Known:
    """Names that events speak of, read once for a screenful."""

    def __init__(self, people: dict[UUID | None, str], stages: dict[str, Stage], labels: dict[str, str]) -> None:
        self.people, self.stages, self.labels = people, stages, labels

    def person(self, event: Event, key: str) -> str:
        value = event.payload.get(key)
        return self.people.get(UUID(value), "somebody who left") if value else ""


async def describe_leads(work: Work, found: list[Event]) -> dict[UUID, TimelineItem]:
    """One sentence each, with the names of people, stages and fields."""
    ids = {UUID(event.payload[key]) for event in found for key in ("owner", "from_owner") if event.payload.get(key)}
    stages = {str(stage.id): stage for stage in await work.scalars(select(Stage))}
    labels = {field.name: field.label for field in await fields.registry(work, "lead")}
    known = _Known(await people_names(work, ids), stages, labels)
    return {event.id: _item(event, known) for event in found}


def _item(event: Event, known: _Known) -> TimelineItem:
    say = SENTENCES.get(event.kind.partition(".")[2])
    return say(event, known) if say else TimelineItem(title=events.kind_of(event.kind).label)


def _created(event: Event, known: _Known) -> TimelineItem:
    if event.payload.get("imported"):
        return TimelineItem(title="brought it in with a list", tone="info")
    by_hand = "added it" if event.actor_name else "arrived"
    return TimelineItem(title=f"{by_hand}, as a test" if event.payload.get("test") else by_hand, tone="info")


def _updated(event: Event, known: _Known) -> TimelineItem:
    changed = [known.labels.get(name, name) for name in event.payload.get("fields", [])]
    return TimelineItem(title=f"changed {', '.join(changed)}")


def _assigned(event: Event, known: _Known) -> TimelineItem:
    owner, before = known.person(event, "owner"), known.person(event, "from_owner")
    if not owner:
        return TimelineItem(title=f"took it from {before}" if before else "made it nobody's")
    return TimelineItem(title=f"assigned it to {owner}" + (f"; before that {before}" if before else ""))


def _claimed(event: Event, known: _Known) -> TimelineItem:
    return TimelineItem(title="took it", tone="success")


def _released(event: Event, known: _Known) -> TimelineItem:
    before = known.person(event, "from_owner")
    why = {"timeout": "not accepted in time"}.get(event.payload.get("reason", ""), "")
    return TimelineItem(title=f"gave it back from {before}" if before else "gave it back", body=why, tone="warning")


def _stage(event: Event, known: _Known) -> TimelineItem:
    before, after = (known.stages.get(event.payload.get(key, "")) for key in ("from", "to"))
    names = [stage.label if stage else "a stage that is gone" for stage in (before, after)]
    return TimelineItem(
        title=f"moved it from {names[0]} to {names[1]}", tone=TONES.get(event.payload.get("to_kind", ""), "")
    )


def _rescored(event: Event, known: _Known) -> TimelineItem:
    return TimelineItem(title=f"changed the score from {event.payload['before']} to {event.payload['after']}")


def _heated(event: Event, known: _Known) -> TimelineItem:
    return TimelineItem(title=f"noticed interest: {event.payload['why']}", tone="warning")


def _reached(event: Event, known: _Known) -> TimelineItem:
    return TimelineItem(
        title=f"reached out for the first time, after {spoken(event.payload['seconds'])}", tone="success"
    )


def _revealed(event: Event, known: _Known) -> TimelineItem:
    name = event.payload.get("field", "")
    return TimelineItem(title=f"looked at {known.labels.get(name, name)}")


def spoken(seconds: int) -> str:
    """45 s · 12 min · 3 h 5 min · 2 d 4 h: the two largest units that matter."""
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, rest = divmod(hours, 24)
    return f"{days} d {rest} h" if rest else f"{days} d"


SENTENCES: dict[str, Any] = {
    "created": _created,
    "updated": _updated,
    "assigned": _assigned,
    "claimed": _claimed,
    "released": _released,
    "stage_changed": _stage,
    "rescored": _rescored,
    "heated": _heated,
    "first_contacted": _reached,
    "revealed": _revealed,
}

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
from themes.catalogue import later, say

TONES: dict[str, Tone] = {"won": "success", "done": "success", "lost": "error"}


class _Known:
    """Names that events speak of, read once for a screenful."""

    def __init__(self, people: dict[UUID | None, str], stages: dict[str, Stage], labels: dict[str, str]) -> None:
        self.people, self.stages, self.labels = people, stages, labels

    def person(self, event: Event, key: str) -> str:
        value = event.payload.get(key)
        return self.people.get(UUID(value), say("somebody who left")) if value else ""


async def describe_leads(work: Work, found: list[Event]) -> dict[UUID, TimelineItem]:
    """One sentence each, with the names of people, stages and fields."""
    ids = {UUID(event.payload[key]) for event in found for key in ("owner", "from_owner") if event.payload.get(key)}
    stages = {str(stage.id): stage for stage in await work.scalars(select(Stage))}
    labels = {field.name: field.label for field in await fields.registry(work, "lead")}
    known = _Known(await people_names(work, ids), stages, labels)
    return {event.id: _item(event, known) for event in found}


def _item(event: Event, known: _Known) -> TimelineItem:
    name = event.kind.partition(".")[2]
    if name in PLAIN:
        return TimelineItem(title=say(PLAIN[name]))
    sentence = SENTENCES.get(name)
    return sentence(event, known) if sentence else TimelineItem(title=say(events.kind_of(event.kind).label))


def _created(event: Event, known: _Known) -> TimelineItem:
    if event.payload.get("imported"):
        return TimelineItem(title=say("brought it in with a list"), tone="info")
    if event.payload.get("test"):
        return TimelineItem(
            title=say("added it, as a test") if event.actor_name else say("arrived, as a test"), tone="info"
        )
    return TimelineItem(title=say("added it") if event.actor_name else say("arrived"), tone="info")


def _updated(event: Event, known: _Known) -> TimelineItem:
    changed = [known.labels.get(name, name) for name in event.payload.get("fields", [])]
    return TimelineItem(title=say("changed %(fields)s", fields=", ".join(changed)))


def _assigned(event: Event, known: _Known) -> TimelineItem:
    owner, before = known.person(event, "owner"), known.person(event, "from_owner")
    if not owner:
        return TimelineItem(title=say("took it away from %(name)s", name=before) if before else say("made it nobody's"))
    if before:
        return TimelineItem(title=say("assigned it to %(name)s; before that %(before)s", name=owner, before=before))
    return TimelineItem(title=say("assigned it to %(name)s", name=owner))


def _claimed(event: Event, known: _Known) -> TimelineItem:
    return TimelineItem(title=say("took it"), tone="success")


def _released(event: Event, known: _Known) -> TimelineItem:
    before = known.person(event, "from_owner")
    why = say("not accepted in time") if event.payload.get("reason") == "timeout" else ""
    title = say("gave it back from %(name)s", name=before) if before else say("gave it back")
    return TimelineItem(title=title, body=why, tone="warning")


def _stage(event: Event, known: _Known) -> TimelineItem:
    before, after = (known.stages.get(event.payload.get(key, "")) for key in ("from", "to"))
    names = [stage.label if stage else say("a stage that is gone") for stage in (before, after)]
    title = say("moved it from %(before)s to %(after)s", before=names[0], after=names[1])
    return TimelineItem(title=title, tone=TONES.get(event.payload.get("to_kind", ""), ""))


def _rescored(event: Event, known: _Known) -> TimelineItem:
    before, after = event.payload["before"], event.payload["after"]
    return TimelineItem(title=say("changed the score from %(before)s to %(after)s", before=before, after=after))


def _heated(event: Event, known: _Known) -> TimelineItem:
    return TimelineItem(title=say("noticed interest: %(why)s", why=event.payload["why"]), tone="warning")


def _reached(event: Event, known: _Known) -> TimelineItem:
    after = spoken(event.payload["seconds"])
    return TimelineItem(title=say("reached out for the first time, after %(time)s", time=after), tone="success")


def _revealed(event: Event, known: _Known) -> TimelineItem:
    name = event.payload.get("field", "")
    return TimelineItem(title=say("looked at %(field)s", field=known.labels.get(name, name)))


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


# In the list of what happened somebody did it; in the audit log it happened to the record.
PLAIN = {
    "accepted": later("accepted it"),
    "offered": later("offered it"),
    "routed": later("decided whose it is"),
    "deleted": later("deleted it"),
    "restored": later("brought it back"),
}
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

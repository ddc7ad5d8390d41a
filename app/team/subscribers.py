"""Whoever is named in a note hears of it."""

import re
from uuid import UUID

from app.contacts.models import Note
from app.core import events
from app.core.events import Event
from app.core.work import Work
from app.team import queries, service

# @maria, @maria.chen: after a blank or at the beginning, so that no e-mail address is one.
MENTION = re.compile(r"(?<![\w.@])@([^\W\d_][\w'-]*(?:\.[^\W\d_][\w'-]*)*)")


@events.after("note.added")
async def tell_mentioned(work: Work, event: Event) -> None:
    note = await work.get(Note, UUID(event.payload["note"]))
    names = MENTION.findall(note.body) if note is not None and note.deleted_at is None else []
    if names:
        people = await queries.mentioned(work, names)
        await service.notify(work, "note.mention", people, event.entity, event.entity_id)


@events.inside("person.deactivated")
async def nobody_is_here(work: Work, event: Event) -> None:
    state, _ = await queries.presence_of(work, event.entity_id)
    if state != "away":
        await service.set_presence(work, event.entity_id, "away")

"""One change of many leads: at once while they are few, else in chunks behind the person's back.

A deed is plain data, so that it can travel on the agenda. The events of all its leads carry the trace of
the request that began it; `undo` goes by that.
"""

from importlib import import_module
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.contacts import service as contacts
from app.core import agenda, conditions, config, fields
from app.core.errors import Invalid, NotFound
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Verb, declared_verbs
from app.leads.queries.listing import Asked, matching_ids
from app.leads.queries.people import person_now
from app.leads.queries.reach import lead
from app.leads.service.ownership import assign
from app.leads.service.removal import delete, restore
from app.leads.service.stages import change_stage

CHUNK = 200
# Verb → the right that it needs.
VERBS = {
    "assign": "leads.assign", "stage": "leads.edit", "tag": "leads.edit", "delete": "leads.configure",
    "archive": "leads.assign", "restore": "leads.assign",
}  # fmt: skip


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What to do to which leads: those in `ids`, or with `every` all that match `q` and `where` in the
    person's reach.

    `to` is the owner's id (empty: nobody), the stage's name, the tag, or what a declared verb takes; `answers` are what the stage
    demands.
    """

    verb: str
    to: str
    person_id: UUID
    ids: list[UUID] = []
    every: bool = False
    q: str = ""
    where: dict[str, Any] = {}
    archived: bool = False
    answers: dict[str, Any] = {}


class Done(msgspec.Struct, frozen=True):
    """How many were changed, how many could not be (a stage demands what they lack), and whether it goes
    on.
    """

    changed: int
    refused: int
    waiting: bool = False


async def begin(work: Work, deed: Deed) -> Done:
    """The first chunk now, the rest by the agenda. Raises NotFound for a verb that this person may not
    use.
    """
    return await _chunk(work, deed, None)


async def go_on(work: Work, raw: dict[str, Any], after: UUID | None) -> None:
    """The next chunk, as the agenda brings it."""
    await _chunk(work, msgspec.convert(raw, Deed), after)


async def _chunk(work: Work, deed: Deed, after: UUID | None) -> Done:
    """Within the reach and the rights that the person has now; leads that are gone are passed over."""
    person = work.person or await person_now(work, deed.person_id)
    if person is None or not may(person, deed.verb):
        raise NotFound
    ids = await _next(work, person, deed, after)
    done = [await _changed(work, person, deed, lead_id) for lead_id in ids]
    if len(ids) == CHUNK:
        await agenda.add(work, "leads.bulk", msgspec.to_builtins(deed), ids[-1])
    return Done(done.count(True), done.count(False), len(ids) == CHUNK)


def may(person: Person, verb: str) -> bool:
    """Whether this person may do it to many; a verb that nobody declared is nobody's."""
    above = declared_verbs().get(verb)
    right = above.permission if above else VERBS.get(verb, "")
    return bool(right) and person.may(right)


async def _next(work: Work, person: Person, deed: Deed, after: UUID | None) -> list[UUID]:
    if not deed.every:
        rest = sorted(id_ for id_ in deed.ids if after is None or id_ > after)
        return rest[:CHUNK]
    fieldset, zone = await fields.registry(work, "lead"), ZoneInfo(await config.get(work, "zone"))
    where = conditions.check(deed.where, fieldset, searching=True, zone=zone)
    return await matching_ids(
        work, person, Asked(q=deed.q, where=where, archived=deed.archived), after=after, limit=CHUNK
    )


async def _changed(work: Work, person: Person, deed: Deed, lead_id: UUID) -> bool | None:
    """None for a lead that is out of reach or gone."""
    try:
        await lead(work, person, lead_id, archived=deed.verb == "restore")
        await _apply(work, deed, lead_id)
    except NotFound:
        return None
    except Invalid:
        return False
    return True


async def _apply(work: Work, deed: Deed, lead_id: UUID) -> None:
    if deed.verb == "assign":
        await assign(work, lead_id, UUID(deed.to) if deed.to else None, reason="manual")
    elif deed.verb == "stage":
        await change_stage(work, lead_id, deed.to, deed.answers)
    elif deed.verb == "tag":
        await contacts.add_tags(work, "lead", [lead_id], deed.to)
    elif deed.verb == "restore":
        await restore(work, lead_id)
    elif deed.verb in VERBS:
        await delete(work, lead_id)
    else:
        await _function(declared_verbs()[deed.verb].apply)(work, lead_id, deed.to)


def _function(dotted: str) -> Any:
    module, _, name = dotted.partition(":")
    return getattr(import_module(module), name)


async def choices(work: Work, person: Person) -> list[tuple[Verb, list[tuple[str, str]]]]:
    """Verbs of rooms above that this person may use, each with what can be chosen; those without choices are left
    out.
    """
    mine = [verb for verb in declared_verbs().values() if person.may(verb.permission)]
    found = [(verb, await _function(verb.choices)(work)) for verb in mine]
    return [(verb, options) for verb, options in found if options]

"""Everything that a lead's page shows of the lead itself."""

from collections.abc import Iterable
from datetime import datetime
from importlib import import_module
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import exists, func, or_, select

from app.access.models import PersonRow
from app.contacts.models import Consent, Contact, Note
from app.contacts.queries import consents, pinned_note, tags_of
from app.core import clock, config, events, fields, places, records
from app.core.events import Event
from app.core.fields import FieldSet, Right
from app.core.permissions import Person
from app.core.records import Named
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.leads.queries.listing import joined
from app.leads.queries.reach import lead, visible
from app.tasks.queries import TaskView, of_record

SURE_ZONES = 3  # more than this many plausible zones say nothing


class LocalTime(msgspec.Struct, frozen=True):
    """What the person's clock shows: several where we can't be sure, none where we know nothing."""

    at: datetime
    zone: str
    label: str


class LeadPage(msgspec.Struct, frozen=True, kw_only=True):
    """One lead with what belongs to it. `held` has the values of all fields that are not sealed, by name."""

    lead: Lead
    contact: Contact
    stage: Stage
    stages: list[Stage]
    owner: str
    fieldset: FieldSet
    held: dict[str, Any]
    sealed: set[str]
    consents: list[Consent]
    tags: list[tuple[str, str]]
    tasks: list[TaskView]
    pinned: Note | None
    clocks: list[LocalTime]
    came_by: list[Named]  # the publisher and the offer, as the rooms above name them


async def lead_page(work: Work, person: Person, lead_id: UUID) -> LeadPage:
    """Raises NotFound for one out of reach."""
    row = await lead(work, person, lead_id)
    contact = (await work.scalars(select(Contact).where(Contact.id == row.contact_id))).one()
    in_use = or_(Stage.archived_at.is_(None), Stage.id == row.stage_id)
    of_pipeline = select(Stage).where(Stage.pipeline_id == row.pipeline_id, in_use).order_by(Stage.position)
    stages = list((await work.scalars(of_pipeline)).all())
    stage = next(stage for stage in stages if stage.id == row.stage_id)
    fieldset = (await _fieldset(work)).within(await _hidden(work, person, row.id))
    return LeadPage(
        lead=row,
        contact=contact,
        stage=stage,
        stages=stages,
        owner=(await people_names(work, [row.owner_id])).get(row.owner_id, ""),
        fieldset=fieldset,
        held=fields.snapshot(fieldset, row, contact, stage, custom=row.custom),
        sealed={field.name for field in fieldset.custom if field.sensitive and field.name in row.custom},
        consents=await consents(work, contact.id),
        tags=(await tags_of(work, "lead", [row.id])).get(row.id, []),
        tasks=await of_record(work, "lead", row.id),
        pinned=await pinned_note(work, "lead", row.id),
        clocks=local_times(contact),
        came_by=await _came_by(work, row),
    )


_hiders: list[str] = []


async def _came_by(work: Work, row: Lead) -> list[Named]:
    brought = [(kind, id_) for kind, id_ in (("publisher", row.publisher_id), ("offer", row.offer_id)) if id_]
    found = await records.named(work, brought) if brought else {}
    return [found[one] for one in brought if one in found]


def declare_hidden(dotted: str) -> None:
    """`package.module:function` of a higher slice that names the fields of a lead which somebody may not read yet:
    `async (work, person, lead_id) -> collection of names`.
    """
    if dotted not in _hiders:
        _hiders.append(dotted)


async def _hidden(work: Work, person: Person, lead_id: UUID) -> dict[str, Right]:
    names: dict[str, Right] = {}
    for dotted in _hiders:
        module, _, name = dotted.partition(":")
        for field in await getattr(import_module(module), name)(work, person, lead_id):
            names[field] = "hidden"
    return names


async def _fieldset(work: Work) -> FieldSet:
    """With all choices; the value can't be written where it follows a field of the tenant."""
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    follows = await config.get(work, "lead_value_field")
    return fieldset.changed("value", writable=False) if follows else fieldset


def local_times(contact: Contact) -> list[LocalTime]:
    """The hour where the person may be, one for each clock that differs. Empty when it could be anywhere."""
    zones = places.plausible_zones(contact.phone, contact.zip, contact.state, contact.zone)
    if zones == places.every_zone():
        return []
    times = {}
    for zone in sorted(zones):
        at = places.local(clock.now(), zone)
        times.setdefault(at.utcoffset(), LocalTime(at, zone, places.zone_label(zone)))
    found = [times[offset] for offset in sorted(times, reverse=True)]
    return found if len(found) <= SURE_ZONES else []


async def people_names(work: Work, ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    wanted = {id_ for id_ in ids if id_ is not None}
    if not wanted:
        return {}
    rows = await work.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(wanted)))
    return dict(rows.all())


async def names(work: Work, ids: list[UUID]) -> dict[UUID, Named]:
    """How leads are called elsewhere; without a person (in a job) all of them."""
    within = await visible(work, work.person) if work.person else Lead.deleted_at.is_(None)
    columns = (
        *(Lead.id, Contact.first_name, Contact.last_name, Contact.email, Contact.phone),
        *(Contact.zip, Contact.state, Contact.zone),
    )
    rows = await work.execute(joined(select(*columns)).where(Lead.id.in_(ids), within))
    return {
        row.id: Named(
            f"{row.first_name} {row.last_name}".strip() or row.email or row.phone or "",
            f"/agent/leads/{row.id}",
            _sure_zone(row),
        )
        for row in rows
    }


def _sure_zone(row: Any) -> str:
    """The one zone that the person can be in; empty where there are several."""
    zones = places.plausible_zones(row.phone, row.zip, row.state, row.zone)
    return next(iter(zones)) if len(zones) == 1 else ""


async def contact_names(work: Work, ids: list[UUID]) -> dict[UUID, Named]:
    """How contacts are called elsewhere, with the page of the latest lead that this person may see. Whoever has a
    lead out of this person's reach is left out.
    """
    person, wanted = work.person, select(Contact).where(Contact.id.in_(ids))
    if person is not None:
        theirs = (Lead.contact_id == Contact.id, Lead.deleted_at.is_(None), ~(await visible(work, person)))
        wanted = wanted.where(~exists().where(*theirs))
    reachable = await leads_of(work, person, ids) if person else {}
    found = {row.id: row.name for row in await work.scalars(wanted)}
    return {
        id_: Named(name, f"/agent/leads/{reachable[id_]}" if id_ in reachable else "") for id_, name in found.items()
    }


async def last_change(work: Work, lead: Lead, field: str) -> Event | None:
    """Who touched this field last, on the lead or on its contact: what a conflict says."""
    await events.written(work)
    of_stage = Event.kind == "lead.stage_changed" if field == "stage" else None
    named = Event.payload["fields"].contains([field]) if of_stage is None else of_stage
    found = select(Event).where(
        Event.entity_id.in_([lead.id, lead.contact_id]), Event.entity.in_(["lead", "contact"]), named
    )
    return (await work.scalars(found.order_by(Event.at.desc(), Event.id.desc()).limit(1))).first()


async def score_history(work: Work, lead_id: UUID, limit: int = 30) -> list[tuple[datetime, int]]:
    """Scores from the oldest to the newest, each with when it came."""
    await events.written(work)
    found = select(Event.at, Event.payload).where(
        Event.entity == "lead", Event.entity_id == lead_id, Event.kind == "lead.rescored"
    )
    rows = (await work.execute(found.order_by(Event.at.desc()).limit(limit))).all()
    return [(row.at, row.payload["after"]) for row in reversed(rows)]


async def recent(
    work: Work, *, phone: str | None, email: str | None, since: datetime, publisher_id: UUID | None = None
) -> Lead | None:
    """The latest lead since then whose contact has this phone or this e-mail (blank never equals blank),
    tests left out.

    With `publisher_id` only that publisher's leads count.
    """
    same = [column == value for column, value in ((Contact.phone, phone), (Contact.email, email)) if value]
    if not same:
        return None
    statement = (
        select(Lead)
        .join(Contact, Contact.id == Lead.contact_id)
        .where(or_(*same), Lead.created_at >= since, Lead.test.is_(False), Lead.deleted_at.is_(None))
    )
    if publisher_id is not None:
        statement = statement.where(Lead.publisher_id == publisher_id)
    return (await work.scalars(statement.order_by(Lead.created_at.desc(), Lead.id.desc()).limit(1))).first()


async def leads_of(work: Work, person: Person, contact_ids: list[UUID]) -> dict[UUID, UUID]:
    """The latest lead of each contact that this person may see, by contact."""
    within = (Lead.contact_id.in_(contact_ids), await visible(work, person))
    rows = await work.execute(select(Lead.contact_id, Lead.id).where(*within).order_by(Lead.created_at, Lead.id))
    return dict(rows.all())


async def open_leads(work: Work, people: list[UUID]) -> dict[UUID, int]:
    """How many leads each carries that are still worked on; tests do not count. Those without any are
    missing.
    """
    working = (Stage.kind.in_(["new", "open"]), Lead.deleted_at.is_(None), Lead.test.is_(False))
    rows = await work.execute(
        select(Lead.owner_id, func.count())
        .join(Stage, Stage.id == Lead.stage_id)
        .where(Lead.owner_id.in_(people), *working)
        .group_by(Lead.owner_id)
    )
    return {row[0]: row[1] for row in rows}


async def newest(work: Work, person: Person) -> UUID | None:
    """The lead that came last, a test one only where there is no other."""
    latest = select(Lead.id).where(await visible(work, person)).order_by(Lead.test, Lead.created_at.desc()).limit(1)
    return await work.scalar(latest)

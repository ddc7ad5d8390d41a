"""What a client sees of themselves. Everything starts from the contact that the person stands for."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select

from app.access.models import PersonRow
from app.contacts.models import Contact
from app.core import clock
from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.team.models import DAYS, Notice, notice_kinds
from themes.catalogue import say


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """Who they are to us: contact, newest lead with its stages, and the person who looks after them."""

    contact: Contact
    lead: Lead | None
    stage: Stage | None
    stages: list[Stage]
    owner: str


async def client(work: Work, person: Person) -> Client:
    """Raises NotFound for a person who stands for nobody."""
    if person.party_id is None:
        raise NotFound
    contact = await work.get(Contact, person.party_id)
    if contact is None:
        raise NotFound
    found = (
        select(Lead, PersonRow.name)
        .outerjoin(PersonRow, PersonRow.id == Lead.owner_id)
        .where(Lead.contact_id == contact.id, Lead.deleted_at.is_(None))
        .order_by(Lead.created_at.desc(), Lead.id.desc())
        .limit(1)
    )
    row = (await work.execute(found)).first()
    if row is None:
        return Client(contact=contact, lead=None, stage=None, stages=[], owner="")
    of_pipeline = select(Stage).where(Stage.pipeline_id == row.Lead.pipeline_id, Stage.kind != "lost")
    stages = list(await work.scalars(of_pipeline.order_by(Stage.position)))
    stage = next((stage for stage in stages if stage.id == row.Lead.stage_id), None)
    return Client(contact=contact, lead=row.Lead, stage=stage, stages=stages, owner=row.name or "")


async def party_exists(work: Work, contact_id: UUID) -> bool:
    """Whether somebody stands for this contact already."""
    return (await work.scalars(select(PersonRow.id).where(PersonRow.party_id == contact_id))).first() is not None


def open_until(hours: dict[str, Any], zone: str, days_off: Sequence[dict[str, str]] = ()) -> datetime | None:
    """The end of the span in which we are open just now, in the tenant's zone; None while closed and on days off."""
    local = clock.now().astimezone(ZoneInfo(zone))
    if local.date().isoformat() in {day["date"] for day in days_off}:
        return None
    minute = local.strftime("%H:%M")
    for start, end in hours.get(DAYS[local.weekday()], []):
        if start <= minute < end:
            hour, minutes = (int(part) for part in end.split(":"))
            return local.replace(hour=hour % 24, minute=minutes, second=0)
    return None


def week(hours: dict[str, Any], zone: str) -> list[tuple[str, list[tuple[datetime, datetime]]]]:
    """Each day by its name with its spans as moments of today in the tenant's zone: only their clock is shown."""
    names = (
        say("Monday"), say("Tuesday"), say("Wednesday"), say("Thursday"), say("Friday"), say("Saturday"), say("Sunday")
    )  # fmt: skip
    today = clock.now().astimezone(ZoneInfo(zone))

    def at(raw: str) -> datetime:
        hour, minute = (int(part) for part in raw.split(":"))
        return datetime.combine(today.date(), time(hour % 24, minute), ZoneInfo(zone))

    return [
        (name, [(at(start), at(end)) for start, end in hours.get(day, [])])
        for name, day in zip(names, DAYS, strict=True)
        if hours
    ]


class NewsLine(msgspec.Struct, frozen=True, kw_only=True):
    """One notice as the client reads it."""

    sentence: str
    url: str
    at: datetime
    read: bool


async def news(work: Work, person_id: UUID) -> list[NewsLine]:
    """The newest ten."""
    kinds = {kind.name: kind for kind in notice_kinds() if kind.name.startswith("client.")}
    mine = select(Notice).where(Notice.person_id == person_id, Notice.kind.in_(kinds))
    rows = await work.scalars(mine.order_by(Notice.at.desc(), Notice.id.desc()).limit(10))
    return [
        NewsLine(
            sentence=say(kinds[row.kind].sentence), url=kinds[row.kind].url.replace("{id}", str(row.entity_id)),
            at=row.at, read=row.read_at is not None,
        )
        for row in rows
    ]  # fmt: skip


async def preferences(work: Work, person_id: UUID) -> dict[str, Any]:
    person = await work.get(PersonRow, person_id)
    return dict(person.preferences or {}) if person else {}


async def contact_of(work: Work, contact_id: UUID) -> Contact:
    """Raises NotFound."""
    contact = await work.get(Contact, contact_id)
    if contact is None:
        raise NotFound
    return contact

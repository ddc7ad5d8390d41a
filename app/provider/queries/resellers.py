"""Resellers, plans, announcements."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select, text

from app.access.models import PersonRow, Role
from app.core import clock
from app.core.errors import NotFound
from app.core.work import Work
from app.provider.queries.reach import within_reach


class ResellerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One reseller as the operator sees it, or as it sees itself."""

    id: UUID
    slug: str
    name: str
    state: str
    tenants: int
    brand: dict[str, Any]
    host: str | None


class ResellerPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who comes into the console for a reseller."""

    id: UUID
    name: str
    email: str
    state: str
    role: str


class PlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as plain limits; None is no limit."""

    name: str
    label: str
    seats: int | None
    leads: int | None
    messages: int | None


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    text: str
    tone: str
    since: datetime
    until: datetime


async def resellers(work: Work) -> list[ResellerRow]:
    await within_reach(work)
    rows = await work.execute(
        text(
            "select r.id, r.slug, r.name, r.state, r.brand, r.host, (select count(*) from control.tenants t"
            " where t.reseller_id = r.id and t.state <> 'deleted') as tenants from control.resellers r order by r.name"
        )
    )
    return [msgspec.convert(dict(row), ResellerRow) for row in rows.mappings()]


async def reseller(work: Work, reseller_id: UUID | None) -> ResellerRow:
    """Raises NotFound for one that is not there or out of reach."""
    found = next((row for row in await resellers(work) if row.id == reseller_id), None)
    if found is None:
        raise NotFound
    return found


async def people_of(work: Work, reseller_id: UUID) -> list[ResellerPerson]:
    """Whoever comes into the console for a reseller, by name; those who left are left out. Raises NotFound."""
    await reseller(work, reseller_id)
    rows = select(PersonRow.id, PersonRow.name, PersonRow.email, PersonRow.state, Role.label.label("role"))
    rows = rows.join(Role, Role.id == PersonRow.role_id).where(PersonRow.state != "deactivated")
    found = await work.execute(rows.where(PersonRow.party_id == reseller_id).order_by(func.lower(PersonRow.name)))
    return [msgspec.convert(dict(row), ResellerPerson) for row in found.mappings()]


async def plans(work: Work) -> list[PlanRow]:
    rows = await work.execute(
        text("select name, label, seats, leads, messages from control.plans order by position, name")
    )
    return [msgspec.convert(dict(row), PlanRow) for row in rows.mappings()]


async def announcements(work: Work, *, all_of_them: bool = False) -> list[Announcement]:
    """What is told now; with `all_of_them` also what was and what will be."""
    when = "" if all_of_them else "where since <= :now and until > :now"
    statement = text(
        f"select id, text, tone, since, until from control.announcements {when} order by since desc limit 50"
    )
    rows = await work.execute(statement, {} if all_of_them else {"now": clock.now()})
    return [msgspec.convert(dict(row), Announcement) for row in rows.mappings()]

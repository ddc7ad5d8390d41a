"""What somebody at the console may see. Every read of `control` starts at `within_reach`."""

from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import select, text

from app.core import clock
from app.core.errors import NotFound
from app.core.work import Work
from app.provider.models import TenantOrder

SILENT_DAYS = 14
DAYS_SHOWN = 30
Health = Literal["good", "look", "bad", "off"]


class TenantRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the console's list. `health` is worst first: bad, look, good, off; `words` say it."""

    id: UUID
    slug: str
    name: str
    blueprint: str
    state: str
    host: str
    reseller: str | None
    leads: int
    seats: int
    messages: int
    last_activity: datetime | None
    health: Health
    words: str


class Tile(msgspec.Struct, frozen=True):
    """A figure over all tenants in reach, with its last 30 days and the time it was read."""

    label: str
    value: int
    days: list[int]
    as_of: datetime | None


async def within_reach(work: Work) -> Work:
    """Let this transaction see its person's part of the registry: the reseller's own, or all for the operator.

    The one place where the setting is made that `control`'s row-level security compares with. Raises NotFound for a
    person who is not of the console.
    """
    person = work.person
    if person is None or person.audience != "console":
        raise NotFound
    reach = str(person.party_id) if person.party_id else "all"
    await work.execute(text("select set_config('marquee.reseller', :reach, true)"), {"reach": reach})
    return work


_TENANTS = """
select t.id, t.slug, t.name, t.blueprint, t.state, t.migration_error, t.created_at, r.name as reseller,
  (select h.host from control.hosts h where h.tenant_id = t.id order by (h.kind = 'custom') desc, h.host limit 1) as host,
  coalesce(m.leads, 0) as leads, coalesce(m.seats, 0) as seats, coalesce(m.messages, 0) as messages,
  coalesce(m.failed, 0) as failed, m.last_sign_in
from control.tenants t
left join control.resellers r on r.id = t.reseller_id
left join lateral (
  select sum(value) filter (where meter = 'leads') as leads,
         max(value) filter (where meter = 'seats' and day = newest) as seats,
         sum(value) filter (where meter = 'messages') as messages,
         max(value) filter (where meter = 'failed_jobs' and day = newest) as failed,
         max(value) filter (where meter = 'last_sign_in') as last_sign_in
  from (select meter, day, value, max(day) over () as newest from control.meters
        where tenant_id = t.id and day > :since) figures
) m on true
where t.state <> 'deleted' and t.blueprint <> 'operator'
"""


async def tenants(work: Work, *, q: str = "", state: str = "", blueprint: str = "") -> list[TenantRow]:
    """Tenants in reach, worst health first, then by name."""
    await within_reach(work)
    filters, values = "", {"since": clock.now().date() - timedelta(days=DAYS_SHOWN)}
    if q:
        filters += " and (t.name ilike :q or t.slug ilike :q)"
        values["q"] = f"%{_escaped(q)}%"  # type: ignore[assignment]
    if state:
        filters += " and t.state = :state"
        values["state"] = state  # type: ignore[assignment]
    if blueprint:
        filters += " and t.blueprint = :blueprint"
        values["blueprint"] = blueprint  # type: ignore[assignment]
    rows = (await work.execute(text(_TENANTS + filters), values)).mappings()
    order = {"bad": 0, "look": 1, "good": 2, "off": 3}
    return sorted((_row(dict(row)) for row in rows), key=lambda row: (order[row.health], row.name.lower()))


async def tenant(work: Work, tenant_id: UUID) -> TenantRow:
    """Raises NotFound when it does not exist or is another reseller's: the two look alike."""
    await within_reach(work)
    values = {"since": clock.now().date() - timedelta(days=DAYS_SHOWN), "id": tenant_id}
    row = (await work.execute(text(_TENANTS + " and t.id = :id"), values)).mappings().first()
    if row is None:
        raise NotFound
    return _row(dict(row))


def _escaped(fragment: str) -> str:
    return fragment.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _row(row: dict[str, Any]) -> TenantRow:
    seen = clock.from_timestamp(row["last_sign_in"]) if row["last_sign_in"] else None
    health, words = _health(row, seen)
    return TenantRow(
        id=row["id"],
        slug=row["slug"],
        name=row["name"],
        blueprint=row["blueprint"],
        state=row["state"],
        host=row["host"] or "",
        reseller=row["reseller"],
        leads=int(row["leads"]),
        seats=int(row["seats"]),
        messages=int(row["messages"]),
        last_activity=seen,
        health=health,
        words=words,
    )


def _health(row: dict[str, Any], seen: datetime | None) -> tuple[Health, str]:
    """The worst thing that can be said of a tenant, in words."""
    if row["state"] != "active":
        return "off", row["state"].capitalize()
    if row["migration_error"]:
        return "bad", "Its tables could not be brought up to date"
    if row["failed"]:
        return "bad", f"{row['failed']} jobs failed and wait for somebody"
    quiet_since = seen or row["created_at"]
    if clock.now() - quiet_since > timedelta(days=SILENT_DAYS):
        return "look", f"Nobody signed in for {(clock.now() - quiet_since).days} days"
    return "good", "All is well"


async def tiles(work: Work) -> list[Tile]:
    """Tenants, leads, seats, messages: today's total and 30 days of it."""
    await within_reach(work)
    today = clock.now().date()
    count = await work.scalar(
        text("select count(*) from control.tenants where state <> 'deleted' and blueprint <> 'operator'")
    )
    rows = (
        await work.execute(
            text(
                "select meter, day, sum(value) as value, max(as_of) as as_of from control.meters"
                " where day > :since and meter in ('leads', 'seats', 'messages') group by meter, day"
            ),
            {"since": today - timedelta(days=DAYS_SHOWN)},
        )
    ).all()
    figures = {(row.meter, row.day): row for row in rows}
    shown = [Tile("Tenants", int(count or 0), [], None)]
    for meter, label, summed in (
        ("leads", "Leads, 30 days", True),
        ("seats", "Seats", False),
        ("messages", "Messages, 30 days", True),
    ):
        shown.append(_tile(label, meter, summed, today, figures))
    return shown


def _tile(label: str, meter: str, summed: bool, today: date, figures: dict[tuple[str, date], Any]) -> Tile:
    days = [today - timedelta(days=back) for back in range(DAYS_SHOWN - 1, -1, -1)]
    values = [int(figures[meter, day].value) if (meter, day) in figures else 0 for day in days]
    read = [figures[meter, day].as_of for day in days if (meter, day) in figures]
    latest = next((value for value in reversed(values) if value), 0)
    return Tile(label, sum(values) if summed else latest, values, max(read, default=None))


class ResellerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One reseller as the operator sees it."""

    id: UUID
    slug: str
    name: str
    state: str
    tenants: int
    brand: dict[str, Any]


async def resellers(work: Work) -> list[ResellerRow]:
    await within_reach(work)
    rows = await work.execute(
        text(
            "select r.id, r.slug, r.name, r.state, r.brand, (select count(*) from control.tenants t"
            " where t.reseller_id = r.id and t.state <> 'deleted') as tenants from control.resellers r order by r.name"
        )
    )
    return [msgspec.convert(dict(row), ResellerRow) for row in rows.mappings()]


async def slug_taken(work: Work, slug: str) -> bool:
    """Whether an address is taken or was freed within 90 days. Only a yes or no: never whose."""
    return not await work.scalar(text("select control.slug_is_free(:slug, :now)"), {"slug": slug, "now": clock.now()})


async def order(work: Work, order_id: UUID) -> TenantOrder:
    """An order of this person's own reseller. Raises NotFound."""
    person = work.person
    found = (await work.scalars(select(TenantOrder).where(TenantOrder.id == order_id))).first()
    if person is None or found is None or (person.party_id is not None and found.reseller_id != person.party_id):
        raise NotFound
    return found

"""The rows behind a figure, where the list of leads cannot say them: enrolments, payments, and leads of one hour of one
weekday; the newest first.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select, tuple_

from app.analytics.models import Period
from app.analytics.queries.figures import Figure
from app.analytics.queries.scope import View
from app.billing.models import Invoice
from app.contacts.models import Contact
from app.core.errors import NotFound
from app.core.work import Work
from app.leads import queries as leads
from app.leads.models import Lead

SCREEN = 50


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """One row that a figure counts. `amount` in minor units, None where the figure counts heads."""

    id: UUID
    at: datetime
    name: str
    url: str
    note: str
    amount: int | None


class Screen(msgspec.Struct, frozen=True):
    rows: list[Behind]
    cursor: str


async def behind(work: Work, figure: Figure, view: View, period: Period, cursor: str = "") -> Screen:
    """One screen. Raises NotFound for a figure whose rows are a list of leads, and for a cursor that is none."""
    if figure.name not in ("enrolled", "revenue", "leads"):
        raise NotFound
    rows = figure.rows(view, period.since, period.until).subquery()
    statement = select(rows.c.at, rows.c.lead, rows.c.amount)
    if cursor:
        statement = statement.where(tuple_(rows.c.at, rows.c.lead) < tuple_(*position(cursor)))
    found = (await work.execute(statement.order_by(rows.c.at.desc(), rows.c.lead.desc()).limit(SCREEN + 1))).all()
    shown = found[:SCREEN]
    named = await (_invoices if figure.name == "revenue" else _leads)(work, [row.lead for row in shown])
    lines = [
        Behind(
            id=row.lead, at=row.at, name=named[row.lead][0], url=named[row.lead][1], note=named[row.lead][2],
            amount=int(row.amount or 0),
        )
        for row in shown if row.lead in named
    ]  # fmt: skip
    last = shown[-1] if len(found) > SCREEN else None
    return Screen(lines, f"{last.at.isoformat()}_{last.lead}" if last else "")


async def _leads(work: Work, ids: list[UUID]) -> dict[UUID, tuple[str, str, str]]:
    names = await leads.names(work, ids)
    sources = dict((await work.execute(select(Lead.id, Lead.source).where(Lead.id.in_(ids)))).tuples().all())
    return {id_: (name.label, name.url, sources.get(id_, "")) for id_, name in names.items()}


async def _invoices(work: Work, ids: list[UUID]) -> dict[UUID, tuple[str, str, str]]:
    rows = await work.execute(
        select(Invoice.id, Invoice.number, Contact.first_name, Contact.last_name)
        .join(Contact, Contact.id == Invoice.contact_id)
        .where(Invoice.id.in_(ids))
    )
    return {
        row.id: (f"{row.first_name} {row.last_name}".strip(), f"/admin/invoices/{row.id}", str(row.number or ""))
        for row in rows
    }


def position(cursor: str) -> tuple[datetime, UUID]:
    at, _, id_ = cursor.partition("_")
    try:
        return datetime.fromisoformat(at), UUID(id_)
    except ValueError:
        raise NotFound from None

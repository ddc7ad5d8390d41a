"""The rows behind a cell of "Program and money", the newest first."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, select, tuple_

from app.analytics.models import Period
from app.analytics.queries import Behind, Screen, View
from app.analytics.queries.behind import SCREEN, position
from app.billing.models import Invoice
from app.contacts.models import Contact
from app.core.permissions import Person
from app.core.work import Work
from app.programs.models import Program
from app.reports.queries.money import rows_of


async def behind(
    work: Work, person: Person, seen: View, period: Period, name: str, cursor: str = ""
) -> tuple[Screen, int, int]:
    """One screen, and of all rows how many they are and what they come to. Raises NotFound."""
    rows = (await rows_of(work, person, seen, period, name)).subquery()
    count, amount = (
        await work.execute(select(func.count(), func.coalesce(func.sum(rows.c.amount), 0)).select_from(rows))
    ).one()
    statement = _named(rows, name)
    if cursor:
        statement = statement.where(tuple_(rows.c.at, rows.c.id) < tuple_(*position(cursor)))
    found = (await work.execute(statement.order_by(rows.c.at.desc(), rows.c.id.desc()).limit(SCREEN + 1))).all()
    lines = [
        Behind(
            id=row.id, at=row.at, name=f"{row.first_name} {row.last_name}".strip(), url=_url(name, row.record),
            note=str(row.note or ""), amount=int(row.amount or 0),
        )
        for row in found[:SCREEN]
    ]  # fmt: skip
    last = lines[-1] if len(found) > SCREEN else None
    return Screen(lines, f"{last.at.isoformat()}_{last.id}" if last else ""), int(count), int(amount)


def _named(rows: Any, name: str) -> Any:
    """With whom each is about, and the record that it stands in."""
    who = Contact.first_name, Contact.last_name
    if name == "billed":
        found = select(
            rows.c.at, rows.c.id, rows.c.amount, Invoice.number.label("note"), Invoice.id.label("record"), *who
        )
        return found.join(Invoice, Invoice.id == rows.c.id).join(Contact, Contact.id == Invoice.contact_id)
    found = select(rows.c.at, rows.c.id, rows.c.amount, literal("").label("note"), Program.id.label("record"), *who)
    return found.join(Program, Program.id == rows.c.program).join(Contact, Contact.id == Program.contact_id)


def _url(name: str, record: UUID) -> str:
    return f"/admin/invoices/{record}" if name == "billed" else f"/agent/programs/{record}"

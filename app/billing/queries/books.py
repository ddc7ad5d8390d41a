"""Reading the books: balances, bookings, one client's statement, client money as a whole."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select, tuple_

from app.billing.models import Account, Entry, Posting
from app.contacts.models import Contact
from app.core.work import Work
from app.programs.models import TrustAccount

PAGE = 50
MOST_LINES = 200


class Balance(msgspec.Struct, frozen=True):
    """One account of the trial balance: debits, credits (both positive) and what is over; minor units."""

    code: str
    label: str
    kind: str
    debit: int
    credit: int

    @property
    def balance(self) -> int:
        return self.debit - self.credit


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """One entry with its sides: (account, amount), debit positive."""

    id: UUID
    kind: str
    subject: str
    subject_id: UUID
    happened_at: datetime
    sides: list[tuple[str, int]]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One movement of a client's money: more is positive; `after` is what was saved then."""

    kind: str
    at: datetime
    amount: int
    after: int


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """The newest first. `saved` is what stands now, `outgoing` what is on its way back to the client."""

    lines: list[Line]
    saved: int
    outgoing: int


class ClientMoney(msgspec.Struct, frozen=True, kw_only=True):
    """One client's account; `booked` is the sum of the postings, which must equal `saved` and `outgoing`."""

    contact_id: UUID
    name: str
    saved: int
    outgoing: int
    booked: int


class TrustPosition(msgspec.Struct, frozen=True, kw_only=True):
    """Client money in the books (`held`), and client by client. All is well when nothing is `off`."""

    held: int
    clients: list[ClientMoney]

    @property
    def owed(self) -> int:
        return sum(each.saved + each.outgoing for each in self.clients)

    @property
    def off(self) -> list[ClientMoney]:
        return [each for each in self.clients if each.booked != each.saved + each.outgoing]


async def statement(work: Work, contact_id: UUID) -> Statement:
    """What this client put in and what left their account, with the balance after each."""
    rows = await work.execute(
        select(Entry.id, Entry.kind, Entry.happened_at, func.sum(-Posting.amount).label("amount"))
        .join(Posting, Posting.entry_id == Entry.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.contact_id == contact_id, Account.code == "clients")
        .group_by(Entry.id)
        .order_by(Entry.booked_at, Entry.id)
    )
    lines, after = [], 0
    for row in rows:
        after += int(row.amount)
        lines.append(Line(kind=row.kind, at=row.happened_at, amount=int(row.amount), after=after))
    account = await work.get(TrustAccount, contact_id)
    saved, outgoing = (account.saved, account.refunds) if account else (0, 0)
    return Statement(lines=lines[::-1][:MOST_LINES], saved=saved, outgoing=outgoing)


async def trust_position(work: Work) -> TrustPosition:
    """All client money: the trust account of the books against what each client has."""
    held = select(func.coalesce(func.sum(Posting.amount), 0)).join(Account, Account.id == Posting.account_id)
    booked = (
        select(Posting.contact_id, func.sum(-Posting.amount).label("booked"))
        .where(Posting.contact_id.is_not(None))
        .group_by(Posting.contact_id)
        .subquery()
    )
    rows = await work.execute(
        select(TrustAccount, Contact, func.coalesce(booked.c.booked, 0).label("booked"))
        .join(Contact, Contact.id == TrustAccount.contact_id)
        .outerjoin(booked, booked.c.contact_id == TrustAccount.contact_id)
        .order_by((TrustAccount.saved + TrustAccount.refunds).desc(), Contact.id)
    )
    clients = [
        ClientMoney(
            contact_id=row.Contact.id, name=row.Contact.name, saved=row.TrustAccount.saved,
            outgoing=row.TrustAccount.refunds, booked=int(row.booked),
        )
        for row in rows
    ]  # fmt: skip
    return TrustPosition(held=int(await work.scalar(held.where(Account.code == "trust")) or 0), clients=clients)


async def trial_balance(work: Work) -> list[Balance]:
    """Every account with its debits and credits. Their sums are equal, or the books are broken."""
    debit = func.coalesce(func.sum(Posting.amount).filter(Posting.amount > 0), 0)
    credit = -func.coalesce(func.sum(Posting.amount).filter(Posting.amount < 0), 0)
    statement = (
        select(Account.code, Account.label, Account.kind, debit, credit)
        .outerjoin(Posting, Posting.account_id == Account.id)
        .group_by(Account.id)
        .order_by(Account.kind, Account.code)
    )
    return [Balance(row[0], row[1], row[2], int(row[3]), int(row[4])) for row in await work.execute(statement)]


async def bookings(work: Work, account: str = "", before: UUID | None = None) -> list[Booking]:
    """The newest entries with their sides, of all accounts or those that touch one; one more than a page
    holds."""
    statement = select(Entry)
    if account:
        touched = (
            select(Posting.entry_id).join(Account, Account.id == Posting.account_id).where(Account.code == account)
        )
        statement = statement.where(Entry.id.in_(touched))
    if before is not None:
        last = (await work.execute(select(Entry.happened_at, Entry.id).where(Entry.id == before))).first()
        if last is not None:
            statement = statement.where(tuple_(Entry.happened_at, Entry.id) < tuple_(*last))
    ordered = statement.order_by(Entry.happened_at.desc(), Entry.id.desc()).limit(PAGE + 1)
    entries = list(await work.scalars(ordered))
    return await _with_sides(work, entries)


async def _with_sides(work: Work, entries: Sequence[Entry]) -> list[Booking]:
    rows = await work.execute(
        select(Posting.entry_id, Account.label, Posting.amount)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.entry_id.in_([entry.id for entry in entries]))
        .order_by(Posting.amount.desc())
    )
    sides: dict[UUID, list[tuple[str, int]]] = {}
    for row in rows:
        sides.setdefault(row.entry_id, []).append((row.label, row.amount))
    return [
        Booking(
            id=entry.id, kind=entry.kind, subject=entry.subject, subject_id=entry.subject_id,
            happened_at=entry.happened_at, sides=sides.get(entry.id, []),
        )
        for entry in entries
    ]  # fmt: skip

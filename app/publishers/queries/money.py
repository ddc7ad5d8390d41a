"""What a publisher has earned: one state for each paid lead, told by its dates alone."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import Date, case, cast, func, select

from app.core import clock
from app.core.work import Work
from app.publishers.models import Offer, Submission

Earned = Literal["pending", "approved", "returned"]
EARNED: tuple[Earned, ...] = ("pending", "approved", "returned")


class Sum(msgspec.Struct, frozen=True):
    """So many leads, so much money in minor units."""

    leads: int = 0
    amount: int = 0


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Of one currency. The three never overlap: together they are everything that was ever accepted for money."""

    currency: str
    pending: Sum
    approved: Sum
    returned: Sum
    to_return: Sum  # the part of what is pending that may still be returned


class Release(msgspec.Struct, frozen=True):
    """What is approved on one day."""

    day: date
    currency: str
    leads: int
    amount: int


class EarnedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One paid lead."""

    id: UUID
    at: datetime
    offer: str
    ref: str
    sub_id: str
    amount: int
    currency: str
    state: Earned
    hold_until: datetime | None
    return_until: datetime | None
    returned_at: datetime | None
    return_reason: str


def state(now: datetime) -> Any:
    """Of one paid submission at this moment, as an SQL expression."""
    return case(
        (Submission.returned_at.is_not(None), "returned"),
        (Submission.hold_until > now, "pending"),
        else_="approved",
    )


def _paid(publisher_id: UUID) -> list[Any]:
    """Tests have no price, but are named all the same."""
    return [Submission.publisher_id == publisher_id, Submission.price_amount > 0, Submission.tally]


async def totals(work: Work, publisher_id: UUID) -> list[Totals]:
    """In one statement, so that no lead is between two states while we count."""
    now = clock.now()
    earned, open_ = state(now), Submission.return_until > now
    columns = []
    for name in EARNED:
        columns += _sum(name, earned == name)
    columns += _sum("to_return", (earned == "pending") & open_)
    statement = select(Submission.currency, *columns).where(*_paid(publisher_id)).group_by(Submission.currency)
    rows = (await work.execute(statement.order_by(Submission.currency))).mappings()
    return [
        Totals(
            currency=row["currency"],
            **{name: Sum(row[f"{name}_leads"], int(row[f"{name}_amount"])) for name in (*EARNED, "to_return")},
        )
        for row in rows
    ]


def _sum(name: str, where: Any) -> list[Any]:
    return [
        func.count().filter(where).label(f"{name}_leads"),
        func.coalesce(func.sum(Submission.price_amount).filter(where), 0).label(f"{name}_amount"),
    ]


async def releases(work: Work, publisher_id: UUID, zone: str, most: int = 7) -> list[Release]:
    """The days on which something is approved next."""
    day = cast(func.timezone(zone, Submission.hold_until), Date).label("day")
    statement = (
        select(day, Submission.currency, func.count().label("leads"), func.sum(Submission.price_amount).label("amount"))
        .where(*_paid(publisher_id), Submission.returned_at.is_(None), Submission.hold_until > clock.now())
        .group_by(day, Submission.currency)
        .order_by(day, Submission.currency)
        .limit(most)
    )
    return [Release(row.day, row.currency, row.leads, int(row.amount)) for row in await work.execute(statement)]


async def earned(
    work: Work, publisher_id: UUID, wanted: str = "", *, before: UUID | None = None, limit: int = 50
) -> list[EarnedLine]:
    """Paid leads, newest first; one more than the limit tells that there are others."""
    now = clock.now()
    statement = (
        select(
            Submission.id,
            Submission.at,
            func.coalesce(Offer.name, "").label("offer"),
            Submission.ref,
            Submission.sub_id,
            Submission.price_amount.label("amount"),
            Submission.currency,
            state(now).label("state"),
            Submission.hold_until,
            Submission.return_until,
            Submission.returned_at,
            Submission.return_reason,
        )
        .outerjoin(Offer, Offer.id == Submission.offer_id)
        .where(*_paid(publisher_id))
    )
    if wanted in EARNED:
        statement = statement.where(state(now) == wanted)
    if before is not None:
        last = select(Submission.at).where(Submission.id == before, Submission.publisher_id == publisher_id)
        statement = statement.where(func.row(Submission.at, Submission.id) < func.row(last.scalar_subquery(), before))
    rows = await work.execute(statement.order_by(Submission.at.desc(), Submission.id.desc()).limit(limit + 1))
    return [EarnedLine(**row) for row in rows.mappings()]

"""What a publisher sees of their own: figures, rows, one row's request and answer, keys. Always one
publisher's.
"""

import base64
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from sqlalchemy import Row, Select, and_, case, func, or_, select, text

from app.access.models import PersonRow
from app.core import clock
from app.core.runtime import runtime
from app.core.work import Work
from app.publishers.models import Offer, Publisher, PublisherKey, Submission

STATUSES = ("accepted", "duplicate", "rejected")


class Figures(msgspec.Struct, frozen=True):
    """Counts of one span of time, tests left out; `earned` in minor units."""

    sent: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    earned: int = 0

    @property
    def rate(self) -> float | None:
        """The accepted share, from 0 to 1; None when nothing was sent."""
        return self.accepted / self.sent if self.sent else None


class Filters(msgspec.Struct, frozen=True):
    """How the list of leads is narrowed; empty means all."""

    status: str = ""
    offer: str = ""
    sub_id: str = ""
    code: str = ""
    test: str = ""  # "" real ones, "only" tests, "all" both


class Line(msgspec.Struct, frozen=True):
    """One row of the list."""

    id: UUID
    at: datetime
    status: str
    codes: list[str]
    reasons: list[dict[str, Any]]
    ref: str
    sub_id: str
    offer: str
    price_amount: int
    currency: str
    test: bool


class Page(msgspec.Struct, frozen=True):
    """Rows, and the cursor of the next ones when there are more."""

    lines: list[Line]
    next_cursor: str = ""


class Exchange(msgspec.Struct, frozen=True):
    """The exact request and answer; None for what is no longer kept."""

    line: Line
    request: str | None
    content_type: str
    answer_status: int
    answer: str | None


async def publisher(work: Work, publisher_id: UUID | None) -> Publisher | None:
    return await work.get(Publisher, publisher_id) if publisher_id else None


async def figures(work: Work, publisher_id: UUID, since: datetime, until: datetime | None = None) -> Figures:
    """What was sent from `since` on, tests left out."""
    columns = [func.count().filter(Submission.status == status).label(status) for status in STATUSES]
    statement = select(
        func.count().label("sent"),
        *columns,
        func.coalesce(func.sum(Submission.price_amount), 0).label("earned"),
    ).where(Submission.publisher_id == publisher_id, Submission.tally, Submission.at >= since)
    if until is not None:
        statement = statement.where(Submission.at < until)
    row = (await work.execute(statement)).mappings().one()
    return Figures(**{name: int(value) for name, value in row.items()})


async def refusals(work: Work, publisher_id: UUID, since: datetime) -> list[tuple[str, str, int, int]]:
    """(field, code, count, amount lost) of what was refused; the amount is what the offer pays."""
    rows = await work.execute(
        text(
            "select r.field, r.code, count(*) as count, coalesce(sum(o.price_amount), 0) as amount"
            " from submissions s"
            " join offers o on o.id = s.offer_id"
            " cross join lateral (select distinct x->>'field' as field, x->>'code' as code"
            " from jsonb_array_elements(s.reasons) x) r"
            " where s.publisher_id = :id and s.tally and s.at >= :since"
            " and s.status in ('rejected', 'duplicate')"
            " group by 1, 2 order by 4 desc, 3 desc limit 20"
        ),
        {"id": publisher_id, "since": since},
    )
    return [(row.field, row.code, row.count, int(row.amount)) for row in rows]


async def progress(work: Work, publisher_id: UUID) -> dict[str, int]:
    """For the go-live list: live keys, accepted, refused and duplicate tests."""
    counts = [func.count().filter(Submission.status == status, ~Submission.tally).label(status) for status in STATUSES]
    row = (await work.execute(select(*counts).where(Submission.publisher_id == publisher_id))).mappings().one()
    keys = await work.scalar(
        select(func.count()).where(PublisherKey.publisher_id == publisher_id, PublisherKey.revoked_at.is_(None))
    )
    return {"keys": keys or 0, **row}


def _lines() -> Select[Any]:
    return select(
        Submission.id,
        Submission.at,
        Submission.status,
        Submission.codes,
        Submission.reasons,
        Submission.ref,
        Submission.sub_id,
        func.coalesce(Offer.name, "").label("offer"),
        Submission.price_amount,
        Submission.currency,
        case((Submission.tally, False), else_=True).label("test"),
    ).outerjoin(Offer, Offer.id == Submission.offer_id)


async def lines(work: Work, publisher_id: UUID, filters: Filters, *, cursor: str = "", limit: int = 50) -> Page:
    """Newest first, by key."""
    statement = _narrowed(_lines().where(Submission.publisher_id == publisher_id), filters)
    after = _read_cursor(cursor)
    if after is not None:
        at, id_ = after
        statement = statement.where(or_(Submission.at < at, and_(Submission.at == at, Submission.id < id_)))
    rows = (
        (await work.execute(statement.order_by(Submission.at.desc(), Submission.id.desc()).limit(limit + 1)))
        .mappings()
        .all()
    )
    found = [Line(**row) for row in rows[:limit]]
    return Page(found, _cursor(found[-1]) if len(rows) > limit else "")


def _narrowed(statement: Select[Any], filters: Filters) -> Select[Any]:
    if filters.test != "all":
        statement = statement.where(~Submission.tally if filters.test == "only" else Submission.tally)
    if filters.status in STATUSES:
        statement = statement.where(Submission.status == filters.status)
    if filters.offer:
        statement = statement.where(Offer.slug == filters.offer)
    if filters.sub_id:
        statement = statement.where(Submission.sub_id == filters.sub_id)
    if filters.code:
        statement = statement.where(Submission.codes.any(filters.code))
    return statement


def _cursor(line: Line) -> str:
    return base64.urlsafe_b64encode(f"{line.at.isoformat()} {line.id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, UUID] | None:
    """A cursor that somebody made up is the beginning."""
    try:
        at, _, id_ = base64.urlsafe_b64decode(cursor).decode().partition(" ")
        return datetime.fromisoformat(at), UUID(id_)
    except ValueError:
        return None


async def exchange(work: Work, publisher_id: UUID, submission_id: UUID) -> Exchange | None:
    """One row with its exact request, unsealed, and answer; None when it is not this publisher's."""
    row = (
        (await work.execute(_lines().where(Submission.publisher_id == publisher_id, Submission.id == submission_id)))
        .mappings()
        .first()
    )
    if row is None:
        return None
    kept = await work.get(Submission, submission_id)
    assert kept is not None
    request = None
    if kept.request is not None:
        box = await runtime().box(work.tenant)
        request = box.open(kept.request, table="submissions", column="request", row=kept.id)
    return Exchange(Line(**row), request, kept.content_type, kept.answer_status, kept.answer)


async def keys(work: Work, publisher_id: UUID) -> list[PublisherKey]:
    """Live ones first, then the revoked ones of the last 90 days."""
    since = clock.now() - timedelta(days=90)
    statement = (
        select(PublisherKey)
        .where(PublisherKey.publisher_id == publisher_id)
        .where(or_(PublisherKey.revoked_at.is_(None), PublisherKey.revoked_at > since))
        .order_by(PublisherKey.revoked_at.is_not(None), PublisherKey.created_at.desc())
    )
    return list((await work.scalars(statement)).all())


async def offers(work: Work, publisher_id: UUID) -> list[Offer]:
    statement = select(Offer).where(Offer.publisher_id == publisher_id).order_by(Offer.state == "closed", Offer.name)
    return list((await work.scalars(statement)).all())


async def all_publishers(work: Work, since: datetime) -> list[Row[Any]]:
    """For staff: each publisher with its figures since then."""
    counted = (
        select(
            Submission.publisher_id,
            func.count().label("sent"),
            func.count().filter(Submission.status == "accepted").label("accepted"),
            func.coalesce(func.sum(Submission.price_amount), 0).label("spent"),
            func.max(Submission.at).label("last_at"),
        )
        .where(Submission.tally, Submission.at >= since)
        .group_by(Submission.publisher_id)
        .subquery()
    )
    offers_of = (
        select(func.count()).where(Offer.publisher_id == Publisher.id, Offer.state != "closed").scalar_subquery()
    )
    statement = (
        select(
            Publisher.id,
            Publisher.name,
            Publisher.state,
            offers_of.label("offers"),
            func.coalesce(counted.c.sent, 0).label("sent"),
            func.coalesce(counted.c.accepted, 0).label("accepted"),
            func.coalesce(counted.c.spent, 0).label("spent"),
            counted.c.last_at,
        )
        .outerjoin(counted, counted.c.publisher_id == Publisher.id)
        .order_by(Publisher.state == "closed", Publisher.name)
    )
    return list((await work.execute(statement)).all())


async def submission_of_lead(work: Work, lead_id: UUID) -> Submission | None:
    """The post that a lead came in with."""
    return (await work.scalars(select(Submission).where(Submission.lead_id == lead_id).limit(1))).first()


def query_of(filters: Filters) -> str:
    """The filters as an address has them."""
    return urlencode({name: value for name, value in msgspec.structs.asdict(filters).items() if value})


async def people_of(work: Work, publisher_id: UUID) -> list[PersonRow]:
    """Whoever signs in for this publisher, or has been invited."""
    statement = select(PersonRow).where(PersonRow.party_id == publisher_id).order_by(PersonRow.name)
    return list((await work.scalars(statement)).all())

"""What a publisher sees of their own: figures, rows, one row's request and answer, keys. Always one
publisher's.
"""

import base64
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Select, and_, case, func, or_, outerjoin, select, text

from app.core import clock
from app.core.runtime import runtime
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.publishers.models import Offer, Publisher, PublisherKey, Submission
from app.publishers.models.answers import CODES
from app.publishers.models.masking import masked
from app.publishers.queries.figures import STATUSES, Figures, counted
from themes.catalogue import say
from themes.view import current

KEPT = {"paid": Submission.returned_at.is_(None), "returned": Submission.returned_at.is_not(None)}


class Filters(msgspec.Struct, frozen=True):
    """How the list of leads is narrowed; empty means all."""

    status: str = ""  # how it was answered; "paid" is accepted and not returned, "returned" the rest of those
    offer: str = ""
    sub_id: str = ""
    code: str = ""
    field: str = ""  # with the code: only where it was said of this field
    test: str = ""  # "" real ones, "only" tests, "all" both
    since: str = ""  # the first day, as YYYY-MM-DD
    until: str = ""  # the last day
    zone: str = ""  # by whose clocks days begin; "" those of whoever asks


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
    quality: int | None
    tips: dict[str, int]
    stage: str | None
    told: dict[str, str] | None
    hold_until: datetime | None
    return_until: datetime | None
    returned_at: datetime | None
    return_reason: str
    lead_id: UUID | None
    form_id: UUID | None

    @property
    def spoken(self) -> list[dict[str, Any]]:
        """The reasons for whoever reads them: in English as they were answered, in another language by their codes."""
        if current().language == "en":
            return self.reasons
        return [{**each, "message": say(CODES.get(each["code"], each["message"]))} for each in self.reasons]


class Page(msgspec.Struct, frozen=True):
    """Rows, and the cursor of the next ones when there are more."""

    lines: list[Line]
    next_cursor: str = ""


class Exchange(msgspec.Struct, frozen=True):
    """The exact request and answer; None for what is no longer kept."""

    line: Line
    request: str | None
    content_type: str
    headers: list[list[str]]
    answer_status: int
    answer: str | None


async def publisher(work: Work, publisher_id: UUID | None) -> Publisher | None:
    return await work.get(Publisher, publisher_id) if publisher_id else None


class SubId(msgspec.Struct, frozen=True):
    """One sub-id with its figures; `quality` is the average of the accepted ones."""

    sub_id: str
    figures: Figures
    quality: float | None


async def by_sub_id(work: Work, publisher_id: UUID, filters: Filters, zone: str, most: int = 100) -> list[SubId]:
    """The busiest sub-ids of what fits the filters."""
    statement = select(Submission.sub_id, *counted(), func.avg(Submission.quality).label("quality"))
    statement = statement.outerjoin(Offer, Offer.id == Submission.offer_id)
    statement = _narrowed(statement.where(Submission.publisher_id == publisher_id), filters, zone)
    rows = await work.execute(
        statement.group_by(Submission.sub_id).order_by(text("sent desc"), Submission.sub_id).limit(most)
    )
    return [
        SubId(
            row.sub_id,
            Figures(row.sent, row.accepted, row.duplicate, row.rejected, int(row.earned)),
            None if row.quality is None else float(row.quality),
        )
        for row in rows
    ]


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
        Submission.quality,
        Submission.tips,
        Stage.name.label("stage"),
        Offer.terms["told"].label("told"),
        Submission.hold_until,
        Submission.return_until,
        Submission.returned_at,
        Submission.return_reason,
        Submission.lead_id,
        Submission.form_id,
    ).select_from(_joined())


def _joined() -> Any:
    """A submission with its offer and the stage that its lead stands at now."""
    with_offer = outerjoin(Submission, Offer, Offer.id == Submission.offer_id)
    with_lead = outerjoin(with_offer, Lead, and_(Lead.id == Submission.lead_id, ~Lead.test))
    return outerjoin(with_lead, Stage, Stage.id == Lead.stage_id)


async def lines(
    work: Work, publisher_id: UUID, filters: Filters, *, cursor: str = "", limit: int = 50, zone: str = "UTC"
) -> Page:
    """Newest first, by key. `zone`: whose days the filters mean."""
    statement = _narrowed(_lines().where(Submission.publisher_id == publisher_id), filters, zone)
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


def _narrowed(statement: Select[Any], filters: Filters, zone: str) -> Select[Any]:
    if filters.test != "all":
        statement = statement.where(~Submission.tally if filters.test == "only" else Submission.tally)
    if filters.status in STATUSES:
        statement = statement.where(Submission.status == filters.status)
    elif filters.status in KEPT:
        statement = statement.where(Submission.status == "accepted", KEPT[filters.status])
    if filters.offer:
        statement = statement.where(Offer.slug == filters.offer)
    if filters.sub_id:
        statement = statement.where(Submission.sub_id == filters.sub_id)
    if filters.code:
        statement = statement.where(Submission.codes.any(filters.code))
    if filters.code and filters.field:
        said = [{"field": filters.field, "code": filters.code}]
        statement = statement.where(Submission.reasons.contains(said))
    zone = filters.zone or zone
    first, last = _midnight(filters.since, zone), _midnight(filters.until, zone, days=1)
    if first is not None:
        statement = statement.where(Submission.at >= first)
    if last is not None:
        statement = statement.where(Submission.at < last)
    return statement


def _midnight(day: str, zone: str, days: int = 0) -> datetime | None:
    """A day that can't be read narrows nothing."""
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=days), time(), ZoneInfo(zone))
    except (ValueError, OverflowError):
        return None


def _cursor(line: Line) -> str:
    return base64.urlsafe_b64encode(f"{line.at.isoformat()} {line.id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, UUID] | None:
    """A cursor that somebody made up is the beginning."""
    try:
        at, _, id_ = base64.urlsafe_b64decode(cursor).decode().partition(" ")
        return datetime.fromisoformat(at), UUID(id_)
    except ValueError:
        return None


async def exchange(work: Work, publisher_id: UUID, submission_id: UUID, *, mask: bool = False) -> Exchange | None:
    """One row with its exact request, unsealed, and answer; None when it is not this publisher's. With `mask`
    nothing of it says who the person is.
    """
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
    answer = kept.answer
    if mask:
        request, answer = masked(request, kept.content_type, answer)
    return Exchange(Line(**row), request, kept.content_type, kept.headers, kept.answer_status, answer)


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


async def submission_of_lead(work: Work, lead_id: UUID) -> Submission | None:
    """The post that a lead came in with."""
    return (await work.scalars(select(Submission).where(Submission.lead_id == lead_id).limit(1))).first()


def query_of(filters: Filters) -> str:
    """The filters as an address has them."""
    return urlencode({name: value for name, value in msgspec.structs.asdict(filters).items() if value})

"""For the tenant's staff: every publisher with what speaks against it, worst first; whose people they are."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from app.access.models import PersonRow, Role
from app.core import clock
from app.core.work import Work
from app.publishers.models import Offer, Publisher, Submission, Usage, read_terms
from app.publishers.models.terms import usages
from app.publishers.queries.intake import all_counters
from themes.catalogue import say, say_many

ENOUGH = 20  # leads; fewer say nothing about a rate
POOR, BAD_RETURNS, NEARLY, SILENT = 0.7, 0.1, 0.9, timedelta(days=3)


class PublisherLine(msgspec.Struct, frozen=True, kw_only=True):
    """One publisher over 30 days. `spent` in minor units without what was returned; `used` is the fullest cap of its
    live offers; `why` says what needs a look, the heaviest first.
    """

    id: UUID
    name: str
    state: str
    offers: int
    sent: int
    accepted: int
    returned: int
    spent: int
    last_at: datetime | None
    used: Usage | None
    why: list[tuple[int, str, str]]

    @property
    def rate(self) -> float | None:
        return self.accepted / self.sent if self.sent else None


async def all_publishers(work: Work, since: datetime) -> list[PublisherLine]:
    """Worst first: who waits for us, who sends much that is refused or returned, whose cap is nearly full, who fell
    silent. Closed ones last.
    """
    now = clock.now()
    used = await _fullest(work, now)
    found = []
    for row in (await work.execute(_figures(since))).mappings():
        known = {
            name: row[name] for name in ("id", "name", "state", "offers", "sent", "accepted", "returned", "last_at")
        }
        found.append(
            PublisherLine(
                **known, spent=int(row["spent"]), used=used.get(row["id"]), why=_why(row, used.get(row["id"]), now)
            )
        )
    return sorted(found, key=_order)


def _order(line: PublisherLine) -> tuple[Any, ...]:
    weight = sum(heaviness for heaviness, _, _ in line.why)
    return (line.state == "closed", -weight, line.rate if line.rate is not None else 2, line.name.casefold())


def _why(row: Any, used: Usage | None, now: datetime) -> list[tuple[int, str, str]]:
    """(weight, tone, sentence)."""
    found: list[tuple[int, str, str]] = []
    sent, accepted, returned = row["sent"], row["accepted"], row["returned"]
    if row["asked_live_at"] is not None:
        found.append((8, "info", say("Asks to go live")))
    if sent >= ENOUGH and accepted / sent < POOR:
        found.append((4, "error", say("%(share)s of its leads are refused", share=f"{1 - accepted / sent:.0%}")))
    if accepted >= ENOUGH and returned / accepted > BAD_RETURNS:
        found.append((3, "error", say_many("%(count)s lead returned", "%(count)s leads returned", returned)))
    if used is not None and row["state"] == "live" and used.share >= NEARLY:
        words = say("Cap reached") if used.share >= 1 else say("Cap nearly reached")
        found.append((2, "warning", words))
    if row["state"] == "live" and row["last_at"] is not None and now - row["last_at"] > SILENT:
        found.append((1, "warning", say("Silent for %(days)s days", days=(now - row["last_at"]).days)))
    if row["state"] == "paused":
        found.append((1, "warning", say("Paused")))
    return found


def _figures(since: datetime) -> Any:
    kept = Submission.returned_at.is_(None)
    counted = (
        select(
            Submission.publisher_id,
            func.count().label("sent"),
            func.count().filter(Submission.status == "accepted").label("accepted"),
            func.count(Submission.returned_at).label("returned"),
            func.coalesce(func.sum(Submission.price_amount).filter(kept), 0).label("spent"),
            func.max(Submission.at).label("last_at"),
        )
        .where(Submission.tally, Submission.at >= since)
        .group_by(Submission.publisher_id)
        .subquery()
    )
    offers = select(func.count()).where(Offer.publisher_id == Publisher.id, Offer.state != "closed").scalar_subquery()
    zero = {
        name: func.coalesce(getattr(counted.c, name), 0).label(name)
        for name in ("sent", "accepted", "returned", "spent")
    }
    return select(
        Publisher.id,
        Publisher.name,
        Publisher.state,
        Publisher.asked_live_at,
        offers.label("offers"),
        *zero.values(),
        counted.c.last_at,
    ).outerjoin(counted, counted.c.publisher_id == Publisher.id)


async def _fullest(work: Work, now: datetime) -> dict[UUID, Usage]:
    """The fullest cap of each publisher's live offers."""
    rows = (await work.execute(select(Offer.id, Offer.publisher_id, Offer.terms).where(Offer.state == "live"))).all()
    counted = await all_counters(work, [row.id for row in rows])
    found: dict[UUID, Usage] = {}
    for row in rows:
        for usage in usages(read_terms(row.terms), now, counted.get(row.id, {})):
            if row.publisher_id not in found or usage.share > found[row.publisher_id].share:
                found[row.publisher_id] = usage
    return found


async def managers(work: Work) -> list[UUID]:
    """Staff who may decide about publishers."""
    statement = (
        select(PersonRow.id)
        .join(Role, Role.id == PersonRow.role_id)
        .where(
            Role.audience == "staff",
            Role.permissions.contains(["publishers.manage"]),
            PersonRow.state == "active",
            PersonRow.support.is_(False),
        )
    )
    return list(await work.scalars(statement))


class Member(msgspec.Struct, frozen=True):
    """Somebody who signs in for a publisher, or has been invited."""

    id: UUID
    name: str
    email: str
    state: str
    role: str
    created_at: datetime


async def people_of(work: Work, publisher_id: UUID) -> list[Member]:
    """By name; whoever was removed is not among them."""
    statement = (
        select(
            PersonRow.id,
            PersonRow.name,
            PersonRow.email,
            PersonRow.state,
            Role.name.label("role"),
            PersonRow.created_at,
        )
        .join(Role, Role.id == PersonRow.role_id)
        .where(PersonRow.party_id == publisher_id, PersonRow.state != "deactivated")
        .order_by(PersonRow.name, PersonRow.id)
    )
    return [Member(**row) for row in (await work.execute(statement)).mappings()]

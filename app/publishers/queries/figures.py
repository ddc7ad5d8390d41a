"""What a publisher's posts add up to: by day, by reason, and towards going live. Tests are left out where money is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, DateTime, cast, func, select, text

from app.core.work import Work
from app.publishers.models import PublisherKey, Submission

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


def counted() -> list[Any]:
    """The columns of `Figures`; what was returned is not earned."""
    kept = Submission.returned_at.is_(None)
    return [
        func.count().label("sent"),
        *(func.count().filter(Submission.status == status).label(status) for status in STATUSES),
        func.coalesce(func.sum(Submission.price_amount).filter(kept), 0).label("earned"),
    ]


async def daily(work: Work, publisher_id: UUID, days: Sequence[datetime]) -> list[Figures]:
    """Figures of each span that begins at one of these moments and ends at the next; the last one is open. Tests are
    left out.
    """
    place = func.width_bucket(Submission.at, cast(list(days), ARRAY(DateTime(timezone=True)))).label("place")
    rows = await work.execute(
        select(place, *counted())
        .where(Submission.publisher_id == publisher_id, Submission.tally, Submission.at >= days[0])
        .group_by(place)
    )
    found = {row.place: Figures(row.sent, row.accepted, row.duplicate, row.rejected, int(row.earned)) for row in rows}
    return [found.get(number, Figures()) for number in range(1, len(days) + 1)]


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

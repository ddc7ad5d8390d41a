"""Caps: taking the last slot once, however many ask for it at the same moment."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import delete, text

from app.core import clock
from app.core.work import Work
from app.publishers.models import CapCounter, Usage

KEPT = timedelta(days=40)  # the longest window is a month

# One statement for all windows, in the order of the periods, so that two posts never wait for each other in
# a circle. A row that is full is not updated and not returned.
_RESERVE = text("""
insert into cap_counters as c (offer_id, per, since, leads, amount)
select cast(:offer as uuid), wanted.per, wanted.since, 1, cast(:price as bigint)
from unnest(cast(:pers as text[]), cast(:sinces as timestamptz[]))
  with ordinality as wanted(per, since, place)
order by wanted.place
on conflict (offer_id, per, since) do update set leads = c.leads + 1, amount = c.amount + excluded.amount
where c.leads + 1 <= coalesce((cast(:limits as jsonb) -> excluded.per ->> 'leads')::int, 2147483647)
  and c.amount + excluded.amount
    <= coalesce((cast(:limits as jsonb) -> excluded.per ->> 'amount')::bigint, 9223372036854775807)
returning c.per, c.leads, c.amount
""")


class CapTaken(Exception):
    """Another post took the last slot between our look and our reservation."""


async def reserve(work: Work, offer_id: UUID, price: int, used: Sequence[Usage]) -> list[Usage]:
    """Count one lead in every window. Returns the caps that are full now. Raises CapTaken, and then nothing
    may be kept.

    The rows stay locked until the commit: call it last.
    """
    if not used:
        return []
    limits = {usage.cap.per: {"leads": usage.cap.leads, "amount": usage.cap.amount} for usage in used}
    rows = (
        await work.execute(
            _RESERVE,
            {
                "offer": offer_id,
                "price": price,
                "pers": [usage.cap.per for usage in used],
                "sinces": [usage.since for usage in used],
                "limits": msgspec.json.encode(limits).decode(),
            },
        )
    ).all()
    if len(rows) < len(used):
        raise CapTaken
    counted = {row.per: (row.leads, row.amount) for row in rows}
    after = [
        msgspec.structs.replace(usage, leads=counted[usage.cap.per][0], amount=counted[usage.cap.per][1])
        for usage in used
    ]
    return [usage for usage in after if not usage.has_room(price)]


async def forget_old_windows(work: Work) -> None:
    await work.execute(delete(CapCounter).where(CapCounter.since < clock.now() - KEPT, CapCounter.per != "total"))

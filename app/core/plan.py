"""A tenant's own plan, and what it has used of it: the figures that its provider reads too, from `control`."""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import text

from app.core import clock
from app.core.runtime import runtime

DAYS = 30
NEARLY = 0.9  # of a limit: from here on somebody is told
Meter = Literal["seats", "leads", "messages"]
METERS: tuple[Meter, ...] = ("seats", "leads", "messages")


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Seats that are taken now, or leads and messages of the last 30 days; `limit` None is no limit."""

    meter: Meter
    used: int
    limit: int | None

    @property
    def nearly(self) -> bool:
        return self.limit is not None and self.used > 0 and self.used >= self.limit * NEARLY

    @property
    def full(self) -> bool:
        return self.limit is not None and self.used > 0 and self.used >= self.limit


class OwnPlan(msgspec.Struct, frozen=True, kw_only=True):
    """`label` is empty for a tenant without a plan. Whose plan it is stays unsaid: no provider shows on a tenant's pages."""

    label: str
    uses: list[Use]
    as_of: datetime | None


_PLAN = """
select p.label, m.as_of,
  p.seats as seats_limit, p.leads as leads_limit, p.messages as messages_limit,
  coalesce(m.seats, 0) as seats, coalesce(m.leads, 0) as leads, coalesce(m.messages, 0) as messages
from control.tenants t
left join control.plans p on p.name = t.plan
left join lateral (
  select sum(value) filter (where meter = 'leads') as leads, sum(value) filter (where meter = 'messages') as messages,
         max(value) filter (where meter = 'seats' and day = newest) as seats, max(as_of) as as_of
  from (select meter, day, value, as_of, max(day) over () as newest from control.meters
        where tenant_id = t.id and day > :since and meter in ('seats', 'leads', 'messages')) figures
) m on true
where t.id = :id
"""


async def of(tenant_id: UUID) -> OwnPlan:
    since = clock.now().date() - timedelta(days=DAYS)
    async with runtime().directory.control().connect() as connection:
        found = (await connection.execute(text(_PLAN), {"id": tenant_id, "since": since})).mappings().one()
    return OwnPlan(label=found["label"] or "", as_of=found["as_of"], uses=[_use(name, dict(found)) for name in METERS])


def _use(meter: Meter, found: dict[str, Any]) -> Use:
    return Use(meter=meter, used=int(found[meter]), limit=found[f"{meter}_limit"])

"""Tenants that are being made."""

from uuid import UUID

from sqlalchemy import select, text

from app.core import clock
from app.core.errors import NotFound
from app.core.work import Work
from app.provider.models import TenantOrder


async def slug_taken(work: Work, slug: str) -> bool:
    """Whether an address is taken or was freed within 90 days. Only a yes or no: never whose."""
    return not await work.scalar(text("select control.slug_is_free(:slug, :now)"), {"slug": slug, "now": clock.now()})


async def order(work: Work, order_id: UUID) -> TenantOrder:
    """An order of this person's own reseller. Raises NotFound."""
    found = (await work.scalars(select(TenantOrder).where(TenantOrder.id == order_id))).first()
    if work.person is None or found is None or not _own(work, found):
        raise NotFound
    return found


async def returned(work: Work) -> list[TenantOrder]:
    """Orders that came back and wait to be mended, the newest first."""
    wanted = select(TenantOrder).where(TenantOrder.step == "returned").order_by(TenantOrder.created_at.desc()).limit(20)
    return [row for row in await work.scalars(wanted) if _own(work, row)]


def _own(work: Work, row: TenantOrder) -> bool:
    return work.person.party_id is None or row.reseller_id == work.person.party_id

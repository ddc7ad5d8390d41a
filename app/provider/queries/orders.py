"""Tenants that are being made."""

from uuid import UUID

from sqlalchemy import ColumnElement, select, text, true

from app.core import clock
from app.core.errors import NotFound
from app.core.work import Work
from app.provider.models import TenantOrder
from app.provider.queries.reach import within_reach


async def slug_taken(work: Work, slug: str) -> bool:
    """Whether an address is taken or was freed within 90 days. Only a yes or no: never whose."""
    return not await work.scalar(text("select control.slug_is_free(:slug, :now)"), {"slug": slug, "now": clock.now()})


async def order(work: Work, order_id: UUID) -> TenantOrder:
    """An order of this person's own reseller. Raises NotFound."""
    await within_reach(work)
    found = (await work.scalars(select(TenantOrder).where(TenantOrder.id == order_id, _own(work)))).first()
    if found is None:
        raise NotFound
    return found


async def returned(work: Work) -> list[TenantOrder]:
    """Orders that came back and wait to be mended, the newest first."""
    await within_reach(work)
    wanted = select(TenantOrder).where(TenantOrder.step == "returned", _own(work))
    return list(await work.scalars(wanted.order_by(TenantOrder.created_at.desc()).limit(20)))


def _own(work: Work) -> ColumnElement[bool]:
    return true() if work.person.party_id is None else TenantOrder.reseller_id == work.person.party_id

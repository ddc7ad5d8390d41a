"""What publishers and their offers are called in rooms below, for people of the house."""

from uuid import UUID

from sqlalchemy import select

from app.core.records import Named
from app.core.work import Work
from app.publishers.models import Offer, Publisher


async def publisher_names(work: Work, ids: list[UUID]) -> dict[UUID, Named]:
    """Publishers by id, with their page for whoever may open it."""
    rows = await work.execute(select(Publisher.id, Publisher.name).where(Publisher.id.in_(ids)))
    return {row.id: Named(row.name, f"/admin/publishers/{row.id}" if _may_open(work) else "") for row in rows}


async def offer_names(work: Work, ids: list[UUID]) -> dict[UUID, Named]:
    rows = await work.execute(select(Offer.id, Offer.name).where(Offer.id.in_(ids)))
    return {row.id: Named(row.name) for row in rows}


def _may_open(work: Work) -> bool:
    return work.person is not None and work.person.may("publishers.view")

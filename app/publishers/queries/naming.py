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


async def publisher_options(work: Work) -> list[tuple[str, str]]:
    """Every publisher as (id, name), for filters and columns."""
    rows = await work.execute(select(Publisher.id, Publisher.name).order_by(Publisher.name))
    return [(str(row.id), row.name) for row in rows]


async def offer_options(work: Work) -> list[tuple[str, str]]:
    """Every offer as (id, “publisher · offer”)."""
    named = select(Offer.id, Offer.name, Publisher.name.label("publisher")).join(
        Publisher, Publisher.id == Offer.publisher_id
    )
    rows = await work.execute(named.order_by(Publisher.name, Offer.name))
    return [(str(row.id), f"{row.publisher} · {row.name}") for row in rows]


def _may_open(work: Work) -> bool:
    return work.person is not None and work.person.may("publishers.view")

"""What publishers and their offers are called in rooms below, for people of the house."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

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
    return list({str(row.id): row.name for row in await _everybody(work)}.items())


async def offer_options(work: Work) -> list[tuple[str, str]]:
    """Every offer as (id, “publisher · offer”)."""
    return [(str(row.offer_id), f"{row.name} · {row.offer}") for row in await _everybody(work) if row.offer_id]


async def _everybody(work: Work) -> Sequence[Row[Any]]:
    """Publishers with their offers, once in a unit of work: every form and list that knows fields asks for both."""
    if "everybody_sending" not in work.info:
        named = select(Publisher.id, Publisher.name, Offer.id.label("offer_id"), Offer.name.label("offer"))
        rows = named.outerjoin(Offer, Offer.publisher_id == Publisher.id).order_by(Publisher.name, Offer.name)
        work.info["everybody_sending"] = (await work.execute(rows)).all()
    found: Sequence[Row[Any]] = work.info["everybody_sending"]
    return found


def _may_open(work: Work) -> bool:
    return work.person is not None and work.person.may("publishers.view")

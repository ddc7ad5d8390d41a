"""What intake reads: whose key this is, the offers, counters, and whether we have the person already. Few
and short.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, exists, or_, select, tuple_

from app.contacts.models import Contact
from app.core import clock
from app.core.crypto import digest
from app.core.errors import NotFound
from app.core.work import Work
from app.leads.models import Lead
from app.publishers.models import (
    CapCounter,
    Duplicates,
    Offer,
    Publisher,
    PublisherKey,
    Submission,
    Terms,
    Usage,
    read_terms,
)
from app.publishers.models.terms import usages


class Caller(msgspec.Struct, frozen=True):
    """Who shows a key, and what we need to know of them."""

    key_id: UUID
    publisher_id: UUID
    name: str
    state: str
    per_minute: int
    last_used_at: datetime | None


class OpenOffer(msgspec.Struct, frozen=True):
    """An offer with its terms read."""

    id: UUID
    slug: str
    name: str
    state: str
    price_amount: int
    currency: str
    pipeline: str
    terms: Terms
    spec: list[dict[str, Any]]


async def caller(work: Work, secret: str) -> Caller | None:
    """The publisher behind a live key; None for one that is unknown, revoked, or another tenant's."""
    statement = (
        select(
            PublisherKey.id.label("key_id"),
            Publisher.id.label("publisher_id"),
            Publisher.name,
            Publisher.state,
            Publisher.per_minute,
            PublisherKey.last_used_at,
        )
        .join(Publisher, Publisher.id == PublisherKey.publisher_id)
        .where(PublisherKey.key_hash == digest(secret), PublisherKey.revoked_at.is_(None))
    )
    row = (await work.execute(statement)).mappings().first()
    return Caller(**row) if row else None


async def open_offers(work: Work, publisher_id: UUID) -> list[OpenOffer]:
    """A publisher's offers, closed ones too: a post to one is told so."""
    columns = [getattr(Offer, name) for name in OpenOffer.__struct_fields__]
    rows = (
        await work.execute(select(*columns).where(Offer.publisher_id == publisher_id).order_by(Offer.slug))
    ).mappings()
    return [OpenOffer(**{**row, "terms": read_terms(row["terms"])}) for row in rows]


async def counters(
    work: Work, offer_id: UUID, windows: Sequence[tuple[str, datetime]]
) -> dict[tuple[str, datetime], tuple[int, int]]:
    """Leads and amount counted in each of these (per, since) windows."""
    if not windows:
        return {}
    rows = await work.execute(
        select(CapCounter.per, CapCounter.since, CapCounter.leads, CapCounter.amount).where(
            CapCounter.offer_id == offer_id, tuple_(CapCounter.per, CapCounter.since).in_(list(windows))
        )
    )
    return {(row.per, row.since): (row.leads, row.amount) for row in rows}


async def cap_usage(work: Work, offer: OpenOffer) -> list[Usage]:
    """Each cap of the offer with what is used of it now."""
    now = clock.now()
    windows = [(usage.cap.per, usage.since) for usage in usages(offer.terms, now, {})]
    return usages(offer.terms, now, await counters(work, offer.id, windows))


async def caller_of(work: Work, publisher_id: UUID) -> Caller:
    """The publisher as if one of its keys were shown: for the try-out on its own page. Raises NotFound."""
    found = await work.get(Publisher, publisher_id)
    if found is None:
        raise NotFound
    return Caller(publisher_id, publisher_id, found.name, found.state, found.per_minute, None)


async def is_duplicate(
    work: Work,
    rule: Duplicates,
    values: Mapping[str, Any],
    *,
    publisher_id: UUID,
    offer_id: UUID,
    since: datetime,
) -> bool:
    """Whether a lead of the window has this phone or e-mail (or both, as the rule says). Test leads don't
    count.
    """
    same = _same(Contact.phone, Contact.email, rule, values)
    if same is None:
        return False
    scope = {"offer": Lead.offer_id == offer_id, "publisher": Lead.publisher_id == publisher_id}.get(
        rule.scope
    )
    found = exists().where(Lead.contact_id == Contact.id, Lead.created_at >= since, ~Lead.test, same)
    return bool(await work.scalar(select(found if scope is None else found.where(scope))))


async def is_test_duplicate(
    work: Work, rule: Duplicates, values: Mapping[str, Any], *, publisher_id: UUID, since: datetime
) -> bool:
    """The same among the publisher's own accepted tests: a test never tells anything about real people."""
    same = _same(Submission.phone, Submission.email, rule, values)
    if same is None:
        return False
    found = exists().where(
        Submission.publisher_id == publisher_id,
        ~Submission.tally,
        Submission.status == "accepted",
        Submission.at >= since,
        same,
    )
    return bool(await work.scalar(select(found)))


def _same(phone: Any, email: Any, rule: Duplicates, values: Mapping[str, Any]) -> ColumnElement[bool] | None:
    """Blank never equals blank; a rule that asks for both needs both."""
    pairs = [(phone, values.get("phone")), (email, values.get("email"))]
    equal = [column == value for column, value in pairs if value]
    if not equal or (rule.match == "all" and len(equal) < 2):
        return None
    return and_(*equal) if rule.match == "all" else or_(*equal)


async def outcome(work: Work, publisher_id: UUID, id_: UUID) -> Submission | None:
    """What became of a post, by the id that we answered with."""
    statement = select(Submission).where(
        Submission.publisher_id == publisher_id,
        or_(and_(Submission.id == id_, Submission.lead_id.is_(None)), Submission.lead_id == id_),
    )
    return (await work.scalars(statement.order_by(Submission.at).limit(1))).first()

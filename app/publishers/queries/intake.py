"""What intake reads: whose key this is, the offers, counters, and whether we have the person already. Few
and short.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hmac import compare_digest
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select, true, tuple_

from app.contacts.models import Contact
from app.core import clock
from app.core.crypto import digest, sign
from app.core.errors import NotFound
from app.core.runtime import runtime
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


class Caller(msgspec.Struct, frozen=True):
    """Who shows a key, and what we need to know of them."""

    key_id: UUID
    publisher_id: UUID
    name: str
    state: str
    per_minute: int
    last_used_at: datetime | None
    offers: tuple[OpenOffer, ...] = ()
    last_address: str = ""
    networks: tuple[str, ...] = ()
    test_only: bool = False

    def may_come_from(self, address: str) -> bool:
        """Whether the key is taken from this network address."""
        if not self.networks:
            return True
        try:
            here = ip_address(address)
        except ValueError:
            return False
        return any(here in ip_network(network) for network in self.networks)


async def caller(work: Work, secret: str) -> Caller | None:
    """The publisher behind a live key with its offers; None for a key that is unknown, revoked, or another
    tenant's.
    """
    if secret.startswith(TEST_PREFIX):
        return await _test_caller(work, secret)
    rows = (await work.execute(_CALLER, {"hash": digest(secret)})).mappings().all()
    if not rows:
        return None
    who = {name: rows[0][name] for name in _WHO}
    networks = tuple(rows[0]["networks"])
    offers = tuple(_offer(row, "offer_") for row in rows if row["offer_id"] is not None)
    return Caller(**who, networks=networks, offers=offers)


async def _test_caller(work: Work, secret: str) -> Caller | None:
    """A test key is signed, not stored: it may be shown at any time, because nothing sent with it ever counts."""
    try:
        publisher_id = UUID(secret.removeprefix(TEST_PREFIX).partition(".")[0])
    except ValueError:
        return None
    publisher = await work.get(Publisher, publisher_id)
    if publisher is None or not compare_digest(test_key(work, publisher).encode(), secret.encode()):
        return None
    found = await caller_of(work, publisher_id)
    return msgspec.structs.replace(found, last_used_at=clock.now(), test_only=True)


def test_key(work: Work, publisher: Publisher) -> str:
    """This publisher's test key; another `test_key_version` makes another one."""
    parts = (publisher.id.hex, publisher.test_key_version)
    signature = sign(runtime().settings.secret_key, "publisher.test_key", work.tenant.id, *parts)
    return f"{TEST_PREFIX}{publisher.id.hex}.{publisher.test_key_version}.{signature}"


LONGEST = timedelta(days=32)  # the longest window is a month
_WHO = ("key_id", "publisher_id", "name", "state", "per_minute", "last_used_at", "last_address")
TEST_PREFIX = "pub_test."  # a stored key has no dot


_CALLER = (
    select(
        PublisherKey.id.label("key_id"),
        Publisher.id.label("publisher_id"),
        Publisher.name,
        Publisher.state,
        Publisher.per_minute,
        PublisherKey.last_used_at,
        PublisherKey.last_address,
        PublisherKey.networks,
        *(getattr(Offer, name).label(f"offer_{name}") for name in OpenOffer.__struct_fields__),
    )
    .join(Publisher, Publisher.id == PublisherKey.publisher_id)
    .outerjoin(Offer, Offer.publisher_id == Publisher.id)
    .where(PublisherKey.key_hash == bindparam("hash"), PublisherKey.revoked_at.is_(None))
    .order_by(Offer.slug)
)


def _offer(row: Mapping[str, Any], prefix: str = "") -> OpenOffer:
    values = {name: row[f"{prefix}{name}"] for name in OpenOffer.__struct_fields__}
    return OpenOffer(**{**values, "terms": read_terms(values["terms"])})


async def open_offers(work: Work, publisher_id: UUID) -> list[OpenOffer]:
    """A publisher's offers, closed ones too: a post to one is told so."""
    columns = [getattr(Offer, name) for name in OpenOffer.__struct_fields__]
    statement = select(*columns).where(Offer.publisher_id == publisher_id).order_by(Offer.slug)
    return [_offer(row) for row in (await work.execute(statement)).mappings()]


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


async def all_counters(
    work: Work, offer_ids: Sequence[UUID]
) -> dict[UUID, dict[tuple[str, datetime], tuple[int, int]]]:
    """Every counter that stands for these offers: by offer, then by (per, since)."""
    rows = await work.execute(
        select(CapCounter.offer_id, CapCounter.per, CapCounter.since, CapCounter.leads, CapCounter.amount).where(
            CapCounter.offer_id.in_(offer_ids), or_(CapCounter.per == "total", CapCounter.since > clock.now() - LONGEST)
        )
    )
    found: dict[UUID, dict[tuple[str, datetime], tuple[int, int]]] = {}
    for row in rows:
        found.setdefault(row.offer_id, {})[row.per, row.since] = (row.leads, row.amount)
    return found


async def cap_usage(work: Work, offer: OpenOffer) -> list[Usage]:
    """Each cap of the offer with what is used of it now."""
    now = clock.now()
    windows = [(usage.cap.per, usage.since) for usage in usages(offer.terms, now, {})]
    return usages(offer.terms, now, await counters(work, offer.id, windows))


async def cap_usages(work: Work) -> list[tuple[list[Usage], int]]:
    """Of every live offer of a live publisher: its caps with what is used now, and its price. Two statements."""
    live = select(Offer.id, Offer.terms, Offer.price_amount).join(Publisher, Publisher.id == Offer.publisher_id)
    rows = (await work.execute(live.where(Offer.state == "live", Publisher.state == "live"))).all()
    offers = [(row.id, read_terms(row.terms), row.price_amount) for row in rows]
    now = clock.now()
    windows = {(id_, cap.cap.per, cap.since) for id_, terms, _ in offers for cap in usages(terms, now, {})}
    counted: dict[UUID, dict[tuple[str, datetime], tuple[int, int]]] = {}
    if windows:
        place = tuple_(CapCounter.offer_id, CapCounter.per, CapCounter.since)
        for row in await work.scalars(select(CapCounter).where(place.in_(list(windows)))):
            counted.setdefault(row.offer_id, {})[(row.per, row.since)] = (row.leads, row.amount)
    return [(usages(terms, now, counted.get(id_, {})), price) for id_, terms, price in offers]


async def caller_of(work: Work, publisher_id: UUID) -> Caller:
    """The publisher as if one of its keys were shown: for the try-out on its own page. Raises NotFound."""
    found = await work.get(Publisher, publisher_id)
    if found is None:
        raise NotFound
    offers = tuple(await open_offers(work, publisher_id))
    return Caller(publisher_id, publisher_id, found.name, found.state, found.per_minute, None, offers)


async def is_duplicate(
    work: Work,
    rule: Duplicates,
    values: Mapping[str, Any],
    known: Sequence[Contact],
    *,
    publisher_id: UUID,
    offer_id: UUID,
    since: datetime,
) -> bool:
    """Whether one of these people, who have the same phone or e-mail, has a lead of the window. Tests don't
    count.
    """
    same = [person.id for person in known if rule.match == "any" or _is_both(person, values)]
    if not same:
        return False
    scope = {"offer": Lead.offer_id == offer_id, "publisher": Lead.publisher_id == publisher_id}.get(rule.scope)
    found = exists().where(Lead.contact_id.in_(same), Lead.created_at >= since, ~Lead.test)
    return bool(await work.scalar(select(found if scope is None else found.where(scope))))


def _is_both(person: Contact, values: Mapping[str, Any]) -> bool:
    """Blank never equals blank."""
    phone, email = values.get("phone"), values.get("email")
    return bool(phone and email) and (person.phone, person.email) == (phone, email)


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


async def outcome(work: Work, who: Caller, id_: UUID) -> Submission | None:
    """What became of a post, by the id that we answered with. A test key is told of tests alone."""
    statement = select(Submission).where(
        Submission.publisher_id == who.publisher_id,
        ~Submission.tally if who.test_only else true(),
        or_(and_(Submission.id == id_, Submission.lead_id.is_(None)), Submission.lead_id == id_),
    )
    return (await work.scalars(statement.order_by(Submission.at).limit(1))).first()

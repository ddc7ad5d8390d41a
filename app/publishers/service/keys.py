"""A publisher's keys: shown once, stored hashed, two live at once, so that changing leaves no gap."""

import re
from datetime import timedelta
from ipaddress import ip_network
from uuid import UUID

from sqlalchemy import func, select, text
from uuid_utils.compat import uuid7

from app.core import clock, events
from app.core.crypto import digest, new_token
from app.core.errors import Conflict, NotFound, invalid
from app.core.work import Work
from app.publishers.models import Publisher, PublisherKey
from themes.catalogue import say

PREFIX = "pub_"  # lets secret scanners know what they found
LIVE_AT_ONCE = 2
MOST_NETWORKS = 20
USED_EVERY = timedelta(minutes=1)


async def make_key(work: Work, publisher_id: UUID, label: str = "", networks: str = "") -> tuple[PublisherKey, str]:
    """A new key and its secret, which nobody can read again. Raises NotFound; Invalid for a network that can't
    be read; Conflict when two are live already.
    """
    allowed = networks_in(networks)
    publisher = await work.get(Publisher, publisher_id, with_for_update=True)
    if publisher is None:
        raise NotFound
    live = select(func.count()).where(PublisherKey.publisher_id == publisher_id, PublisherKey.revoked_at.is_(None))
    if (await work.scalar(live) or 0) >= LIVE_AT_ONCE:
        raise Conflict(say("Two keys are live already. Revoke the one that is no longer in use, then make a new one."))
    secret = new_token(PREFIX)
    key = PublisherKey(
        id=uuid7(),
        publisher_id=publisher_id,
        key_hash=digest(secret),
        start=secret[:8],
        ending=secret[-4:],
        label=label.strip()[:60],
        networks=allowed,
        created_at=clock.now(),
        created_by=work.actor.name,
    )
    work.add(key)
    await work.flush()
    events.record(work, "publisher.key_made", "publisher", publisher_id, key=key.id)
    return key, secret


async def _locked(work: Work, publisher_id: UUID, key_id: UUID) -> PublisherKey:
    statement = select(PublisherKey).where(PublisherKey.id == key_id, PublisherKey.publisher_id == publisher_id)
    key = (await work.scalars(statement.with_for_update())).first()
    if key is None:
        raise NotFound
    return key


async def revoke_key(work: Work, publisher_id: UUID, key_id: UUID) -> PublisherKey:
    """The next request with it is refused. Revoking twice changes nothing. Raises NotFound."""
    key = await _locked(work, publisher_id, key_id)
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        events.record(work, "publisher.key_revoked", "publisher", publisher_id, key=key.id)
    return key


async def restrict_key(work: Work, publisher_id: UUID, key_id: UUID, networks: str) -> PublisherKey:
    """From which networks the key is taken, from the next request on; none is from anywhere. Raises NotFound,
    Invalid.
    """
    key, allowed = await _locked(work, publisher_id, key_id), networks_in(networks)
    if key.networks != allowed:
        changes = {"networks": (key.networks, allowed)}
        key.networks = allowed
        events.record(work, "publisher.key_restricted", "publisher", publisher_id, changes=changes, key=key.id)
    return key


async def change_test_key(work: Work, publisher_id: UUID) -> None:
    """The test key of before is refused from the next request on. Raises NotFound."""
    publisher = await work.get(Publisher, publisher_id, with_for_update=True)
    if publisher is None:
        raise NotFound
    publisher.test_key_version += 1
    events.record(work, "publisher.test_key_changed", "publisher", publisher_id)


def networks_in(typed: str) -> list[str]:
    """Networks as CIDR; a single address is a network of one. Raises Invalid."""
    words = [word for word in re.split(r"[\s,;]+", typed) if word]
    try:
        found = [str(ip_network(word, strict=False)) for word in words]
    except ValueError:
        raise invalid("networks", say("Write addresses or networks, like 203.0.113.7 or 203.0.113.0/24.")) from None
    if len(found) > MOST_NETWORKS:
        raise invalid("networks", say("Name %(most)s networks at most.", most=MOST_NETWORKS))
    return list(dict.fromkeys(found))


async def note_use(work: Work, key_id: UUID, address: str) -> None:
    """At most once a minute, and never waiting for another request that notes the same."""
    await work.execute(
        text(
            "update publisher_keys set last_used_at = :now, last_address = :address where id ="
            " (select id from publisher_keys where id = :id and (last_used_at is null or last_used_at < :before"
            " or last_address <> :address) for update skip locked)"
        ),
        {"now": clock.now(), "before": clock.now() - USED_EVERY, "id": key_id, "address": address[:64]},
    )

"""A publisher's keys: shown once, stored hashed, two live at once, so that changing leaves no gap."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from uuid_utils.compat import uuid7

from app.core import clock, events
from app.core.crypto import digest, new_token
from app.core.errors import Conflict, NotFound
from app.core.work import Work
from app.publishers.models import Publisher, PublisherKey

PREFIX = "pub_"  # lets secret scanners know what they found
LIVE_AT_ONCE = 2
USED_EVERY = timedelta(minutes=1)


async def make_key(work: Work, publisher_id: UUID, label: str = "") -> tuple[PublisherKey, str]:
    """A new key and its secret, which nobody can read again. Raises NotFound; Conflict when two are live
    already.
    """
    publisher = await work.get(Publisher, publisher_id, with_for_update=True)
    if publisher is None:
        raise NotFound
    live = select(func.count()).where(PublisherKey.publisher_id == publisher_id, PublisherKey.revoked_at.is_(None))
    if (await work.scalar(live) or 0) >= LIVE_AT_ONCE:
        raise Conflict("Two keys are live already. Revoke the one that is no longer in use, then make a new one.")
    secret = new_token(PREFIX)
    key = PublisherKey(
        id=uuid7(),
        publisher_id=publisher_id,
        key_hash=digest(secret),
        start=secret[:8],
        ending=secret[-4:],
        label=label.strip()[:60],
        created_at=clock.now(),
        created_by=work.actor.name,
    )
    work.add(key)
    await work.flush()
    events.record(work, "publisher.key_made", "publisher", publisher_id, key=key.id)
    return key, secret


async def revoke_key(work: Work, publisher_id: UUID, key_id: UUID) -> PublisherKey:
    """The next request with it is refused. Revoking twice changes nothing. Raises NotFound."""
    statement = select(PublisherKey).where(PublisherKey.id == key_id, PublisherKey.publisher_id == publisher_id)
    key = (await work.scalars(statement.with_for_update())).first()
    if key is None:
        raise NotFound
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        events.record(work, "publisher.key_revoked", "publisher", publisher_id, key=key.id)
    return key


async def note_use(work: Work, key_id: UUID) -> None:
    """At most once a minute, and never waiting for another request that notes the same."""
    await work.execute(
        text(
            "update publisher_keys set last_used_at = :now where id = (select id from publisher_keys"
            " where id = :id and (last_used_at is null or last_used_at < :before) for update skip locked)"
        ),
        {"now": clock.now(), "before": clock.now() - USED_EVERY, "id": key_id},
    )

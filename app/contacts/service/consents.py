"""What people agreed to, kept as it was shown, and taken back by any means."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.contacts.models import Consent
from app.core import clock, events
from app.core.errors import invalid
from app.core.work import Work
from themes.catalogue import say

CHANNELS = ("call", "sms", "email")


async def add_consent(
    work: Work,
    contact_id: UUID,
    *,
    text: str,
    at: datetime,
    channels: Sequence[str] = CHANNELS,
    purpose: str = "marketing",
    url: str | None = None,
    address: str | None = None,
    certificate_id: str | None = None,
    source: str = "",
) -> Consent:
    """Keep the words as the person saw them, when, and where (16 CFR 310.5). `address` is the network
    address.

    The same words at the same moment are kept once. Raises Invalid without words or for an unknown channel.
    """
    _check(text, channels)
    same = (Consent.contact_id == contact_id, Consent.at == at, Consent.text == text)
    known = (await work.scalars(select(Consent).where(*same))).first()
    if known is not None:
        return known
    where = {"url": url, "address": address, "certificate_id": certificate_id, "source": source}
    named = sorted(set(channels))
    consent = Consent(id=uuid7(), contact_id=contact_id, channels=named, purpose=purpose, text=text, at=at, **where)
    work.add(consent)
    await work.flush()
    events.record(work, "contact.consented", "contact", contact_id, consent=consent.id, channels=named)
    return consent


def _check(text: str, channels: Sequence[str]) -> None:
    if not text.strip():
        raise invalid("consent", say("Enter the words that the person agreed to."), "missing")
    if not channels or set(channels) - set(CHANNELS):
        raise invalid("channels", say("Choose among: %(channels)s.", channels=", ".join(CHANNELS)))


async def revoke_consent(work: Work, contact_id: UUID, how: str, channels: Sequence[str] = CHANNELS) -> int:
    """End every consent that stands for one of these channels; the rows stay as proof. Returns how many it
    ended.
    """
    rows = await work.scalars(
        select(Consent)
        .where(
            Consent.contact_id == contact_id,
            Consent.revoked_at.is_(None),
            Consent.channels.overlap(list(channels)),
        )
        .with_for_update()
    )
    ended = list(rows)
    for consent in ended:
        consent.revoked_at, consent.revoked_how = clock.now(), how
    if ended:
        events.record(work, "contact.consent_revoked", "contact", contact_id, how=how, channels=list(channels))
    await work.flush()
    return len(ended)

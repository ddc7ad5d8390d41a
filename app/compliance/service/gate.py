"""The gate: a verdict to show, a verdict that binds, and what became of a contact that was let through."""

from uuid import UUID

import msgspec
from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.compliance.models import Channel, Facts, Purpose, Request, Verdict, decide
from app.compliance.models.tables import Attempt, RefusedContact
from app.compliance.service.facts import gather
from app.compliance.service.rules import book
from app.contacts.models import Contact
from app.core import clock, config, events, locks
from app.core.errors import NotFound
from app.core.work import Work
from themes.view import speaking


class Contacting(msgspec.Struct, frozen=True, kw_only=True):
    """One intended contact. `automated`: no person chose this one. `record` names what it is to become."""

    contact_id: UUID
    channel: Channel
    purpose: Purpose = "marketing"
    automated: bool = False
    lead_id: UUID | None = None
    subject: str | None = None
    confirms_opt_out: bool = False
    record: str = ""
    record_id: UUID | None = None


class Gated(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate said. `attempt_id` when it let the contact through: the place it takes in every count."""

    verdict: Verdict
    attempt_id: UUID | None = None
    refusal_id: UUID | None = None

    @property
    def allowed(self) -> bool:
        return self.verdict.allowed


async def verdict(
    work: Work,
    contact_id: UUID,
    channel: Channel,
    purpose: Purpose = "marketing",
    *,
    automated: bool = False,
    subject: str | None = None,
) -> Verdict:
    """What the gate would say now: to be shown before anybody types. It reserves and writes nothing."""
    contact = await _contact(work, contact_id)
    asked = Contacting(contact_id=contact_id, channel=channel, purpose=purpose, automated=automated, subject=subject)
    return await _judged(work, asked, await gather(work, contact))


async def verdicts(work: Work, contact_id: UUID, purpose: Purpose = "marketing") -> dict[Channel, Verdict]:
    """Every way to reach this person, each with its lawful state; for contacts that a person makes."""
    contact = await _contact(work, contact_id)
    known = await gather(work, contact)
    channels: tuple[Channel, ...] = ("call", "sms", "email")
    return {
        channel: await _judged(work, Contacting(contact_id=contact_id, channel=channel, purpose=purpose), known)
        for channel in channels
    }


async def gate(work: Work, asked: Contacting) -> Gated:
    """The verdict that binds: what it allows is reserved with it, what it refuses is written down.

    Whoever would contact the same person at the same moment waits here until this transaction ends, so the
    last allowed contact is made once. Never raises for a refusal; raises NotFound for nobody. What is written down is
    evidence, so it is English whoever asks.
    """
    contact = await _contact(work, asked.contact_id)
    await _hold(work, contact)
    with speaking("en_US"):
        said = await _judged(work, asked, await gather(work, contact))
    if said.allowed:
        return Gated(verdict=said, attempt_id=await _reserve(work, asked, contact, said.request.subject, said.sentence))
    return Gated(verdict=said, refusal_id=await _refuse(work, asked, contact, said))


async def recheck(work: Work, attempt_id: UUID) -> Gated:
    """Ask again right before what was let through leaves: an hour may have closed, or the person said no
    meanwhile.

    A refusal now frees the place that was reserved, and is written down like any other.
    """
    attempt = await work.get(Attempt, attempt_id, with_for_update=True)
    if attempt is None:
        raise NotFound
    contact = await _contact(work, attempt.contact_id)
    asked = Contacting(
        contact_id=attempt.contact_id,
        channel=attempt.channel,  # type: ignore[arg-type]
        purpose=attempt.purpose,  # type: ignore[arg-type]
        automated=attempt.automated,
        lead_id=attempt.lead_id,
        subject=attempt.subject,
        confirms_opt_out=attempt.confirms_opt_out,
        record=attempt.record,
        record_id=attempt.record_id,
    )
    with speaking("en_US"):
        said = await _judged(work, asked, await gather(work, contact, without=attempt.id))
    if said.allowed:
        attempt.at = clock.now()
        return Gated(verdict=said, attempt_id=attempt.id)
    attempt.void_at = clock.now()
    return Gated(verdict=said, refusal_id=await _refuse(work, asked, contact, said))


async def note_attempt(work: Work, asked: Contacting, *, verdict: str) -> UUID:
    """A contact that somebody made elsewhere and wrote down: it counts, whatever the gate would have said."""
    contact = await _contact(work, asked.contact_id)
    await _hold(work, contact)
    return await _reserve(work, asked, contact, await _subject(work, asked), verdict)


async def void(work: Work, attempt_id: UUID | None) -> None:
    """It certainly never happened: the place is free again."""
    attempt = await work.get(Attempt, attempt_id, with_for_update=True) if attempt_id else None
    if attempt is not None and attempt.void_at is None:
        attempt.void_at = clock.now()
        await work.flush()


async def _contact(work: Work, contact_id: UUID) -> Contact:
    contact = await work.get(Contact, contact_id, populate_existing=True)
    if contact is None:
        raise NotFound
    return contact


async def hold(work: Work, contact_id: UUID) -> None:
    """Wait until nobody else is being let through to this person, and keep others waiting until this
    transaction ends.

    For whoever must lock rows of its own before it asks: the gate's lock comes first everywhere. Raises
    NotFound.
    """
    await _hold(work, await _contact(work, contact_id))


async def _hold(work: Work, contact: Contact) -> None:
    """One at a time per person, and per number and address that people share."""
    await locks.hold(work, "gate", str(contact.id), contact.phone, contact.email)


async def _judged(work: Work, asked: Contacting, known: Facts) -> Verdict:
    request = Request(
        channel=asked.channel,
        purpose=asked.purpose,
        automated=asked.automated,
        vertical=(await config.get(work, "vertical")) or None,
        subject=await _subject(work, asked),
        confirms_opt_out=asked.confirms_opt_out,
    )
    return decide(request, known, await book(work), clock.now())


async def _subject(work: Work, asked: Contacting) -> str | None:
    """What the contact is about: some states count per subject."""
    return asked.subject or (await config.get(work, "contact_subject")) or None


async def _reserve(work: Work, asked: Contacting, contact: Contact, subject: str | None, verdict: str) -> UUID:
    attempt = Attempt(
        id=uuid7(),
        contact_id=contact.id,
        lead_id=asked.lead_id,
        phone=contact.phone if asked.channel != "email" else None,
        email=contact.email if asked.channel == "email" else None,
        channel=asked.channel,
        purpose=asked.purpose,
        automated=asked.automated,
        subject=subject,
        confirms_opt_out=asked.confirms_opt_out,
        record=asked.record,
        record_id=asked.record_id,
        at=clock.now(),
        verdict=verdict,
        by_id=work.actor.id,
        by_name=work.actor.name,
    )
    work.add(attempt)
    await work.flush()
    return attempt.id


async def _refuse(work: Work, asked: Contacting, contact: Contact, said: Verdict) -> UUID:
    first = said.refusals[0]
    refusal = RefusedContact(
        id=uuid7(),
        contact_id=contact.id,
        lead_id=asked.lead_id,
        phone=contact.phone,
        email=contact.email,
        channel=asked.channel,
        purpose=asked.purpose,
        automated=asked.automated,
        code=first.code,
        rule_id=first.rule_id,
        rules=[reason.rule_id for reason in said.refusals],
        sentence=said.sentence,
        source=first.source,
        next_at=said.next_lawful_at,
        at=clock.now(),
        by_id=work.actor.id,
        by_name=work.actor.name,
    )
    work.add(refusal)
    await work.flush()
    entity, entity_id = ("lead", asked.lead_id) if asked.lead_id else ("contact", contact.id)
    events.record(
        work, "compliance.refused", entity, entity_id, refusal=refusal.id, contact=contact.id, channel=asked.channel,
        code=first.code, rule=first.rule_id,
    )  # fmt: skip
    return refusal.id


async def last_attempts(work: Work, contact_id: UUID, limit: int = 20) -> list[Attempt]:
    """The contacts made with somebody, newest first."""
    found = select(Attempt).where(Attempt.contact_id == contact_id).order_by(Attempt.at.desc()).limit(limit)
    return list(await work.scalars(found))

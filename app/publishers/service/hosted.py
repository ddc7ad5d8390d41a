"""Hosted forms: making and changing them. Consent words are only ever added to."""

import re
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.core import clock, events, fields
from app.core.errors import FieldError, Invalid, NotFound, invalid
from app.core.work import Work
from app.publishers.models import HostedForm, Offer
from app.publishers.models.hosted import LANGUAGES, ConsentWords, FormDraft, askable, newest, read_consents
from app.publishers.models.spec import offer_fields
from app.publishers.service.offers import SLUG, slug_from
from themes.catalogue import say

STATES = ("draft", "live", "off")
PER_HOUR = range(1, 100_001)
ORIGIN = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+")
LONGEST_CONSENT = 10_000
MOST_FRAMES = 20


async def create_form(work: Work, publisher_id: UUID, offer_id: UUID, draft: FormDraft) -> HostedForm:
    """Raises NotFound for the offer, Invalid for what does not fit."""
    offer = await _offer(work, publisher_id, offer_id)
    slug = draft.slug or slug_from(draft.name)
    await _check(work, offer, slug, draft)
    now = clock.now()
    form = HostedForm(
        id=uuid7(),
        offer_id=offer.id,
        slug=slug,
        name=draft.name.strip(),
        state=draft.state,
        content=msgspec.to_builtins(draft.content),
        consents=_added(work, [], draft),
        frames=list(draft.frames),
        per_hour=draft.per_hour,
        created_at=now,
        updated_at=now,
    )
    work.add(form)
    await work.flush()
    events.record(work, "form.created", "publisher", publisher_id, form=form.id, offer=offer.id)
    return form


async def change_form(work: Work, publisher_id: UUID, form_id: UUID, draft: FormDraft) -> HostedForm:
    """Make the form as the draft says. Other consent words become a further version. Raises NotFound, Invalid."""
    form = await work.get(HostedForm, form_id, with_for_update=True, populate_existing=True)
    if form is None:
        raise NotFound
    offer = await _offer(work, publisher_id, form.offer_id)
    slug = draft.slug or form.slug
    await _check(work, offer, slug, draft, but=form.id)
    wanted = {
        "slug": slug,
        "name": draft.name.strip(),
        "state": draft.state,
        "content": msgspec.to_builtins(draft.content),
        "consents": _added(work, form.consents, draft),
        "frames": list(draft.frames),
        "per_hour": draft.per_hour,
    }
    changes = {name: (getattr(form, name), value) for name, value in wanted.items() if getattr(form, name) != value}
    for name, (_, value) in changes.items():
        setattr(form, name, value)
    if changes:
        form.updated_at = clock.now()
        await work.flush()
        events.record(
            work, "form.changed", "publisher", publisher_id, changes=changes, form=form.id, fields=sorted(changes)
        )
    return form


def _added(work: Work, stored: list[dict[str, object]], draft: FormDraft) -> list[dict[str, object]]:
    """The versions of before, and a new one for each language whose words are others now."""
    known = read_consents(stored)
    for language in draft.content.languages:
        text, now = draft.consents.get(language, "").strip(), newest(known, language)
        if text and (now is None or now.text != text):
            version = max((one.version for one in known), default=0) + 1
            at = clock.now().isoformat()
            known.append(ConsentWords(version, language, text, at, work.actor.name))
    return list(msgspec.to_builtins(known))


async def _offer(work: Work, publisher_id: UUID, offer_id: UUID) -> Offer:
    offer = await work.get(Offer, offer_id)
    if offer is None or offer.publisher_id != publisher_id:
        raise NotFound
    return offer


async def _check(work: Work, offer: Offer, slug: str, draft: FormDraft, but: UUID | None = None) -> None:
    errors = [*_shape(slug, draft), *_frames(draft), *_consents(draft), *await _questions(work, offer, draft)]
    if errors:
        raise Invalid(errors)
    taken = select(HostedForm.id).where(HostedForm.slug == slug)
    if await work.scalar(taken.where(HostedForm.id != but) if but else taken):
        raise invalid("slug", say("There is a form at this address already. Choose another one."))


def _shape(slug: str, draft: FormDraft) -> list[FieldError]:
    found = []
    if not draft.name.strip():
        found.append(FieldError("name", "missing", say("Enter a name.")))
    if not SLUG.fullmatch(slug):
        found.append(FieldError("slug", "invalid_format", say("Use 1 to 50 lower-case letters, digits and hyphens.")))
    if draft.state not in STATES:
        found.append(FieldError("state", "not_allowed", say("Choose draft, live or off.")))
    if draft.per_hour not in PER_HOUR:
        found.append(FieldError("per_hour", "not_allowed", say("Choose 1 to 100,000 an hour.")))
    if not draft.content.languages or set(draft.content.languages) - set(LANGUAGES):
        found.append(FieldError("languages", "missing", say("Choose at least one language.")))
    return found


def _frames(draft: FormDraft) -> list[FieldError]:
    for origin in draft.frames:
        parts = urlsplit(origin)
        if parts.scheme != "https" or not ORIGIN.fullmatch(parts.netloc) or parts.path or parts.query:
            sentence = say('"%(origin)s" is not a site. Write it like https://www.example.com.', origin=origin[:60])
            return [FieldError("frames", "invalid_format", sentence)]
    if len(draft.frames) > MOST_FRAMES:
        return [FieldError("frames", "too_long", say("Name %(most)s sites at most.", most=MOST_FRAMES))]
    return []


def _consents(draft: FormDraft) -> list[FieldError]:
    found = []
    for language in draft.content.languages:
        text = draft.consents.get(language, "").strip()
        if not text:
            found.append(FieldError(f"consent_{language}", "missing", say("Enter the words that visitors agree to.")))
        elif len(text) > LONGEST_CONSENT:
            found.append(FieldError(f"consent_{language}", "too_long", say("These words are too long.")))
        if not draft.content.said(language).thanks.strip():
            found.append(FieldError(f"thanks_{language}", "missing", say("Say who calls, and when.")))
    return found


async def _questions(work: Work, offer: Offer, draft: FormDraft) -> list[FieldError]:
    """Everything that the offer insists on must be asked."""
    contact, lead = await fields.registry(work, "contact"), await fields.registry(work, "lead")
    known = askable(offer_fields(contact, lead, offer.spec))
    names = draft.content.names
    if not names:
        return [FieldError("questions", "missing", say("Put at least one question on a screen."))]
    lacking = [field.label for field in known if field.required and field.name not in names]
    unknown = [name for name in names if name not in known]
    found = []
    if lacking:
        sentence = say("The offer needs these too: %(fields)s. Put them on a screen.", fields=", ".join(lacking))
        found.append(FieldError("questions", "missing", sentence))
    if unknown:
        sentence = say("The offer has no such field: %(fields)s.", fields=", ".join(unknown))
        found.append(FieldError("questions", "not_allowed", sentence))
    return found

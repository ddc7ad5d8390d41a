"""Offers: what we buy from a publisher, on which terms."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.core import clock, config, events, fields, live
from app.core.errors import FieldError, Invalid, NotFound, invalid
from app.core.work import Work
from app.publishers.models import Offer, OfferDraft, Publisher, read_terms
from app.publishers.models.spec import offer_fields
from app.publishers.models.terms import faults
from themes.catalogue import say
from themes.terms import worded

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?")
TEMPLATES = "offer_templates"


async def create_offer(work: Work, publisher_id: UUID, draft: OfferDraft) -> Offer:
    """Raises NotFound for the publisher, Invalid for what does not fit."""
    if await work.get(Publisher, publisher_id) is None:
        raise NotFound
    slug = draft.slug or slug_from(draft.name)
    await _check(work, publisher_id, slug, draft)
    now = clock.now()
    offer = Offer(
        id=uuid7(),
        publisher_id=publisher_id,
        slug=slug,
        name=draft.name.strip(),
        state=draft.state,
        price_amount=draft.price_amount,
        currency=draft.currency or await config.get(work, "currency"),
        terms=msgspec.to_builtins(draft.terms),
        spec=list(draft.spec),
        pipeline=draft.pipeline,
        created_at=now,
        updated_at=now,
    )
    work.add(offer)
    await work.flush()
    events.record(work, "offer.created", "publisher", publisher_id, offer=offer.id)
    return offer


async def change_offer(work: Work, publisher_id: UUID, offer_id: UUID, draft: OfferDraft) -> Offer:
    """Make the offer as the draft says; the currency stays. Raises NotFound, Invalid."""
    statement = select(Offer).where(Offer.id == offer_id, Offer.publisher_id == publisher_id).with_for_update()
    offer = (await work.scalars(statement)).first()
    if offer is None:
        raise NotFound
    slug = draft.slug or offer.slug
    await _check(work, publisher_id, slug, draft, but=offer.id)
    wanted = {
        "slug": slug,
        "name": draft.name.strip(),
        "state": draft.state,
        "price_amount": draft.price_amount,
        "terms": msgspec.to_builtins(draft.terms),
        "spec": list(draft.spec),
        "pipeline": draft.pipeline,
    }
    changes = {name: (getattr(offer, name), value) for name, value in wanted.items() if getattr(offer, name) != value}
    for name, (_, value) in changes.items():
        setattr(offer, name, value)
    if changes:
        offer.updated_at = clock.now()
        await work.flush()
        events.record(
            work,
            "offer.changed",
            "publisher",
            publisher_id,
            changes=changes,
            offer=offer.id,
            fields=sorted(changes),
        )
        live.tell(work, "publisher", publisher_id)
    return offer


async def _check(work: Work, publisher_id: UUID, slug: str, draft: OfferDraft, but: UUID | None = None) -> None:
    errors = [FieldError(field, "not_allowed", sentence) for field, sentence in faults(draft.terms)]
    if not draft.name.strip():
        errors.append(FieldError("name", "missing", "Enter a name."))
    if not SLUG.fullmatch(slug):
        errors.append(FieldError("slug", "invalid_format", "Use 1 to 50 lower-case letters, digits and hyphens."))
    if draft.price_amount < 0:
        errors.append(FieldError("price", "not_allowed", "A price is not below zero."))
    errors += await _unknown_fields(work, draft.spec)
    if errors:
        raise Invalid(errors)
    taken = select(Offer.id).where(Offer.publisher_id == publisher_id, Offer.slug == slug)
    if await work.scalar(taken.where(Offer.id != but) if but else taken):
        raise invalid(
            "slug", worded('"%(slug)s" is another offer of this %(publisher)s. Choose another short name.', slug=slug)
        )


async def _unknown_fields(work: Work, spec: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    known = offer_fields(await fields.registry(work, "contact"), await fields.registry(work, "lead"), spec)
    unknown = [change["name"] for change in spec if change["name"] not in known]
    return [
        FieldError(
            "spec", "not_allowed", say('There is no field "%(name)s" here. Add it to the fields first.', name=name)
        )
        for name in unknown
    ]


def slug_from(name: str) -> str:
    """A short name out of a long one: "Debt leads, Florida" becomes "debt-leads-florida"."""
    return re.sub(r"[^a-z0-9]+", "-", fields.normalise(name)).strip("-")[:50].strip("-")


def as_draft(offer: Offer) -> OfferDraft:
    """The offer as it stands, to be changed in part."""
    return OfferDraft(
        name=offer.name,
        slug=offer.slug,
        state=offer.state,
        price_amount=offer.price_amount,
        currency=offer.currency,
        pipeline=offer.pipeline,
        terms=read_terms(offer.terms),
        spec=tuple(offer.spec),
    )


async def configure_offers(work: Work, section: list[dict[str, Any]]) -> None:
    """The blueprint's offers are models for the tenant's own: kept as a setting, chosen when an offer is
    added.
    """
    await config.put(work, TEMPLATES, [msgspec.to_builtins(msgspec.convert(one, OfferDraft)) for one in section])


async def templates(work: Work) -> list[OfferDraft]:
    return [msgspec.convert(one, OfferDraft) for one in await config.get(work, TEMPLATES) or []]

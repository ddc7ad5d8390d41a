"""Judging a post: what it shows itself, what its offer allows now, whether we have the person."""

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.compliance import service as compliance
from app.contacts import queries as people
from app.contacts import service as contacts
from app.contacts.models import Contact
from app.core import clock, fields, limits
from app.core.errors import FieldError
from app.core.fields import FieldSet
from app.core.work import Work
from app.publishers import forms
from app.publishers.models import Usage, answers
from app.publishers.models.spec import ENVELOPE, checked_together, offer_fields
from app.publishers.models.terms import full, is_open
from app.publishers.queries import intake as queries
from app.publishers.queries.intake import Caller, OpenOffer
from themes.catalogue import say

MOST_WARNINGS = 20
MOST_KNOWN = 50
LONGEST_NAME = 80


class Post(msgspec.Struct, frozen=True):
    """A request as it came: `raw` is what `body` was read as."""

    raw: dict[str, Any]
    body: bytes
    content_type: str
    address: str
    idempotency_key: str = ""
    headers: tuple[tuple[str, str], ...] = ()  # without whatever proves who sends
    identity: str = ""  # what makes two posts equal, where that is not all that was sent
    form_id: UUID | None = None
    language: str = ""


class Case(msgspec.Struct):
    """One post while it is judged."""

    caller: Caller
    offer: OpenOffer | None
    post: Post
    test: bool
    currency: str = "USD"
    fieldset: FieldSet | None = None
    values: dict[str, Any] = {}
    consent: forms.Consent | None = None
    reasons: list[FieldError] = []
    warnings: list[FieldError] = []
    extra: dict[str, Any] = {}
    used: list[Usage] = []
    known: list[Contact] = []

    @property
    def price(self) -> int:
        return 0 if self.test or self.offer is None else self.offer.price_amount


def case_of(caller: Caller, offers: list[OpenOffer], post: Post) -> Case:
    """The offer that is meant, and whether this is a test. What is no clear no to "test?" is never paid
    for.
    """
    reasons: list[FieldError] = []
    flag = forms.test_flag(post.raw.get("test"))
    if flag is None:
        reasons.append(FieldError("test", "invalid_format", "Send true or false."))
    named = str(post.raw.get("offer") or "").strip()
    offer = (
        next((one for one in offers if one.slug == named), None) if named else offers[0] if len(offers) == 1 else None
    )
    if offer is None:
        reasons.append(_no_offer(named, offers))
    test = (
        flag is not False or caller.test_only or caller.state == "test" or (offer is not None and offer.state == "test")
    )
    case = Case(caller, offer, post, test, reasons=reasons, values={}, warnings=[], extra={}, used=[], known=[])
    case.currency = offer.currency if offer else "USD"
    return case


def _no_offer(named: str, offers: list[OpenOffer]) -> FieldError:
    choices = ", ".join(offer.slug for offer in offers) or say("none yet")
    if named:
        return FieldError(
            "offer",
            "not_allowed",
            say("There is no such offer for this key. Choose one of: %(choices)s.", choices=choices),
        )
    return FieldError(
        "offer", "missing", say("This key has several offers. Name one of: %(choices)s.", choices=choices)
    )


async def judge(work: Work, case: Case) -> None:
    """Fill in `values`, `reasons`, `warnings`. A post is as good as its reasons are few."""
    if case.offer is None:
        return
    if not case.test and not {case.caller.state, case.offer.state} <= {"live"}:
        case.reasons.append(FieldError("offer", "offer_paused", answers.PAUSED))
        return
    await _read(work, case)
    if not case.reasons and not case.test:
        await _judge_the_moment(work, case)
    if not case.reasons:
        await _judge_the_person(work, case)


async def _read(work: Work, case: Case) -> None:
    """What the post itself shows: every fault at once."""
    assert case.offer is not None
    raw, terms = case.post.raw, case.offer.terms
    contact, lead = await fields.registry(work, "contact"), await fields.registry(work, "lead")
    case.fieldset = known = offer_fields(contact, lead, case.offer.spec)
    case.values, faults = fields.parse(known, raw, zone=ZoneInfo(terms.zone))
    if not {fault.field for fault in faults} & {"zip", "state"}:
        faults += checked_together(known, case.values, terms)
    case.consent, lacks = forms.consent(raw.get("consent"), terms.consent)
    case.reasons += [*faults, *lacks]
    case.extra = {name: value for name, value in known.unknown(raw).items() if name not in ENVELOPE}
    case.warnings = [_not_known(name) for name in list(case.extra)[:MOST_WARNINGS]]


def _not_known(name: str) -> FieldError:
    shown = name[:LONGEST_NAME]
    return FieldError(
        shown, "unknown_field", say('We don\'t know "%(name)s". It is kept, but nothing reads it.', name=shown)
    )


async def _judge_the_moment(work: Work, case: Case) -> None:
    """What the offer allows now: its hours, its caps, one visitor's address."""
    assert case.offer is not None
    now, terms, offer = clock.now(), case.offer.terms, case.offer
    if not is_open(terms, now):
        case.reasons.append(answers.outside_schedule(terms, now))
        return
    case.used = await queries.cap_usage(work, offer)
    shut = full(case.used, offer.price_amount)
    if shut is not None:
        case.reasons.append(answers.cap_reached(shut, terms.zone, offer.currency))
        return
    visitor = case.values.get("ip")
    if terms.same_address and visitor:
        hourly = limits.Limit(terms.same_address / 3600, terms.same_address)
        if await limits.take("intake.visitor", f"{case.caller.publisher_id}:{visitor}", hourly):
            case.reasons.append(FieldError("ip", "suspected_bot", answers.BOT))


async def _judge_the_person(work: Work, case: Case) -> None:
    """Suppressed, or ours already. Two posts about one person wait for each other here."""
    assert case.offer is not None
    phone, email, rule = case.values.get("phone"), case.values.get("email"), case.offer.terms.duplicates
    since = clock.now() - timedelta(days=rule.days)
    of = {"publisher_id": case.caller.publisher_id, "since": since}
    if case.test:
        await contacts.hold(work, *(f"test {key}" for key in (phone, email) if key))
        known = rule.days and await queries.is_test_duplicate(work, rule, case.values, **of)
    else:
        await contacts.hold(work, phone, email)
        if await compliance.is_listed(work, phone, email):
            case.reasons.append(FieldError("lead", "suppressed", answers.SUPPRESSED))
            return
        case.known = await people.find_duplicates(work, phone=phone, email=email, limit=MOST_KNOWN)
        offer_id = case.offer.id
        known = rule.days and await queries.is_duplicate(work, rule, case.values, case.known, offer_id=offer_id, **of)
    if known:
        case.reasons.append(answers.duplicate(rule.days))

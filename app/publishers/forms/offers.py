"""The form of an offer: what an admin typed becomes a draft, or faults by field."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

import msgspec

from app.core import places
from app.core.errors import FieldError, Invalid
from app.core.fields import FieldSet
from app.core.money import NotAnAmount, major, parse_amount
from app.publishers.forms.rules import told
from app.publishers.models import Cap, ConsentRule, Duplicates, OfferDraft, Terms
from app.publishers.models.terms import DAYS, PERIODS
from themes import formats
from themes.catalogue import say

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
MOST_DAYS = 3_650


class _Reader:
    """Reads one answer after the other and gathers what is wrong."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw, self.errors = raw, list[FieldError]()

    def word(self, name: str) -> str:
        value = self.raw.get(name, "")
        return value if isinstance(value, str) else ""

    def many(self, name: str) -> list[str]:
        value = self.raw.get(name, [])
        return [value] if isinstance(value, str) else list(value)

    def amount(self, name: str, currency: str) -> int | None:
        if not self.word(name):
            return None
        try:
            return parse_amount(self.word(name), currency)
        except NotAnAmount:
            self.wrong(name, say('"%(typed)s" is not an amount. Write it like 45.00.', typed=self.word(name)[:40]))
            return None

    def whole(self, name: str, most: int = 1_000_000) -> int | None:
        typed = self.word(name).replace(",", "")
        if not typed:
            return None
        if not typed.isascii() or not typed.isdigit() or int(typed) > most:
            self.wrong(
                name,
                say('"%(typed)s" is not a whole number up to %(most)s.', typed=typed[:40], most=formats.number(most)),
            )
            return None
        return int(typed)

    def wrong(self, name: str, message: str) -> None:
        self.errors.append(FieldError(name, "invalid_format", message))


def offer_draft(
    raw: Mapping[str, Any],
    currency: str,
    fieldset: FieldSet,
    base: OfferDraft | None = None,
    stages: Sequence[str] = (),
) -> OfferDraft:
    """`fieldset` is the offer's own (models.spec); `base` what it is changed from; `stages` may be told of. Raises
    Invalid.
    """
    read, base = _Reader(raw), base or OfferDraft(name="")
    draft = OfferDraft(
        name=read.word("name"),
        slug=read.word("slug"),
        state=read.word("state") or base.state,
        price_amount=read.amount("price", currency) or 0,
        currency=currency,
        pipeline=read.word("pipeline"),
        terms=_terms(read, currency, base.terms, stages),
        spec=_spec(read, fieldset, base.spec),
    )
    if draft.state not in ("test", "live", "paused", "closed"):
        read.wrong("state", say("Choose test, live, paused or closed."))
    if read.errors:
        raise Invalid(read.errors)
    return draft


def _terms(read: _Reader, currency: str, base: Terms, stages: Sequence[str]) -> Terms:
    zone = read.word("zone") or "America/New_York"
    if zone not in available_timezones():
        read.wrong("zone", say('"%(zone)s" is not a time zone. Choose one of the list.', zone=zone[:40]))
        zone = "America/New_York"
    return Terms(
        zone=zone,
        caps=_caps(read, currency),
        schedule=_schedule(read),
        states=_states(read),
        duplicates=_duplicates(read),
        consent=ConsentRule(
            required=bool(read.word("consent_required")),
            max_age_days=read.whole("consent_days", MOST_DAYS) or 90,
            certificate=bool(read.word("consent_certificate")),
        ),
        same_address=read.whole("same_address") or 0,
        hold_days=_days(read, "hold_days", base.hold_days),
        return_days=_days(read, "return_days", base.return_days),
        told=told(read.raw, stages, read.errors) if read.word("told_own") else None,
    )


def _days(read: _Reader, name: str, usual: int) -> int:
    found = read.whole(name, MOST_DAYS)
    return usual if found is None else found


def _caps(read: _Reader, currency: str) -> tuple[Cap, ...]:
    found = []
    for per in PERIODS:
        leads, amount = read.whole(f"cap_{per}_leads"), read.amount(f"cap_{per}_amount", currency)
        if leads is not None or amount is not None:
            found.append(Cap(per, leads, amount))
    return tuple(found)


def _schedule(read: _Reader) -> dict[str, tuple[str, str]]:
    found = {}
    for day in DAYS:
        begin, end = read.word(f"open_{day}"), read.word(f"close_{day}")
        if not begin and not end:
            continue
        if not CLOCK.fullmatch(begin) or not CLOCK.fullmatch(end):
            read.wrong("schedule", say("The hours of %(day)s can't be read. Write them like 09:00 and 17:00.", day=day))
        else:
            found[day] = (begin, end)
    return found


def _states(read: _Reader) -> tuple[str, ...]:
    known, unknown = states_in(read.word("states"))
    if unknown:
        listed = ", ".join(word[:20] for word in unknown[:5])
        read.wrong("states", say("%(codes)s: not a state. Use two letters each, like FL, GA.", codes=listed))
    return known


def states_in(typed: str) -> tuple[tuple[str, ...], list[str]]:
    """Codes of the states named in a text, in order of the alphabet; and the words that are none."""
    words = [word for word in re.split(r"[\s,;]+", typed) if word]
    found = {word: places.state_named(word) for word in words}
    return tuple(sorted({one.code for one in found.values() if one})), [w for w in words if not found[w]]


def _duplicates(read: _Reader) -> Duplicates:
    days = read.whole("duplicate_days", MOST_DAYS)
    given = {
        "days": 30 if days is None else days,
        "match": read.word("duplicate_match") or "any",
        "scope": read.word("duplicate_scope") or "tenant",
    }
    try:
        return msgspec.convert(given, Duplicates)
    except msgspec.ValidationError:
        read.wrong("duplicate_match", say("Choose how leads are compared, and among which."))
        return Duplicates()


def _spec(read: _Reader, fieldset: FieldSet, before: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """The fields that are asked for; what the offer changed otherwise (choices, limits) stays."""
    if "fields_shown" not in read.raw:
        return before
    required, kept = set(read.many("required")), {change["name"]: change for change in before}
    spec = []
    for field in fieldset:
        change = {**kept.get(field.name, {"name": field.name}), "required": field.name in required}
        if field.name in kept or field.required != change["required"]:
            spec.append(change)
    return tuple(spec)


def as_typed(draft: OfferDraft, currency: str) -> dict[str, str]:
    """The draft as its form is filled in."""
    terms = draft.terms
    typed = {
        "name": draft.name,
        "slug": draft.slug,
        "state": draft.state,
        "price": _major(draft.price_amount, currency),
        "pipeline": draft.pipeline,
        "zone": terms.zone,
        "states": ", ".join(terms.states),
        "duplicate_days": str(terms.duplicates.days),
        "duplicate_match": terms.duplicates.match,
        "duplicate_scope": terms.duplicates.scope,
        "consent_required": "1" if terms.consent.required else "",
        "consent_days": str(terms.consent.max_age_days),
        "consent_certificate": "1" if terms.consent.certificate else "",
        "same_address": str(terms.same_address or ""),
        "hold_days": str(terms.hold_days),
        "return_days": str(terms.return_days),
        "told_own": "" if terms.told is None else "1",
        **{f"told_{stage}": word for stage, word in (terms.told or {}).items()},
    }
    for cap in terms.caps:
        typed[f"cap_{cap.per}_leads"] = "" if cap.leads is None else str(cap.leads)
        typed[f"cap_{cap.per}_amount"] = "" if cap.amount is None else _major(cap.amount, currency)
    for day, (begin, end) in terms.schedule.items():
        typed[f"open_{day}"], typed[f"close_{day}"] = begin, end
    return typed


def _major(amount: int, currency: str) -> str:
    return format(major(amount, currency), "f")

"""What a visitor of a hosted form does: proof of what was shown and when, budgets against floods, the post itself.

The page's token is signed, not stored: form, moment, consent version and a number of its own. It proves which words
stood beside the button, and a form that comes back within two seconds was filled in by no person.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from app.core import clock, fields, limits
from app.core.crypto import new_token, sign, signed
from app.core.errors import FieldError, Problem
from app.core.runtime import runtime
from app.core.work import Actor, Work
from app.publishers import forms
from app.publishers.models import Answer
from app.publishers.models.hosted import ConsentWords, shown
from app.publishers.queries.hosted import OpenForm
from app.publishers.service.intake import receive
from app.publishers.service.judging import Post
from themes.catalogue import say

QUICKEST = timedelta(seconds=2)
LASTS = timedelta(hours=12)
AN_ADDRESS = limits.Limit(30 / 3600, 15)  # sends an hour from one network address: a household, a library
A_PAGE = limits.Limit(10 / 3600, 5)  # sends of one page that was loaded once
TRACKED = ("sub_id", "source", "campaign", "landing_page")
ALIASES = {"utm_source": "source", "utm_campaign": "campaign"}
KEPT_BESIDE = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "gclid", "fbclid")
LONGEST = {"sub_id": 255, "source": 200, "campaign": 200, "landing_page": 2_000}
QUIET = frozenset(("duplicate", "suppressed"))  # a visitor must not learn whom we know (T49)
SHUT = frozenset(("cap_reached", "outside_schedule", "offer_paused"))


class Shown(msgspec.Struct, frozen=True):
    """What a page's token says: a number of its own, when it was made, and which consent words stood on it."""

    number: str
    at: datetime
    version: int


class Outcome(msgspec.Struct, frozen=True):
    """`thanks`, `shut` (the offer takes nobody now), or `again` with what to mend or why to wait (seconds)."""

    kind: Literal["thanks", "shut", "again"]
    errors: list[FieldError] = []
    wait: int = 0
    test: bool = False


def token_for(work: Work, form_id: UUID, version: int) -> str:
    parts = (new_token()[:16], int(clock.real_now().timestamp()), version)
    return ".".join(map(str, (*parts, _signature(work, form_id, *parts))))


def _signature(work: Work, form_id: UUID, *parts: object) -> str:
    return sign(runtime().settings.secret_key, "hosted_form", work.tenant.id, form_id, *parts)


def read_token(work: Work, form_id: UUID, token: str) -> Shown | None:
    """None for one that is not ours, of another form, or older than half a day."""
    number, _, rest = token.partition(".")
    at, _, rest = rest.partition(".")
    version, _, signature = rest.partition(".")
    secret = runtime().settings.secret_key
    if not signed(secret, "hosted_form", signature, work.tenant.id, form_id, number, at, version):
        return None
    found = Shown(number, datetime.fromtimestamp(int(at), UTC), int(version))
    return found if clock.real_now() - found.at < LASTS else None


def preview_signature(work: Work, form_id: UUID) -> str:
    """Opens a form that is not live, for staff; everything sent there is a test."""
    return sign(runtime().settings.secret_key, "hosted_form.preview", work.tenant.id, form_id)


def tracked(params: Mapping[str, str], referrer: str) -> dict[str, str]:
    """Where the visitor comes from, as the address says it: our own names, and the campaign's as they came."""
    found = {name: params[name][:200] for name in KEPT_BESIDE if params.get(name)}
    for name in TRACKED:
        alias = next((params[other] for other, ours in ALIASES.items() if ours == name and params.get(other)), "")
        value = params.get(name) or alias or (referrer if name == "landing_page" else "")
        if value and (name != "landing_page" or _is_page(value)):
            found[name] = value[: LONGEST[name]]
    return found


def _is_page(value: str) -> bool:
    try:
        return bool(fields.read(fields.Field(entity="intake", name="page", label="page", type="url"), value, UTC))
    except fields.Unreadable:
        return False


async def submit(
    work: Work,
    form: OpenForm,
    answers: Mapping[str, Any],
    seen: Shown,
    *,
    track: Mapping[str, str],
    trap: str,
    address: str,
    preview: bool,
) -> Outcome:
    """Post what was filled in through the same door as any publisher's program."""
    slow = await _is_flood(work, form, seen, trap, address)
    if slow is not None:
        return slow
    words = shown(form.consents, seen.version)
    if words is None:
        return Outcome("again")
    work.actor = Actor("publisher", form.caller.publisher_id, form.caller.name)
    try:
        reply = await receive(work, form.caller, _post(form, answers, seen, words, track, address, preview))
    except Problem as problem:
        await work.start_over()
        return Outcome("again", [FieldError("", problem.code or "busy", problem.detail)], wait=problem.retry_after or 1)
    return outcome_of(msgspec.json.decode(reply.body, type=Answer))


async def _is_flood(work: Work, form: OpenForm, seen: Shown, trap: str, address: str) -> Outcome | None:
    """Machines first, and without touching the form's budget: their flood must not shut out people (T50)."""
    if trap or clock.real_now() - seen.at < QUICKEST:
        return Outcome("again", [FieldError("", "suspected_bot", say("That was quick. Look over it and press again."))])
    budget = limits.Limit(form.per_hour / 3600, form.per_hour)
    for kind, whose, limit in (
        ("form.page", f"{form.id}:{seen.number}", A_PAGE),
        ("form.address", address, AN_ADDRESS),
        ("form", form.id, budget),
    ):
        wait = await limits.take(kind, whose, limit)
        if wait > 0:
            seconds = max(1, round(wait + 0.5))
            sentence = say("Many people are sending just now. What you typed is still here; press again in a moment.")
            return Outcome("again", [FieldError("", "too_many", sentence)], wait=seconds)
    return None


def _post(
    form: OpenForm,
    answers: Mapping[str, Any],
    seen: Shown,
    words: ConsentWords,
    track: Mapping[str, str],
    address: str,
    preview: bool,
) -> Post:
    """The consent is what stood on the page, at the moment of pressing. A second press of the same page with the same
    answers is the same post.
    """
    said = {**track, **answers}
    consent = {"text": words.text, "at": clock.now().isoformat(), "url": form.url}
    raw = {**said, "offer": form.offer.slug, "ip": address, "consent": consent, **({"test": True} if preview else {})}
    flat = [(name, item) for name, value in said.items() for item in (value if isinstance(value, list) else [value])]
    whole = [*flat, ("offer", form.offer.slug), ("ip", address), *((f"consent.{k}", v) for k, v in consent.items())]
    same = hashlib.sha256(urlencode(sorted(flat)).encode()).hexdigest()
    return Post(
        raw=raw,
        body=urlencode([*whole, *([("test", "true")] if preview else [])]).encode(),
        content_type=forms.FORM,
        address=address,
        idempotency_key=f"{form.id}:{seen.number}:{same[:32]}",
        identity=same,
        form_id=form.id,
        language=words.language,
    )


def outcome_of(answer: Answer) -> Outcome:
    """What a visitor is told. Whoever we know already, or must not contact, reads the same as everybody."""
    codes = {reason.code for reason in answer.reasons}
    if answer.status == "accepted" or (codes and codes <= QUIET):
        return Outcome("thanks", test=answer.test)
    if codes & SHUT:
        return Outcome("shut")
    return Outcome("again", [reason for reason in answer.reasons if reason.code not in QUIET])

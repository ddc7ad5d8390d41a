"""Reading what comes in: the body of a post, its consent, and the forms of the publisher pages."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from app.core import clock
from app.core.errors import FieldError, Problem
from app.core.fields import Field, Unreadable, read
from app.publishers.models.terms import ConsentRule
from themes import formats
from themes.catalogue import say

MOST_FIELDS = 500
LONGEST_WORDS = 10_000  # characters of a consent text
LONGEST_CERTIFICATE = 255
AHEAD = timedelta(minutes=10)  # how far a publisher's clock may be ahead of ours
FORM = "application/x-www-form-urlencoded"
PART = re.compile(r"consent(?:\.|\[)([a-z_]{1,20})\]?")
MOST_HEADERS, LONGEST_HEADER = 40, 500
SECRET = re.compile(r"authorization|cookie|secret|token|password|(?<!idempotency-)key", re.IGNORECASE)
YES, NO = frozenset(("true", "1", "yes", "on")), frozenset(("false", "0", "no", "off", ""))


class NotReadable(Problem):
    """The body can't be read at all, so nothing is stored."""

    status = 400
    title = "This request can't be read."


class NotOurType(Problem):
    status = 415
    title = "Send JSON or a form."


class Consent(msgspec.Struct, frozen=True):
    """The words as the person saw them, when, and on which page."""

    text: str
    at: datetime
    url: str | None = None
    certificate_id: str | None = None


def told_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """What may be kept of a request's headers: nothing that proves who sends, none that is long."""
    kept = [(name.lower(), value[:LONGEST_HEADER]) for name, value in headers if not SECRET.search(name)]
    return tuple(kept[:MOST_HEADERS])


def payload(content_type: str, body: bytes) -> dict[str, Any]:
    """The posted object; a form's `consent.text` (or `consent[text]`) becomes a part of `consent`.

    Raises NotOurType and NotReadable.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return _from_json(body)
    if kind == FORM:
        return _from_form(body)
    raise NotOurType(say("Send application/json or %(form)s.", form=FORM), code="unsupported_type")


def _from_json(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotReadable(
            say("This is not JSON that can be read: %(fault)s.", fault=str(error).rstrip(".")), code="unreadable"
        ) from error
    if not isinstance(found, dict):
        raise NotReadable("Send one JSON object, with the fields of one lead.", code="unreadable")
    return found


def _from_form(body: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except (ValueError, UnicodeDecodeError) as error:
        raise NotReadable(
            "This form can't be read. Send it in UTF-8, with percent signs escaped.", code="unreadable"
        ) from error
    found: dict[str, Any] = {}
    for name, value in pairs:
        part = PART.fullmatch(name)
        target, key = (found.setdefault("consent", {}), part[1]) if part else (found, name)
        if not isinstance(target, dict):  # `consent` came as a plain field too
            continue
        target[key] = [*_listed(target[key]), value] if key in target else value
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_flag(raw: Any) -> bool | None:
    """True or false; None for anything that is neither, which must not be taken for a paid lead."""
    if raw is None or isinstance(raw, bool):
        return bool(raw)
    word = str(raw).strip().lower()
    return True if word in YES else False if word in NO else None


def consent(raw: Any, rule: ConsentRule) -> tuple[Consent | None, list[FieldError]]:
    """The consent of a post, and what is wrong with it. Where the offer needs none, a half one is left out
    in silence.
    """
    if not isinstance(raw, Mapping) or not any(raw.values()):
        lacks = FieldError(
            "consent", "consent_missing", "Send the consent: its words as shown, when, and on which page."
        )
        return None, [lacks] if rule.required else []
    errors: list[FieldError] = []
    text = _words(raw.get("text"), errors)
    at = _moment(raw.get("at"), rule, errors)
    url = _page(raw.get("url"), errors)
    certificate = _certificate(raw.get("certificate_id"), rule, errors)
    if errors or text is None or at is None:
        return None, errors if rule.required else []
    return Consent(text, at, url, certificate), []


def _words(raw: Any, errors: list[FieldError]) -> str | None:
    if not isinstance(raw, str) or not raw.strip():
        errors.append(
            FieldError("consent.text", "consent_missing", "Send the words that the person agreed to, as shown.")
        )
    elif "\0" in raw:
        errors.append(FieldError("consent.text", "invalid_format", "These words hold characters that are no text."))
    elif len(raw) > LONGEST_WORDS:
        errors.append(
            FieldError(
                "consent.text",
                "too_long",
                say(
                    "These words have %(count)s characters; the limit is %(limit)s.",
                    count=formats.number(len(raw)),
                    limit=formats.number(LONGEST_WORDS),
                ),
            )
        )
    else:
        return raw
    return None


def _moment(raw: Any, rule: ConsentRule, errors: list[FieldError]) -> datetime | None:
    if raw in (None, ""):
        errors.append(
            FieldError("consent.at", "consent_missing", "Send when the person agreed, like 2026-05-03T14:30:00Z.")
        )
        return None
    try:
        at: datetime = read(Field(entity="intake", name="at", label="at", type="datetime"), raw, UTC)
    except Unreadable as fault:
        errors.append(FieldError("consent.at", fault.code, fault.message))
        return None
    if at > clock.now() + AHEAD:
        errors.append(
            FieldError(
                "consent.at",
                "not_allowed",
                "This time has not come yet. Send times with their offset, or in UTC.",
            )
        )
    elif at < clock.now() - timedelta(days=rule.max_age_days):
        errors.append(
            FieldError(
                "consent.at",
                "consent_stale",
                say("This consent is older than %(days)s days. Ask the person again.", days=rule.max_age_days),
            )
        )
    return at


def _page(raw: Any, errors: list[FieldError]) -> str | None:
    if raw in (None, ""):
        errors.append(FieldError("consent.url", "consent_missing", "Send the page on which the person agreed."))
        return None
    try:
        found: str = read(Field(entity="intake", name="url", label="url", type="url"), raw, UTC)
    except Unreadable as fault:
        errors.append(FieldError("consent.url", fault.code, fault.message))
        return None
    return found


def _certificate(raw: Any, rule: ConsentRule, errors: list[FieldError]) -> str | None:
    typed = str(raw).strip() if isinstance(raw, str | int) else ""
    if not typed and rule.certificate:
        errors.append(
            FieldError("consent.certificate_id", "consent_missing", "Send the id of the consent certificate.")
        )
    if len(typed) > LONGEST_CERTIFICATE or "\0" in typed:
        errors.append(
            FieldError(
                "consent.certificate_id",
                "too_long",
                say("A certificate id has %(most)s characters at most.", most=LONGEST_CERTIFICATE),
            )
        )
        return None
    return typed or None

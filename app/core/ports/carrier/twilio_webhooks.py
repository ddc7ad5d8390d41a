"""Twilio's webhooks: is it Twilio, and what does it say?

The signature is HMAC-SHA1 over the URL that Twilio called and every parameter in order of name. It
carries no time, so a replay is caught by `event_id` in the ledger.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Literal, cast
from urllib.parse import parse_qsl, urlsplit

from app.core.ports.carrier import CallStatus, Choice, Event, InboundCall, InboundSms, SmsStatus, Webhook
from app.core.ports.carrier.twilio_words import CALL_STATES, SMS_STATES
from app.core.ports.signing import BadSignature

MAX_MEDIA = 10


def signature(token: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """What Twilio writes into `X-Twilio-Signature`: the same name twice counts once per different value."""
    text = url + "".join(name + value for name, value in sorted(set(parameters)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def verify(hook: Webhook, tokens: Iterable[str]) -> dict[str, str]:
    """The parameters, if Twilio signed them with one of the live tokens. Raises BadSignature."""
    given = {name.lower(): value for name, value in hook.headers.items()}.get("x-twilio-signature", "")
    pairs = parse_qsl(hook.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=200)
    wanted = [signature(token, url, pairs) for token in tokens if token for url in _spellings(hook.url)]
    if not any(hmac.compare_digest(want.encode(), given.encode()) for want in wanted):
        raise BadSignature("the signature does not fit")
    return dict(pairs)


def read_webhook(hook: Webhook, tokens: Iterable[str]) -> Event:
    """Raises BadSignature, and ValueError for a webhook that is none of these."""
    form = verify(hook, tokens)
    if "CallSid" in form:
        return _call(form)
    if "MessageSid" not in form:
        raise ValueError("neither a message nor a call")
    return _status(form) if "MessageStatus" in form else _inbound(form)


def _spellings(url: str) -> list[str]:
    """Twilio signs with or without the port, depending on the scheme and the age of the feature."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    default = {"https": 443, "http": 80}.get(parts.scheme)
    return list(dict.fromkeys([url, *(parts._replace(netloc=n).geturl() for n in (host, f"{host}:{default}"))]))


def _inbound(form: Mapping[str, str]) -> InboundSms:
    opt_out = form.get("OptOutType", "").lower()
    count = int(form["NumMedia"]) if form.get("NumMedia", "").isdigit() else 0
    media = [form.get(f"MediaUrl{n}", "") for n in range(min(count, MAX_MEDIA))]
    return InboundSms(
        event_id=f"{form['MessageSid']}:received",
        id=form["MessageSid"],
        from_=form.get("From", ""),
        to=form.get("To", ""),
        text=form.get("Body", ""),
        opt_out=cast(Choice, opt_out) if opt_out in ("stop", "start", "help") else None,
        media=tuple(url for url in media if url),
    )


def _status(form: Mapping[str, str]) -> SmsStatus:
    said = form["MessageStatus"]
    if said not in SMS_STATES:
        raise ValueError(f"unknown message status {said[:30]!r}")
    return SmsStatus(
        event_id=f"{form['MessageSid']}:{said}",
        id=form["MessageSid"],
        status=SMS_STATES[said],
        to=form.get("To", ""),
        from_=form.get("From", ""),
        error_code=form.get("ErrorCode", ""),
    )


def _call(form: Mapping[str, str]) -> CallStatus | InboundCall:
    said, sid = form.get("CallStatus", ""), form["CallSid"]
    if said not in CALL_STATES:
        raise ValueError(f"unknown call status {said[:30]!r}")
    if form.get("Direction") == "inbound" and said == "ringing":
        return InboundCall(event_id=f"{sid}:ringing", id=sid, from_=form.get("From", ""), to=form.get("To", ""))
    return CallStatus(
        event_id=f"{sid}:{said}",
        id=sid,
        status=CALL_STATES[said],
        to=form.get("To", ""),
        from_=form.get("From", ""),
        answered_by=_answered_by(form.get("AnsweredBy", "")),
        seconds=int(form["CallDuration"]) if form.get("CallDuration", "").isdigit() else 0,
        error_code=form.get("ErrorCode", ""),
    )


def _answered_by(said: str) -> Literal["human", "machine"] | None:
    if said.startswith(("machine", "fax")):
        return "machine"
    return "human" if said == "human" else None

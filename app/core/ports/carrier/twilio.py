"""Twilio over its REST interface (API version 2010-04-01) and its form-encoded webhooks.

Twilio takes no idempotency key, so after a lost answer the account's own list is searched for the same
text to the same number. Error codes are from its public error dictionary.
"""

import base64
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import msgspec

from app.core.ports.carrier import CallReceipt, Event, SmsReceipt, Webhook
from app.core.ports.carrier.twilio_webhooks import read_webhook
from app.core.ports.carrier.twilio_words import CALL_STATES, SMS_STATES
from app.core.ports.egress import Answer, Egress
from app.core.ports.failures import OptedOut, OutcomeUnknown, Refused, Unavailable
from themes.catalogue import say

API = "https://api.twilio.com"
STOPPED, TOO_MANY = 21610, 20429
LIST_BYTES = 500_000
R = TypeVar("R")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One Twilio account. `old_auth_token` stays live for webhooks while the token is being rotated."""

    sid: str
    auth_token: str
    old_auth_token: str = ""
    base_url: str = API
    ring_seconds: int = 25


class _Resource(msgspec.Struct):
    sid: str
    status: str
    body: str | None = None
    date_created: str | None = None


class _Messages(msgspec.Struct):
    messages: list[_Resource]


class _Calls(msgspec.Struct):
    calls: list[_Resource]


class _Fault(msgspec.Struct):
    code: int = 0
    message: str = ""


class TwilioCarrier:
    """See `Carrier`. Both legs of a call meet in a conference that is named by the call's key."""

    def __init__(self, account: Account, egress: Egress | None = None) -> None:
        self._account, self._egress = account, egress or Egress()

    async def send_sms(self, *, to: str, from_: str, text: str, key: str, status_callback: str) -> SmsReceipt:
        form = {"To": to, "From": from_, "Body": text, "StatusCallback": status_callback}
        return _sms(await self._create("Messages.json", form))

    async def find_sms(self, key: str, *, to: str, from_: str, text: str, since: datetime) -> SmsReceipt | None:
        query = {"To": to, "From": from_, "PageSize": "50"}  # newest first; a date filter hides unsent ones
        found = (await self._list("Messages.json", query, _Messages)).messages
        same = [item for item in found if item.body == text and _after(item, since)]
        return _sms(same[0]) if same else None

    async def place_call(self, *, to: str, from_: str, key: str, callback: str) -> CallReceipt:
        room = f"<Response><Dial><Conference>{escape(key)}</Conference></Dial></Response>"
        form = {"To": to, "From": from_, "Twiml": room, "Timeout": str(self._account.ring_seconds)}
        form |= {"StatusCallback": callback, "MachineDetection": "Enable"}
        events = [("StatusCallbackEvent", name) for name in ("initiated", "ringing", "answered", "completed")]
        return _call(await self._create("Calls.json", form, events))

    async def find_call(self, key: str, *, to: str, from_: str, since: datetime) -> CallReceipt | None:
        query = {"To": to, "From": from_, "PageSize": "50"}
        found = (await self._list("Calls.json", query, _Calls)).calls
        same = [item for item in found if _after(item, since)]
        return _call(same[0]) if same else None

    async def hang_up(self, call_id: str) -> None:
        await self._create(f"Calls/{call_id}.json", {"Status": "completed"})

    def read_webhook(self, hook: Webhook) -> Event:
        return read_webhook(hook, (self._account.auth_token, self._account.old_auth_token))

    async def _create(self, path: str, form: dict[str, str], more: list[tuple[str, str]] | None = None) -> _Resource:
        body = urlencode([*form.items(), *(more or [])]).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", **self._credentials()}
        answer = await self._egress.post(self._url(path), body, headers=headers)
        _raise_for(answer)
        return answer.read(_Resource)

    async def _list(self, path: str, query: dict[str, str], shape: type[R]) -> R:
        url = f"{self._url(path)}?{urlencode(query)}"
        answer = await self._egress.get(url, headers=self._credentials(), max_bytes=LIST_BYTES)
        if not answer.ok:
            raise OutcomeUnknown(say("The carrier could not be asked (HTTP %(status)s).", status=answer.status))
        return answer.read(shape)

    def _url(self, path: str) -> str:
        return f"{self._account.base_url}/2010-04-01/Accounts/{self._account.sid}/{path}"

    def _credentials(self) -> dict[str, str]:
        pair = f"{self._account.sid}:{self._account.auth_token}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def _sms(resource: _Resource) -> SmsReceipt:
    return SmsReceipt(resource.sid, SMS_STATES.get(resource.status, "queued"))


def _call(resource: _Resource) -> CallReceipt:
    return CallReceipt(resource.sid, CALL_STATES.get(resource.status, "queued"))


def _after(resource: _Resource, since: datetime) -> bool:
    """Twilio writes RFC 2822 times, to the second."""
    try:
        made = parsedate_to_datetime(resource.date_created or "")
    except ValueError:
        return False
    return made >= since - timedelta(seconds=2)


def _raise_for(answer: Answer) -> None:
    if answer.ok:
        return
    fault = _fault(answer)
    words = fault.message or f"HTTP {answer.status}"
    if fault.code == STOPPED:
        raise OptedOut(say("This person sent STOP to this number."), str(STOPPED))
    if answer.status in (401, 403):
        raise Unavailable(say("The carrier does not accept this account: %(words)s", words=words))
    if answer.status in (429, 503) or fault.code == TOO_MANY:
        raise Unavailable(say("The carrier asks to try later: %(words)s", words=words))
    if 400 <= answer.status < 500:
        raise Refused(say("The carrier refused: %(words)s", words=words), str(fault.code or answer.status))
    raise OutcomeUnknown(say("The carrier answered with an error of its own: %(words)s", words=words))


def _fault(answer: Answer) -> Any:
    try:
        return answer.read(_Fault)
    except OutcomeUnknown:
        return _Fault()

"""The carrier of the demo and the tests: the simulator, spoken to over HTTP like any other carrier."""

from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

import msgspec

from app.core.ports.addresses import LOOPBACK
from app.core.ports.carrier import (
    CallReceipt,
    CallState,
    CallStatus,
    Event,
    InboundCall,
    InboundSms,
    SmsReceipt,
    SmsState,
    SmsStatus,
    Webhook,
)
from app.core.ports.egress import Answer, Egress
from app.core.ports.failures import OptedOut, OutcomeUnknown, Refused, Unavailable
from app.core.ports.signing import verify
from themes.catalogue import say

STOPPED = "21610"


class _Taken(msgspec.Struct):
    id: str
    status: str


class _Fault(msgspec.Struct):
    code: str = ""
    message: str = ""


class _Said(msgspec.Struct):
    type: Literal["sms.inbound", "sms.status", "call.status", "call.inbound"]
    data: dict[str, Any]


_SHAPES: dict[str, type[Event]] = {
    "sms.inbound": InboundSms,
    "sms.status": SmsStatus,
    "call.status": CallStatus,
    "call.inbound": InboundCall,
}


class SimulatedCarrier:
    """See `Carrier`. `secret` opens the simulator and signs its webhooks."""

    def __init__(self, url: str, secret: str, egress: Egress | None = None) -> None:
        self._url, self._secret = url.rstrip("/"), secret
        self._egress = egress or Egress(allow=LOOPBACK, http=True)

    async def send_sms(self, *, to: str, from_: str, text: str, key: str, status_callback: str) -> SmsReceipt:
        body = {"to": to, "from": from_, "text": text, "key": key, "status_callback": status_callback}
        taken = await self._post("/sms", body)
        return SmsReceipt(taken.id, _sms_state(taken.status))

    async def find_sms(
        self, key: str, *, to: str = "", from_: str = "", text: str = "", since: datetime | None = None
    ) -> SmsReceipt | None:
        """Asked by key alone: the simulator remembers keys."""
        taken = await self._find("/sms", key)
        return SmsReceipt(taken.id, _sms_state(taken.status)) if taken else None

    async def place_call(self, *, to: str, from_: str, key: str, callback: str) -> CallReceipt:
        taken = await self._post("/calls", {"to": to, "from": from_, "key": key, "status_callback": callback})
        return CallReceipt(taken.id, msgspec.convert(taken.status, CallState))

    async def find_call(
        self, key: str, *, to: str = "", from_: str = "", since: datetime | None = None
    ) -> CallReceipt | None:
        taken = await self._find("/calls", key)
        return CallReceipt(taken.id, msgspec.convert(taken.status, CallState)) if taken else None

    async def hang_up(self, call_id: str) -> None:
        await self._post(f"/calls/{call_id}/hang-up", {})

    def read_webhook(self, hook: Webhook) -> Event:
        event_id = verify([self._secret], hook.headers, hook.body)
        said = msgspec.json.decode(hook.body, type=_Said)
        return msgspec.convert({**said.data, "event_id": event_id}, _SHAPES[said.type])

    async def _post(self, path: str, body: dict[str, str]) -> _Taken:
        headers = {"Content-Type": "application/json", **self._credentials()}
        answer = await self._egress.post(self._url + path, msgspec.json.encode(body), headers=headers)
        _raise_for(answer)
        return answer.read(_Taken)

    async def _find(self, path: str, key: str) -> _Taken | None:
        answer = await self._egress.get(f"{self._url}{path}?{urlencode({'key': key})}", headers=self._credentials())
        if answer.status == 404:
            return None
        if not answer.ok:
            raise OutcomeUnknown(say("The carrier could not be asked (HTTP %(status)s).", status=answer.status))
        return answer.read(_Taken)

    def _credentials(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._secret}"}


def _sms_state(text: str) -> SmsState:
    return msgspec.convert(text, SmsState)


def _raise_for(answer: Answer) -> None:
    if answer.ok:
        return
    fault = answer.read(_Fault)
    if fault.code == STOPPED:
        raise OptedOut(say("This person sent STOP to this number."), STOPPED)
    if answer.status in (401, 403, 429, 503):
        raise Unavailable(say("The carrier asks to try later: %(words)s", words=fault.message))
    if answer.status < 500:
        raise Refused(say("The carrier refused: %(words)s", words=fault.message), fault.code)
    raise OutcomeUnknown(say("The carrier answered with an error of its own: %(words)s", words=fault.message))

"""Twilio: the documented shapes, against a peer that answers as Twilio does."""

import base64
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

import pytest

from app.core.ports.addresses import LOOPBACK
from app.core.ports.carrier import BadSignature, CallStatus, InboundCall, InboundSms, SmsStatus, Webhook
from app.core.ports.carrier.twilio import Account, TwilioCarrier
from app.core.ports.carrier.twilio_webhooks import signature
from app.core.ports.egress import Egress
from app.core.ports.failures import OptedOut, OutcomeUnknown, Refused, Unavailable
from tests.ports.peers import Canary, canary, says

pytestmark = pytest.mark.anyio
US, THEM = "+17275550100", "+18135550142"
SINCE = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
TAKEN = b'{"sid": "SM1", "status": "queued", "body": "Hi", "error_code": null, "date_created": null}'


def twilio(peer: Canary) -> TwilioCarrier:
    return TwilioCarrier(
        Account(sid="AC1", auth_token="token", old_auth_token="old", base_url=peer.url),
        Egress(allow=LOOPBACK, http=True),
    )


async def text(peer: Canary) -> object:
    return await twilio(peer).send_sms(
        to=THEM, from_=US, text="Hi & bye", key="k", status_callback="https://harbor.example/hooks"
    )


async def test_a_text_is_posted_in_twilio_s_words() -> None:
    async with canary(says(TAKEN, "201 Created")) as peer:
        taken = await text(peer)
    assert (taken.id, taken.status) == ("SM1", "queued")
    head, _, body = peer.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1")
    assert b"Authorization: Basic " + base64.b64encode(b"AC1:token") in head
    assert parse_qs(body.decode()) == {
        "To": [THEM], "From": [US], "Body": ["Hi & bye"], "StatusCallback": ["https://harbor.example/hooks"],
    }  # fmt: skip


ANSWERS = [
    ("400 Bad Request", b'{"code": 21610, "message": "Attempt to send to unsubscribed recipient"}', OptedOut),
    ("400 Bad Request", b'{"code": 21211, "message": "Invalid To"}', Refused),
    ("404 Not Found", b"<html>", Refused),
    ("401 Unauthorized", b'{"code": 20003, "message": "Authenticate"}', Unavailable),
    ("429 Too Many Requests", b'{"code": 20429, "message": "Too many"}', Unavailable),
    ("503 Service Unavailable", b"", Unavailable),
    ("500 Internal Server Error", b"", OutcomeUnknown),
    ("504 Gateway Timeout", b"", OutcomeUnknown),
    ("201 Created", b"<html>", OutcomeUnknown),
    ("201 Created", b'{"status": "queued"}', OutcomeUnknown),
]


@pytest.mark.parametrize(("status", "body", "failure"), ANSWERS)
async def test_each_answer_has_its_name(status: str, body: bytes, failure: type[Exception]) -> None:
    async with canary(says(body, status)) as peer:
        with pytest.raises(failure) as raised:
            await text(peer)
    assert isinstance(raised.value, OptedOut) == (failure is OptedOut)


async def test_a_closed_door_is_certainly_nothing() -> None:
    async with canary() as peer:
        pass
    with pytest.raises(Unavailable):
        await text(peer)


LIST = b"""{"messages": [
  {"sid": "SM3", "status": "sent", "body": "Other", "date_created": "Mon, 02 Mar 2026 14:05:00 +0000"},
  {"sid": "SM2", "status": "delivered", "body": "Hi", "date_created": "Mon, 02 Mar 2026 14:01:00 +0000"},
  {"sid": "SM1", "status": "delivered", "body": "Hi", "date_created": "Mon, 02 Mar 2026 13:01:00 +0000"}]}"""


async def test_after_a_lost_answer_the_list_tells() -> None:
    async with canary(says(LIST)) as peer:
        asked = twilio(peer)
        found = await asked.find_sms("k", to=THEM, from_=US, text="Hi", since=SINCE)
        never = await asked.find_sms("k", to=THEM, from_=US, text="Bye", since=SINCE)
    assert found is not None and (found.id, found.status) == ("SM2", "delivered") and never is None
    assert b"GET /2010-04-01/Accounts/AC1/Messages.json?To=%2B18135550142&From=%2B17275550100" in peer.requests[0]


async def test_a_list_that_cannot_be_read_leaves_the_outcome_unknown() -> None:
    async with canary(says(b"", "500 Oops")) as peer:
        with pytest.raises(OutcomeUnknown):
            await twilio(peer).find_call("k", to=THEM, from_=US, since=SINCE)


async def test_a_call_joins_a_room_of_its_own_and_can_be_ended() -> None:
    async with canary(says(b'{"sid": "CA1", "status": "queued"}', "201 Created")) as peer:
        placed = await twilio(peer).place_call(to=THEM, from_=US, key="row<7>", callback="https://h.example/c")
        await twilio(peer).hang_up(placed.id)
    form = parse_qs(peer.requests[0].partition(b"\r\n\r\n")[2].decode())
    assert "<Conference>row&lt;7&gt;</Conference>" in form["Twiml"][0]
    assert form["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]
    assert b"/Calls/CA1.json" in peer.requests[1] and peer.requests[1].endswith(b"Status=completed")


def test_the_signature_of_twilio_s_own_documentation() -> None:
    number = "+14158675309"
    given = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": number,
        "Digits": "1234",
        "From": number,
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature("12345", url, given.items()) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


HOOK = "https://harbor.example/hooks/carrier?t=1"


def hook(form: dict[str, str], token: str = "token", signed_url: str = HOOK, **changes: str) -> Webhook:
    code = signature(token, signed_url, form.items())
    return Webhook(HOOK, {"X-Twilio-Signature": code}, urlencode({**form, **changes}).encode())


async def read(given: Webhook) -> object:
    async with canary() as peer:
        return twilio(peer).read_webhook(given)


INBOUND = {
    "MessageSid": "SM9",
    "From": THEM,
    "To": US,
    "Body": "stop",
    "NumMedia": "1",
    "MediaUrl0": "https://m/1",
}


async def test_an_inbound_text_in_neutral_words() -> None:
    got = await read(hook({**INBOUND, "OptOutType": "STOP"}))
    assert got == InboundSms(
        event_id="SM9:received",
        id="SM9",
        from_=THEM,
        to=US,
        text="stop",
        opt_out="stop",
        media=("https://m/1",),
    )


@pytest.mark.parametrize("signed_url", [HOOK, HOOK.replace(".example/", ".example:443/")])
async def test_either_token_and_either_spelling_of_the_port_fit(signed_url: str) -> None:
    assert await read(hook(INBOUND, signed_url=signed_url))
    assert await read(hook(INBOUND, token="old", signed_url=signed_url))


async def test_a_forgery_does_not() -> None:
    for forged in (
        hook(INBOUND, token="other"),
        hook(INBOUND, Body="start"),
        hook(INBOUND, signed_url="https://other.example/hooks"),
        hook(INBOUND, extra="1"),
        Webhook(HOOK, {}, urlencode(INBOUND).encode()),
    ):
        with pytest.raises(BadSignature):
            await read(forged)


async def test_statuses_in_neutral_words() -> None:
    failed = {
        "MessageSid": "SM9",
        "MessageStatus": "undelivered",
        "To": THEM,
        "From": US,
        "ErrorCode": "30007",
    }
    assert await read(hook(failed)) == SmsStatus(
        event_id="SM9:undelivered", id="SM9", status="undelivered", to=THEM, from_=US, error_code="30007"
    )
    over = {"CallSid": "CA1", "CallStatus": "completed", "CallDuration": "34", "AnsweredBy": "machine_start"}
    assert await read(hook({**over, "To": THEM, "From": US})) == CallStatus(
        event_id="CA1:completed",
        id="CA1",
        status="completed",
        to=THEM,
        from_=US,
        answered_by="machine",
        seconds=34,
    )
    ringing = {"CallSid": "CA2", "CallStatus": "ringing", "Direction": "inbound", "From": THEM, "To": US}
    assert await read(hook(ringing)) == InboundCall(event_id="CA2:ringing", id="CA2", from_=THEM, to=US)


@pytest.mark.parametrize(
    "form", [{"x": "1"}, {"CallSid": "C", "CallStatus": "odd"}, {"MessageSid": "S", "MessageStatus": "odd"}]
)
async def test_a_signed_webhook_of_no_known_kind_is_said_so(form: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        await read(hook(form))

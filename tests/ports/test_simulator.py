"""The simulator, over its own doors: what each number does, what it remembers, and that a kill loses
nothing.
"""

import asyncio
import json
import re
import sys
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.ports import simulator
from app.core.ports.addresses import LOOPBACK
from app.core.ports.carrier import CallStatus, InboundCall, InboundSms, OptedOut, Refused, SmsStatus, Webhook
from app.core.ports.carrier.simulated import SimulatedCarrier
from app.core.ports.egress import Egress
from app.core.ports.mail import Mail
from app.core.ports.mail.smtp import Smtp, SmtpMailer
from app.core.ports.signing import BadSignature
from app.core.ports.simulator.peer import Peer
from app.core.ports.simulator.rules import call_rule, text_rule
from tests.ports.peers import Inbox

pytestmark = pytest.mark.anyio
OURS = "+17275550100"
NEAR = Egress(allow=LOOPBACK)


def person(ending: str) -> str:
    return f"+1813555{ending}"


def carrier(peer: Peer) -> SimulatedCarrier:
    return SimulatedCarrier(peer.http_url, peer.secret)


async def post(peer: Peer, path: str, **request: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=peer.http_url) as client:
        return await client.post(path, **request)


async def listed(peer: Peer, **request: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=peer.http_url) as client:
        return await client.get("/messages.json", **request)


async def text(peer: Peer, app: Inbox, to: str, words: str = "Hello", key: str = "k1") -> str:
    taken = await carrier(peer).send_sms(to=to, from_=OURS, text=words, key=key, status_callback=app.url)
    return taken.id


async def events(peer: Peer, app: Inbox) -> list[object]:
    """What the app has been told, read as the app reads it."""
    await peer.settled()
    reader = carrier(peer)
    return [reader.read_webhook(Webhook(app.url, headers, body)) for headers, body in app.received]


async def test_a_text_is_reported_as_sent_and_delivered(peer: Peer, app: Inbox) -> None:
    taken = await text(peer, app, person("0142"), "Your deposit is due Friday.")
    assert [(e.id, e.status) for e in await events(peer, app)] == [(taken, "sent"), (taken, "delivered")]
    [kept] = peer.sms(person("0142"))
    assert (kept.body, kept.sender, kept.status) == ("Your deposit is due Friday.", OURS, "delivered")


@pytest.mark.parametrize(
    ("ending", "expected"),
    [("0145", [("failed", "30003")]), ("0149", [("sent", ""), ("undelivered", "30007")])],
)
async def test_texts_that_do_not_arrive_say_why(
    peer: Peer, app: Inbox, ending: str, expected: list[tuple[str, str]]
) -> None:
    await text(peer, app, person(ending))
    told = await events(peer, app)
    assert all(isinstance(event, SmsStatus) for event in told)
    assert [(event.status, event.error_code) for event in told] == expected


async def test_the_same_key_is_one_text(peer: Peer, app: Inbox) -> None:
    first = await text(peer, app, person("0142"), key="same")
    again = await text(peer, app, person("0142"), "other words", key="same")
    other = await text(peer, app, person("0142"), key="other")
    assert first == again != other
    assert [message.attempts for message in peer.sms()] == [2, 1]
    assert len(await events(peer, app)) == 4


async def test_a_person_who_says_stop_is_not_texted_again(peer: Peer, app: Inbox) -> None:
    await text(peer, app, person("0146"), key="k1")
    said = [event for event in await events(peer, app) if isinstance(event, InboundSms)]
    assert [(event.text, event.opt_out, event.from_, event.to) for event in said] == [
        ("STOP", "stop", person("0146"), OURS)
    ]
    both = peer.sms(person("0146")) + peer.sms(OURS, "in")
    in_order = [message.body for message in sorted(both, key=lambda message: message.seq)]
    assert in_order == ["Hello", "STOP", "You will get no more texts from this number."]
    with pytest.raises(OptedOut) as refused:
        await text(peer, app, person("0146"), key="k2")
    assert refused.value.code == "21610"
    other = "+17275550101"
    assert await carrier(peer).send_sms(to=person("0146"), from_=other, text="Hi", key="k3", status_callback=app.url)
    await post(
        peer,
        "/inbound",
        json={"channel": "sms", "from": person("0146"), "to": OURS, "text": " Start "},
    )
    assert await text(peer, app, person("0146"), key="k4")


async def test_a_person_answers_the_first_text_only(peer: Peer, app: Inbox) -> None:
    await text(peer, app, person("0147"), key="k1")
    await text(peer, app, person("0147"), key="k2")
    assert len([event for event in await events(peer, app) if isinstance(event, InboundSms)]) == 1


@pytest.mark.parametrize(
    ("words", "choice"),
    [
        ("help", "help"),
        ("STOP", "stop"),
        (" quit ", "stop"),
        ("stop please", None),
        ("Yes", "start"),
        ("ok", None),
    ],
)
async def test_words_of_command_are_single_words(peer: Peer, app: Inbox, words: str, choice: str | None) -> None:
    peer.route(OURS, app.url)
    body = {"channel": "sms", "from": person("0142"), "to": OURS, "text": words}
    assert (await post(peer, "/inbound", json=body)).status_code == 201
    [heard] = await events(peer, app)
    assert isinstance(heard, InboundSms) and (heard.text, heard.opt_out) == (words, choice)
    assert len(peer.sms(person("0142"))) == (1 if choice else 0), "the carrier confirms by itself"


CALLS = [
    ("0142", ["ringing", "answered"], "human"),
    ("0143", ["ringing", "no_answer"], None),
    ("0144", ["ringing", "busy"], None),
    ("0145", ["failed"], None),
    ("0147", ["ringing", "answered", "completed"], "human"),
    ("0148", ["ringing", "answered", "completed"], "machine"),
]


@pytest.mark.parametrize(("ending", "course", "who"), CALLS)
async def test_calls_take_the_course_of_their_number(
    peer: Peer, app: Inbox, ending: str, course: list[str], who: str | None
) -> None:
    await carrier(peer).place_call(to=person(ending), from_=OURS, key="c1", callback=app.url)
    told = [event for event in await events(peer, app) if isinstance(event, CallStatus)]
    assert [event.status for event in told] == course
    assert {event.answered_by for event in told if event.answered_by} == ({who} if who else set())


async def test_hanging_up_ends_a_call_once(peer: Peer, app: Inbox) -> None:
    placed = await carrier(peer).place_call(to=person("0142"), from_=OURS, key="c1", callback=app.url)
    await peer.settled()
    await carrier(peer).hang_up(placed.id)
    await carrier(peer).hang_up(placed.id)
    assert [event.status for event in await events(peer, app)] == ["ringing", "answered", "completed"]
    with pytest.raises(Refused):
        await carrier(peer).hang_up("call_unknown")


async def test_a_caller_who_is_not_answered(peer: Peer, app: Inbox) -> None:
    peer.route(OURS, app.url)
    await post(peer, "/inbound", json={"channel": "call", "from": person("0147"), "to": OURS})
    ringing, missed = await events(peer, app)
    assert isinstance(ringing, InboundCall) and ringing.from_ == person("0147")
    assert isinstance(missed, CallStatus) and (missed.status, missed.id) == ("no_answer", ringing.id)


async def test_what_was_sent_can_be_asked_for(peer: Peer, app: Inbox) -> None:
    taken, asked = await text(peer, app, person("0142"), key="k1"), carrier(peer)
    found = await asked.find_sms("k1")
    assert found is not None and found.id == taken
    assert await asked.find_sms("k2") is None and await asked.find_call("k1") is None


@pytest.mark.parametrize(("to", "words", "code"), [("8135550142", "Hi", "21211"), (person("0142"), "", "21602")])
async def test_what_a_carrier_cannot_take_is_refused(peer: Peer, app: Inbox, to: str, words: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        await text(peer, app, to, words)
    assert refused.value.code == code and peer.sms() == []


async def test_an_app_that_was_down_is_told_later_and_only_once_said_yes(peer: Peer, app: Inbox) -> None:
    app.failures = 2
    await text(peer, app, person("0142"))
    told = [event.status for event in await events(peer, app)]
    assert len(told) == 4 and set(told) == {"sent", "delivered"}
    ids = [headers["webhook-id"] for headers, _ in app.received]
    assert len(set(ids)) == 2, "a repeat carries the id of the first try"


async def test_a_forged_report_is_noticed(peer: Peer, app: Inbox) -> None:
    await text(peer, app, person("0142"))
    await peer.settled()
    headers, body = app.received[0]
    assert carrier(peer).read_webhook(Webhook(app.url, headers, body))
    with pytest.raises(BadSignature):
        carrier(peer).read_webhook(Webhook(app.url, headers, body.replace(b"sent", b"read")))
    with pytest.raises(BadSignature):
        SimulatedCarrier(peer.http_url, "another secret").read_webhook(Webhook(app.url, headers, body))


async def test_the_doors_of_the_app_need_the_secret_and_the_open_ones_a_local_name(peer: Peer) -> None:
    body = {"to": person("0142"), "from": OURS, "text": "Hi", "key": "k"}
    assert (await post(peer, "/sms", json=body)).status_code == 401
    good = {"authorization": f"Bearer {peer.secret}"}
    assert (await post(peer, "/sms", json=body, headers=good)).status_code == 201
    assert (await listed(peer)).status_code == 200
    elsewhere = {"host": "rebound.example"}
    assert (await listed(peer, headers=elsewhere)).status_code == 421
    inbound = {"channel": "sms", "from": person("0142"), "to": OURS, "text": "Hi"}
    form = await post(peer, "/inbound", content=json.dumps(inbound), headers={"content-type": "text/plain"})
    assert form.status_code == 415


def a_mail(to: str, **changes: object) -> Mail:
    given = {
        "from_address": "hello@harbor.example",
        "from_name": "Harbor",
        "subject": "Your plan",
        "text": "Two lines.\nThe second.",
        "html": "<p>Two lines.</p>",
        "return_path": "b+77@in.harbor.example",
        "unsubscribe_url": "https://harbor.example/u/abc",
    }
    return Mail(to=to, **{**given, **changes})


async def sends(peer: Peer, mail: Mail, key: str = "m1") -> None:
    await SmtpMailer(Smtp.from_url(peer.mail_url), NEAR).send(mail, key)


async def test_the_contract_of_the_mailbox(peer: Peer, app: Inbox) -> None:
    await sends(peer, a_mail("dana@example.com"))
    await text(peer, app, person("0142"))
    found = (await listed(peer, params={"to": "dana@example.com"})).json()
    assert len(found) == 1
    expected = {
        "channel": "email",
        "to": "dana@example.com",
        "from": "hello@harbor.example",
        "subject": "Your plan",
    }
    assert expected.items() <= found[0].items()
    assert {"id", "at", "headers", "text", "html"} <= found[0].keys()
    assert found[0]["headers"]["List-Unsubscribe"] == "<https://harbor.example/u/abc>"
    assert found[0]["headers"]["From"] == "Harbor <hello@harbor.example>"
    later = (await listed(peer, params={"after": found[0]["id"]})).json()
    assert [message["channel"] for message in later] == ["sms"]
    by_number = (await listed(peer, params={"to": person("0142")})).json()
    assert [message["text"] for message in by_number] == ["Hello"]
    assert (await listed(peer, params={"after": "2999-01-01T00:00:00Z"})).json() == []


async def test_a_reply_comes_back_threaded_and_quoting(peer: Peer, app: Inbox) -> None:
    await sends(peer, a_mail("dana@example.com", reply_to="case-7@in.harbor.example"))
    peer.route("in.harbor.example", app.url)
    [sent] = peer.mails("dana@example.com")
    body = {
        "channel": "email",
        "from": "Dana <dana@example.com>",
        "to": "case-7@in.harbor.example",
        "text": "Call me.",
    }
    assert (await post(peer, "/inbound", json={**body, "in_reply_to": sent.id})).status_code == 201
    await peer.settled()
    [(headers, raw)] = app.received
    assert headers["content-type"] == "message/rfc822" and headers["envelope-to"] == "case-7@in.harbor.example"
    got = message_from_bytes(raw, policy=default)
    assert got["In-Reply-To"] == sent.key and got["Subject"] == "Re: Your plan"
    assert got.get_content().splitlines()[0] == "Call me." and "> The second." in got.get_content()


async def test_a_bounce_is_a_report_that_names_the_recipient_and_the_message(peer: Peer, app: Inbox) -> None:
    peer.route("in.harbor.example", app.url)
    await sends(peer, a_mail("bounce.1@example.com"))
    await peer.settled()
    [(headers, raw)] = app.received
    got = message_from_bytes(raw, policy=default)
    assert (got.get_content_type(), got.get_param("report-type")) == ("multipart/report", "delivery-status")
    parts = list(got.iter_parts())
    assert [part.get_content_type() for part in parts] == [
        "text/plain", "message/delivery-status", "text/rfc822-headers",
    ]  # fmt: skip
    fields = parts[1].get_payload()[1]
    assert fields["Final-Recipient"] == "rfc822; bounce.1@example.com" and fields["Status"] == "5.1.1"
    assert peer.mails()[0].key in parts[2].get_content() and headers["envelope-to"] == "b+77@in.harbor.example"


@pytest.mark.parametrize("asked", [{"channel": "bounce"}, {"from": "mailer-daemon@example.com"}, {"text": "bounce"}])
async def test_a_bounce_can_be_asked_for(peer: Peer, app: Inbox, asked: dict[str, str]) -> None:
    peer.route("in.harbor.example", app.url)
    await sends(peer, a_mail("dana@example.com"))
    body = {
        "channel": "email",
        "from": "dana@example.com",
        "to": "hello@harbor.example",
        "text": "x",
        **asked,
    }
    body["in_reply_to"] = peer.mails()[0].id
    assert (await post(peer, "/inbound", json=body)).status_code == 201
    await peer.settled()
    assert b"delivery-status" in app.received[0][1]


async def test_a_complaint_is_a_feedback_report(peer: Peer, app: Inbox) -> None:
    peer.route("in.harbor.example", app.url)
    await sends(peer, a_mail("dana@example.com"))
    body = {"channel": "complaint", "from": "dana@example.com", "to": "hello@harbor.example", "text": ""}
    assert (await post(peer, "/inbound", json=body)).status_code == 201
    await peer.settled()
    got = message_from_bytes(app.received[0][1], policy=default)
    assert got.get_param("report-type") == "feedback-report"


async def test_reports_go_to_names_that_only_this_machine_has(peer: Peer, app: Inbox) -> None:
    there = f"http://harbor.localhost:{app.port}/hooks"
    await carrier(peer).send_sms(to=person("0142"), from_=OURS, text="Hi", key="k", status_callback=there)
    await peer.settled()
    assert app.received[0][0]["host"] == f"harbor.localhost:{app.port}"


def test_the_table_in_the_words_is_the_table_in_the_code() -> None:
    rows = re.findall(r"^\| (\d{4}) +\| (.+?) *\| (.+?) *\|$", simulator.__doc__ or "", re.M)
    assert [row[0] for row in rows] == [f"014{n}" for n in range(2, 10)]
    signs = {
        "human": "answered",
        "machine": "machine",
        "no_answer": "no answer",
        "busy": "busy",
        "failed": "fails",
    }
    for ending, words, calls in rows:
        rule = text_rule(person(ending))
        assert words.startswith(
            {"delivered": "delivered", "failed": "fails", "undelivered": "undelivered"}[rule.status]
        )
        assert rule.error_code in words and signs[call_rule(person(ending)).pickup] in calls


KILLED = """
import os, sys
from app.core.ports.simulator.peer import Peer
import httpx
path, app = sys.argv[1:]
peer = Peer(path, pace=0).start()
good = {"authorization": "Bearer simulator-secret"}
body = {"to": "+18135550142", "from": "+17275550100", "text": "Hi", "key": "k1", "status_callback": app}
assert httpx.post(peer.http_url + "/sms", json=body, headers=good).status_code == 201
os.kill(os.getpid(), 9)
"""


async def test_a_kill_loses_neither_message_nor_report(app: Inbox, tmp_path: Path) -> None:
    store, root = tmp_path / "desk.sqlite", Path(__file__).parents[2]
    app.failures = 1_000_000
    doomed = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, str(store), app.url, cwd=root)
    assert await doomed.wait() == -9
    app.failures = 0
    app.received.clear()
    with Peer(store) as again:
        assert [message.body for message in again.sms()] == ["Hi"]
        assert {event.status for event in await events(again, app)} == {"sent", "delivered"}
        assert await text(again, app, person("0142"), key="k1") == again.sms()[0].id

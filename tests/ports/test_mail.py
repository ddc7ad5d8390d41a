"""Mail: what leaves is well formed whatever goes in (T29), and each failure is named for what it means
(P3).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP
from hypothesis import given
from hypothesis import strategies as st

from app.core.ports.addresses import LOOPBACK
from app.core.ports.egress import Egress, NotAllowed
from app.core.ports.mail import Attachment, Mail, OutcomeUnknown, Refused, Unavailable
from app.core.ports.mail.compose import compose, message_id, one_line, read_address
from app.core.ports.mail.smtp import SenderBroken, Smtp, SmtpMailer
from app.core.ports.simulator.mailroom import Mailroom
from app.core.ports.simulator.peer import Peer
from app.core.ports.simulator.store import Store
from tests.ports.peers import certificate

pytestmark = pytest.mark.anyio
AT = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
NEAR = Egress(allow=LOOPBACK)


def a_mail(**changes: object) -> Mail:
    given = {
        "from_name": "Harbor Debt Relief",
        "from_address": "hello@harbor.example",
        "to": "dana@example.com",
        "to_name": "Dana Reyes",
        "subject": "Your next deposit",
        "text": "It is due on Friday.",
        "html": "<p>It is due on Friday.</p>",
    }
    return Mail(**{**given, **changes})


def parsed(mail: Mail, key: str = "k1") -> EmailMessage:
    return message_from_bytes(compose(mail, key, AT), policy=default)


def test_a_mail_has_both_parts_and_the_sender_s_own_name_on_everything() -> None:
    got = parsed(a_mail(reply_to="case-7@in.harbor.example"))
    assert str(got["From"]) == "Harbor Debt Relief <hello@harbor.example>"
    assert str(got["To"]) == "Dana Reyes <dana@example.com>"
    assert str(got["Reply-To"]) == "case-7@in.harbor.example"
    assert got.get_body(("plain",)).get_content().strip() == "It is due on Friday."
    assert got.get_body(("html",)).get_content().strip() == "<p>It is due on Friday.</p>"
    assert got["Date"].datetime == AT
    allowed = {"from", "to", "reply-to", "subject", "date", "message-id", "mime-version", "content-type"}
    assert {name.lower() for name in got} == allowed


def test_the_message_id_is_the_key_s_and_the_sender_s() -> None:
    first, again, other = (parsed(a_mail(), key)["Message-ID"] for key in ("k1", "k1", "k2"))
    assert first == again == message_id("hello@harbor.example", "k1") and first != other
    assert first.endswith("@harbor.example>")


def test_one_click_unsubscribe_has_its_two_headers_unbroken() -> None:
    link = "https://harbor.example/u/" + "a1B2" * 60
    got = compose(a_mail(unsubscribe_url=link), "k", AT)
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in got
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in got
    assert "List-Unsubscribe" not in parsed(a_mail())


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://a.example/\r\nBcc: x@example.com", "x", "https://a b"]
)
def test_an_unsubscribe_link_that_is_none_is_refused(link: str) -> None:
    with pytest.raises(Refused):
        compose(a_mail(unsubscribe_url=link), "k", AT)


def test_replies_thread() -> None:
    got = parsed(a_mail(in_reply_to="<b@x.example>", references=("<a@x.example>", "junk\r\nBcc: y@example.com")))
    assert got["In-Reply-To"] == "<b@x.example>" and got["References"] == "<a@x.example> <b@x.example>"
    assert got["Bcc"] is None


HEADER_BREAKERS = [
    "Hi\r\nBcc: evil@example.com",
    "Hi\nBcc: evil@example.com",
    "Hi\rBcc: evil@example.com",
    "Hi\r\n\r\n<script>body</script>",
    "Hi\u2028Bcc: evil@example.com",
    "Hi\u0085Bcc: evil@example.com",
    "Hi\x00\x0bBcc: evil@example.com",
    "=?utf-8?q?Hi=0D=0ABcc:_evil@example.com?=",
    "=?utf-8?b?SGkNCkJjYzogZXZpbEBleGFtcGxlLmNvbQ==?= x",
    "Hi" + " " * 998 + "\r\n\tBcc: evil@example.com",
]


@pytest.mark.parametrize("text", HEADER_BREAKERS)
@pytest.mark.parametrize("slot", ["subject", "from_name", "to_name", "header"])
def test_no_words_can_add_a_header(text: str, slot: str) -> None:
    mail = a_mail(headers={"X-Campaign": text}) if slot == "header" else a_mail(**{slot: text})
    raw = compose(mail, "k", AT)
    head = raw.split(b"\r\n\r\n", 1)[0].lower()
    assert b"\r\nbcc:" not in head and b"\nbcc:" not in head.replace(b"\r\n", b"")
    got = message_from_bytes(raw, policy=default)
    if slot == "subject":
        assert str(got["Subject"]) == one_line(text), "shown as typed, not decoded once more"
    assert got["Bcc"] is None and got.get_body(("plain",)).get_content().strip() == "It is due on Friday."


@pytest.mark.parametrize("name", ["Bcc", "From", "Message-ID", "Content-Type", "DKIM-Signature", "X:Y", "X\r\nBcc"])
def test_headers_that_are_not_the_sender_s_to_set_are_left_out(name: str) -> None:
    got = parsed(a_mail(headers={name: "evil@example.com", "X-Case": "7"}))
    assert "evil@example.com" not in [str(value) for value in got.values()] and got["X-Case"] == "7"


@given(st.text(max_size=300), st.text(max_size=80))
def test_any_subject_and_name_survive_as_one_line(subject: str, name: str) -> None:
    got = parsed(a_mail(subject=subject, from_name=name))
    assert len(got.get_all("Subject")) == 1 and len(got.get_all("From")) == 1
    assert got["From"].addresses[0].addr_spec == "hello@harbor.example"
    assert "\n" not in one_line(subject) and one_line(one_line(subject)) == one_line(subject)


@pytest.mark.parametrize(
    "address",
    ["", "dana", "@example.com", "dana@", "a b@example.com", "a@b@c@", "dana@exa mple.com",
     "x\r\n@example.com", "dana@[127.0.0.1]", "<dana@example.com>", "dana@example.com,eve@example.com",
     "dána@example.com", "a@" + "x" * 64],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        read_address(address)


def test_addresses_with_foreign_domains_are_written_in_ascii() -> None:
    assert read_address("Dana@Bücher.example") == "Dana@xn--bcher-kva.example"


def test_attachments_keep_their_name_but_no_path_and_no_message_type() -> None:
    files = (
        Attachment("../../Invoice-1042-Reyes.pdf", "application/pdf", b"%PDF"),
        Attachment("nested.eml\r\nX: y", "message/rfc822", b"From: x"),
    )
    got = list(parsed(a_mail(attachments=files)).iter_attachments())
    assert [(part.get_filename(), part.get_content_type()) for part in got] == [
        ("..-..-Invoice-1042-Reyes.pdf", "application/pdf"),
        ("nested.eml X: y", "application/octet-stream"),
    ]
    assert got[0].get_content() == b"%PDF"


async def test_mail_arrives_at_a_real_server(peer: Peer) -> None:
    mailer = SmtpMailer(Smtp.from_url(peer.mail_url), NEAR)
    sent = await mailer.send(a_mail(subject="Überweisung – morgen", return_path="b+7@harbor.example"), "k1")
    [got] = peer.mails("dana@example.com")
    assert (got.subject, got.body.strip(), got.sender) == (
        "Überweisung – morgen", "It is due on Friday.", "hello@harbor.example",
    )  # fmt: skip
    assert sent.provider_id == got.id and sent.message_id == got.key
    assert got.headers["Return-Path"] == "b+7@harbor.example"


@pytest.mark.parametrize(
    ("to", "failure"),
    [
        ("refuse@example.com", Refused),
        ("busy@example.com", Unavailable),
        ("lost@example.com", OutcomeUnknown),
    ],
)
async def test_each_answer_of_a_server_has_its_name(peer: Peer, to: str, failure: type[Exception]) -> None:
    with pytest.raises(failure):
        await SmtpMailer(Smtp.from_url(peer.mail_url), NEAR).send(a_mail(to=to), "k")
    assert len(peer.mails(to)) == (1 if failure is OutcomeUnknown else 0)


Script = list[tuple[str, str]]


async def _follow(answers: Script, greeting: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(greeting.encode() + b"\r\n")
    in_data = False
    while received := await reader.readline():
        line = received.decode("latin-1").strip("\r\n")
        if in_data and line != ".":
            continue
        word = "." if in_data else line.upper()
        said = next((text for start, text in answers if word.startswith(start)), "250 ok")
        in_data = said.startswith("354")
        if said == "drop":
            return
        if said != "mute":
            writer.write(said.encode() + b"\r\n")


@asynccontextmanager
async def a_server(answers: Script, greeting: str = "220 ready") -> AsyncIterator[int]:
    """A mail server that follows a script: (start of the command, what to say), with `drop` to hang up and
    `mute` to fall silent."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _follow(answers, greeting, reader, writer)
        except ConnectionError:
            pass  # the client lost its patience
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


OFFERS = ("EHLO", "250-ready\r\n250 AUTH PLAIN")
GOES = ("DATA", "354 go on")
STAGES: list[tuple[str, Script, type[Exception]]] = [
    ("sender refused", [("MAIL", "550 5.7.1 not you")], Refused),
    ("sender put off", [("MAIL", "451 later")], Unavailable),
    ("recipient unknown", [("RCPT", "550 5.1.1 nobody")], Refused),
    ("mailbox full for now", [("RCPT", "452 4.2.2 full")], Unavailable),
    ("dropped at MAIL", [("MAIL", "drop")], Unavailable),
    ("dropped at RCPT", [("RCPT", "drop")], Unavailable),
    ("mute at RCPT", [("RCPT", "mute")], Unavailable),
    ("refused after the text", [GOES, (".", "554 5.7.1 spam")], Refused),
    ("put off after the text", [GOES, (".", "451 greylisted")], Unavailable),
    ("dropped after the text", [GOES, (".", "drop")], OutcomeUnknown),
    ("mute after the text", [GOES, (".", "mute")], OutcomeUnknown),
    ("wrong password", [OFFERS, ("AUTH", "535 5.7.8 wrong")], SenderBroken),
    ("no sign-in offered", [], SenderBroken),
]


@pytest.mark.parametrize(("name", "script", "failure"), STAGES, ids=[stage[0] for stage in STAGES])
async def test_a_failure_is_named_by_the_stage_it_came_in(name: str, script: Script, failure: type[Exception]) -> None:
    credentials = {"username": "u", "password": "p"} if failure is SenderBroken else {}
    patience = 2 if "mute" in name else 60
    async with a_server(script) as port:
        smtp = Smtp(host="127.0.0.1", port=port, security="none", total_seconds=patience, **credentials)
        with pytest.raises(failure) as raised:
            await SmtpMailer(smtp, NEAR).send(a_mail(), "k")
    assert type(raised.value) is failure


async def test_a_server_that_accepts_and_then_never_says_goodbye_has_accepted() -> None:
    script = [GOES, (".", "250 queued as Q1"), ("QUIT", "drop")]
    async with a_server(script) as port:
        smtp = Smtp(host="127.0.0.1", port=port, security="none")
        assert (await SmtpMailer(smtp, NEAR).send(a_mail(), "k")).provider_id == "Q1"


async def test_a_closed_port_is_certainly_nothing() -> None:
    async with a_server([]) as port:
        pass
    with pytest.raises(Unavailable):
        await SmtpMailer(Smtp(host="127.0.0.1", port=port, security="none"), NEAR).send(a_mail(), "k")


async def test_a_tenant_s_mail_server_cannot_be_on_the_inside() -> None:
    async with a_server([]) as port:
        with pytest.raises(NotAllowed):
            await SmtpMailer(Smtp(host="127.0.0.1", port=port, security="none")).send(a_mail(), "k")


async def test_plain_smtp_cannot_be_asked() -> None:
    with pytest.raises(OutcomeUnknown):
        await SmtpMailer(Smtp(host="127.0.0.1", security="none"), NEAR).ask(a_mail(), "k")


async def test_starttls_is_demanded_not_hoped_for(peer: Peer) -> None:
    smtp = Smtp(host="127.0.0.1", port=peer.smtp_port, security="starttls")
    with pytest.raises(SenderBroken):
        await SmtpMailer(smtp, NEAR).send(a_mail(), "k")
    assert peer.mails() == []


async def _to_loopback(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_tls_is_spoken_and_the_server_s_name_verified(security: str, tmp_path: Path) -> None:
    server_side, trusting = certificate(tmp_path, "mail.example")
    room = Mailroom(Store(), lambda: AT)
    whole = server_side if security == "tls" else None
    later = None if whole else server_side
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(room, tls_context=later, require_starttls=bool(later)), "127.0.0.1", 0, ssl=whole
    )
    port, way = server.sockets[0].getsockname()[1], Egress(allow=LOOPBACK, resolver=_to_loopback)
    try:
        good = SmtpMailer(Smtp(host="mail.example", port=port, security=security), way, trusting)
        assert (await good.send(a_mail(), "k")).provider_id
        for host, context in (("other.example", trusting), ("mail.example", None)):
            with pytest.raises(Unavailable):
                await SmtpMailer(Smtp(host=host, port=port, security=security), way, context).send(a_mail(), "k")
    finally:
        server.close()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtps://u%40x:p%3Aw@mail.example.com", ("mail.example.com", 465, "u@x", "p:w", "tls")),
        ("smtp://mail.example.com", ("mail.example.com", 587, "", "", "starttls")),
        ("smtp://127.0.0.1:2525?security=none", ("127.0.0.1", 2525, "", "", "none")),
    ],
)
def test_a_mail_url_says_everything(url: str, expected: tuple[object, ...]) -> None:
    smtp = Smtp.from_url(url)
    assert (smtp.host, smtp.port, smtp.username, smtp.password, smtp.security) == expected


@pytest.mark.parametrize(
    "url", ["smtp://mail.example.com?security=none", "http://x", "smtp://", "smtp://h?security=maybe"]
)
def test_a_mail_url_that_would_send_in_the_clear_or_makes_no_sense_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        Smtp.from_url(url)

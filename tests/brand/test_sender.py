"""Mail from the tenant's own domain: three records looked up at a real name server, a sealed key, signed mail, and
marketing mail that waits until all three stand."""

import asyncio
import base64
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from sqlalchemy import select

from app.brand import service
from app.brand.models import SenderDomain, read_dkim, read_dmarc, read_spf
from app.brand.service import sender
from app.core import agenda, clock
from app.core.ports.mail import Mail
from app.core.ports.mail.compose import compose
from app.core.ports.mail.sign import Signer, signed
from app.core.work import unit
from app.messages import service as messages
from tests.contacting import a_lead, acting, at, leave, rows, simulator
from tests.drive import drain

pytestmark = pytest.mark.anyio
DOMAIN = "harbor-debt.com"
SPF, DMARC = "v=spf1 include:mail.relay.net ~all", "v=DMARC1; p=quarantine"


class Names(asyncio.DatagramProtocol):
    """A name server on this machine: text records by name, silence for names it was told to be silent on."""

    def __init__(self, records: dict[str, list[str]], silent: set[str]) -> None:
        self.records, self.silent = records, silent

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        asked = dns.message.from_wire(data)
        name = asked.question[0].name.to_text().rstrip(".")
        if name in self.silent:
            return
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.RA
        texts = self.records.get(name)
        if texts is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            cut = [[text[at : at + 200] for at in range(0, len(text), 200)] for text in texts]
            written = [" ".join(f'"{part}"' for part in parts) for parts in cut]
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", *written))
        self.transport.sendto(answer.to_wire(), address)


@contextmanager
def names(runtime: Any, records: dict[str, list[str]], silent: set[str] | None = None) -> Iterator[None]:
    ready, done, port = Event(), Event(), []

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: Names(records, silent or set()), ("127.0.0.1", 0))
        port.append(transport.get_extra_info("sockname")[1])
        ready.set()
        await asyncio.to_thread(done.wait)
        transport.close()

    thread = Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    ready.wait(5)
    before = runtime.settings
    runtime.settings = msgspec.structs.replace(
        before, dns_server=f"127.0.0.1:{port[0]}", mail_spf="include:mail.relay.net"
    )
    try:
        yield
    finally:
        runtime.settings = before
        done.set()
        thread.join(5)


async def send_from(cast: Any, runtime: Any, address: str = f"hello@{DOMAIN}") -> Any:
    ada = await cast.browser("harbor", "ada")
    assert (await ada.post("/admin/brand", {"sender_address": address, "then": "publish"})).status_code == 303
    await drain(runtime)
    runtime.directory.forget()
    cast.tenants["harbor"] = await runtime.directory.by_slug("harbor")
    return ada


async def key_of(cast: Any) -> SenderDomain:
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await sender.prepare(work)
    return (await rows(cast, "harbor", select(SenderDomain)))[0]


async def looked_up(cast: Any, runtime: Any) -> None:
    """As the button does, past the limit on how often it may be pressed."""
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await sender.prepare(work)
        await agenda.add(work, "brand.check_sender", DOMAIN, key=f"sender:{DOMAIN}")
    await drain(runtime)


def standing_records(row: SenderDomain) -> dict[str, list[str]]:
    key = f"v=DKIM1; k=rsa; p={row.public_key}"
    return {DOMAIN: ["other=1", SPF], f"{row.selector}._domainkey.{DOMAIN}": [key], f"_dmarc.{DOMAIN}": [DMARC]}


@pytest.mark.parametrize(
    ("records", "state", "says"),
    [
        ([], "missing", "no such record"),
        (["google-site=1"], "missing", "no such record"),
        ([SPF], "good", "may send"),
        (["V=SPF1 +include:mail.relay.net -all"], "good", "may send"),
        ([SPF, "v=spf1 -all"], "wrong", "two SPF records"),
        (["v=spf1 include:other.net ~all"], "wrong", "Add include:mail.relay.net"),
        (["v=spf1 include:mail.relay.net +all"], "wrong", "lets everybody"),
        (["v=spf1 include:mail.relay.net " + " ".join(f"include:n{at}.net" for at in range(10)) + " ~all"], "wrong", "look-ups"),
        (["v=spf10 include:mail.relay.net"], "missing", "no such record"),
    ],
)  # fmt: skip
def test_spf_is_told_in_words(records: list[str], state: str, says: str) -> None:
    found = read_spf(records, "include:mail.relay.net")
    assert found.state == state and says in found.said


@pytest.mark.parametrize(
    ("records", "state"),
    [([], "missing"), (["v=DKIM1; p=AAA"], "good"), (["v=DKIM1;p=A A A"], "good"), (["v=DKIM1; p="], "wrong"), (["v=DKIM1; p=BBB"], "wrong")],
)  # fmt: skip
def test_the_key_that_stands_there_must_be_ours(records: list[str], state: str) -> None:
    assert read_dkim(records, "AAA").state == state


@pytest.mark.parametrize(
    ("records", "state"),
    [([], "missing"), ([DMARC], "good"), (["v=DMARC1; rua=mailto:a@b.net"], "wrong"), ([DMARC, DMARC], "wrong"), (["v=DMARC1;p=none"], "good")],
)  # fmt: skip
def test_dmarc_is_told_in_words(records: list[str], state: str) -> None:
    assert read_dmarc(records).state == state


async def test_three_records_are_looked_up_and_shown_with_what_to_copy(cast: Any, runtime: Any) -> None:
    ada = await send_from(cast, runtime)
    with names(runtime, {DOMAIN: ["v=spf1 include:other.net ~all"]}):
        assert (await ada.post("/admin/sender")).status_code == 303
        await drain(runtime)
        page = (await ada.get("/admin/sender")).text
    row = (await rows(cast, "harbor", select(SenderDomain)))[0]
    assert "Marketing mail is held back" in page and "Our mail server is not in it" in page
    assert f"{row.selector}._domainkey.{DOMAIN}" in page and row.public_key in page.replace("&#43;", "+")
    assert "BEGIN" not in page and b"PRIVATE" not in row.private_key
    with names(runtime, standing_records(row)):
        await ada.post("/admin/sender")
        await drain(runtime)
    assert "All three records stand" in (await ada.get("/admin/sender")).text


async def test_a_silent_name_server_is_no_verdict_and_takes_nothing_away(cast: Any, runtime: Any) -> None:
    ada = await send_from(cast, runtime)
    row = await key_of(cast)
    with names(runtime, standing_records(row)):
        await looked_up(cast, runtime)
    with names(runtime, standing_records(row), silent={DOMAIN}):
        await looked_up(cast, runtime)
    assert "All three records stand" in (await ada.get("/admin/sender")).text


async def test_marketing_mail_waits_for_the_records_and_serving_mail_does_not(cast: Any, runtime: Any) -> None:
    await send_from(cast, runtime)
    row = await key_of(cast)
    with at():
        lead = await a_lead(cast)

        async def write(purpose: str, first: str) -> Any:
            async with acting(cast, "harbor") as work:
                wanted = {"subject": first, "text": "Hello.", "purpose": purpose}
                return await messages.send_email(work, lead.contact_id, lead_id=lead.id, **wanted)

        held, served = await write("marketing", "one"), await write("servicing", "two")
        assert (held.state, held.refused_code) == ("refused", "sender_unverified") and DOMAIN in held.refused_why
        assert served.state == "queued"
        with names(runtime, standing_records(row)):
            await looked_up(cast, runtime)
        assert (await write("marketing", "three")).state == "queued"


async def test_practice_domains_count_as_checked_and_say_so(cast: Any, runtime: Any) -> None:
    ada = await send_from(cast, runtime, "hello@harbor.example.com")
    assert "practice domain" in (await ada.get("/admin/sender")).text
    assert sender.is_practice("harbor.example.com") and not sender.is_practice("myexample.com")
    before = runtime.settings
    runtime.settings = msgspec.structs.replace(before, demo=False, test=False)
    try:
        assert not sender.is_practice("harbor.example.com")
    finally:
        runtime.settings = before


async def test_mail_is_signed_once_the_key_stands_and_receivers_can_check_it(cast: Any, runtime: Any) -> None:
    await send_from(cast, runtime)
    row = await key_of(cast)
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast)
        async with acting(cast, "harbor") as work:
            assert await service.signer(work) is None
        with names(runtime, standing_records(row)):
            await looked_up(cast, runtime)
        async with acting(cast, "harbor") as work:
            await messages.send_email(work, lead.contact_id, lead_id=lead.id, subject="Signed", text="Hello.")
        await leave(cast)
        (mail,) = peer.mails("dana@example.net")
        async with acting(cast, "harbor") as work:
            signer = await service.signer(work)
    assert mail.headers["DKIM-Signature"] and signer is not None and "PRIVATE" not in repr(signer)


async def test_what_goes_to_our_own_people_is_signed_too(cast: Any, runtime: Any) -> None:
    """Links to sign in and notices leave in the tenant's name as well."""
    ada = await send_from(cast, runtime)
    row = await key_of(cast)
    with at(), simulator(cast.runtime) as peer:
        await ada.post("/admin/people/invite", {"email": "before@example.net", "role": "agent"})
        await leave(cast)
        with names(runtime, standing_records(row)):
            await looked_up(cast, runtime)
        await ada.post("/admin/people/invite", {"email": "after@example.net", "role": "agent"})
        await leave(cast)
        (before,), (after,) = peer.mails("before@example.net"), peer.mails("after@example.net")
    assert "DKIM-Signature" not in before.headers
    assert after.headers["DKIM-Signature"] and f"d={DOMAIN}" in after.headers["DKIM-Signature"]


def holds(whole: bytes, public_key: str) -> bool:
    """A receiver's check, written from RFC 6376 apart from the signer."""
    head, _, body = whole.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    proof = next(field for field in fields if field.lower().startswith(b"dkim-signature:"))
    tags = dict(part.strip().split(b"=", 1) for part in re.sub(rb"\s+", b" ", proof.partition(b":")[2]).split(b";"))
    tags = {name: value.replace(b" ", b"") for name, value in tags.items()}
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    flat = re.sub(rb"(\r\n)*$", b"", b"\r\n".join(lines)) + b"\r\n"
    if base64.b64encode(hashlib.sha256(flat).digest()) != tags[b"bh"]:
        return False

    def relaxed(field: bytes) -> bytes:
        name, _, value = field.partition(b":")
        return name.lower().strip() + b":" + re.sub(rb"\s+", b" ", value).strip()

    left, text = [field for field in fields if field is not proof], b""
    for name in tags[b"h"].split(b":"):
        here = [field for field in left if field.lower().startswith(name + b":")]
        if here:
            text += relaxed(here[-1]) + b"\r\n"
            left.remove(here[-1])
    text += relaxed(re.sub(rb"\bb=[^;]*$", b"b=", proof))
    key = serialization.load_der_public_key(base64.b64decode(public_key))
    try:
        key.verify(base64.b64decode(tags[b"b"]), text, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def test_a_signature_holds_and_a_changed_mail_does_not() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form, syntax = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, form, syntax).decode()
    shape = serialization.PublicFormat.SubjectPublicKeyInfo
    public = base64.b64encode(key.public_key().public_bytes(serialization.Encoding.DER, shape)).decode()
    mail = Mail(
        from_address=f"a@{DOMAIN}", to="b@example.net", text="Hello  \n\n\n", html="<p>Hello</p>",
        subject="Grüße an alle, die einen sehr langen Betreff mögen, der gefaltet werden muss, und noch einen",
    )  # fmt: skip
    whole = signed(compose(mail, "k", clock.now()), Signer(DOMAIN, "crm1", pem))
    assert holds(whole, public)
    assert not holds(whole.replace(b"Hello", b"Howdy"), public)
    assert not holds(whole.replace(b"b@example.net", b"c@example.net"), public)
    first, _, rest = whole.partition(b"\r\nFrom:")
    assert not holds(first + b"\r\nFrom: evil@example.org\r\nFrom:" + rest, public)
    assert max(map(len, whole.split(b"\r\n"))) < 100


async def test_the_sender_page_is_for_whoever_may_change_the_brand(cast: Any) -> None:
    for who, expected in (("ada", 200), ("luis", 404)):
        browser = await cast.browser("harbor", who)
        assert (await browser.get("/admin/sender")).status_code == expected

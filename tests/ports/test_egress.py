"""The way out: where it may lead, and what it does with partners that lie, drip or flood (T34, T41)."""

import asyncio
from pathlib import Path

import pytest

from app.core.ports.addresses import LOOPBACK, is_public
from app.core.ports.egress import Egress, Interrupted, NotAllowed, Unreachable
from tests.ports.peers import canary, certificate, says

pytestmark = pytest.mark.anyio

PRIVATE_ADDRESSES = """
127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 169.254.169.254
172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.7 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1
203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:a9fe:a9fe
::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1 2001:2::1 2001:10::1 2001:db8::1
2002:7f00:1::1 2002:a9fe:a9fe:: 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 2606:4700::1%eth0
fec0::1 ff02::1
""".split()
PUBLIC_ADDRESSES = """
8.8.8.8 1.1.1.1 172.32.0.1 100.128.0.1 2606:4700::1 2a00:1450::1 ::ffff:8.8.8.8 64:ff9b::808:808
""".split()

# Spellings of hosts that some parser somewhere reads as loopback, a private network or a metadata service.
SPELLINGS = """
http://127.0.0.1/ http://127.1/ http://127.0.1/ http://0/ http://0.0.0.0/ http://2130706433/ http://017700000001/
http://0x7f000001/ http://0x7f.0.0.1/ http://0x7f.1/ http://0177.0.0.1/ http://0177.0.0.01/ http://127.0.0.1./
http://127.000.000.001/ http://00127.0.0.1/ http://[::1]/ http://[::]/ http://[0:0:0:0:0:0:0:1]/
http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ http://[::127.0.0.1]/ http://[64:ff9b::127.0.0.1]/
http://[64:ff9b::7f00:1]/ http://[2002:7f00:1::]/ http://[fe80::1%25lo]/ http://[fe80::1%lo]/ http://[fd00:ec2::254]/
http://169.254.169.254/latest/meta-data/ http://[::ffff:169.254.169.254]/ http://2852039166/ http://0xa9fea9fe/
http://0251.0376.0251.0376/ http://169.254.43518/ http://localhost/ http://LOCALHOST/ http://localhost./
http://a.localhost/ http://localhost:80/ http://127.0.0.1:22/ http://127.0.0.1:25/ http://127.0.0.1:6379/
http://user@127.0.0.1/ http://example.com@127.0.0.1/ http://127.0.0.1@example.com/ http://127.0.0.1\\@example.com/
http://example.com\\.127.0.0.1/ http://127。0。0。1/ http://127．0．0．1/ http://①②⑦.⓪.⓪.①/ http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/
http://%31%32%37.0.0.1/ http://127.0.0.1%00.example.com/ http://127.0.0.1%2f.example.com/ http://:80/ http:///etc/passwd
http:127.0.0.1/ http:/127.0.0.1/ //127.0.0.1/ file:///etc/passwd gopher://127.0.0.1/ ftp://127.0.0.1/ dict://127.0.0.1/
data:text/plain,hi javascript:alert(1) unix:///run/db.sock http+unix://%2Frun%2Fdb.sock/ http://[::1]%20/ http://[::1/
http://10.0.0.1/ http://192.168.1.1/ http://172.16.0.1/ http://100.64.0.1/ http://[fc00::1]/ http://[fe80::1]/
""".split()


@pytest.mark.parametrize("address", PRIVATE_ADDRESSES)
async def test_addresses_outside_the_public_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC_ADDRESSES)
async def test_public_addresses(address: str) -> None:
    assert is_public(address)


async def _system(host: str, port: int) -> list[str]:
    """Names as a machine would have them: what ends in localhost is loopback, the rest is public."""
    loop = asyncio.get_running_loop()
    if host.endswith("localhost"):
        return ["127.0.0.1"]
    if host[0].isdigit() or ":" in host:
        return [str(entry[4][0]) for entry in await loop.getaddrinfo(host, port)]
    return ["93.184.216.34"]


def test_there_are_sixty_spellings_and_more() -> None:
    assert len(set(SPELLINGS)) >= 60


@pytest.mark.parametrize("url", SPELLINGS)
async def test_no_spelling_reaches_the_inside(url: str) -> None:
    with pytest.raises((NotAllowed, Unreachable)) as refused:
        await Egress(http=True, resolver=_system).get(url, seconds=3)
    assert isinstance(refused.value, NotAllowed), "refused by rule, not by luck"


@pytest.mark.parametrize("port", [22, 25, 110, 389, 445])
async def test_ports_of_other_services_are_refused_before_anybody_is_asked(port: int) -> None:
    out = Egress(http=True, resolver=_system)
    with pytest.raises(NotAllowed, match=f"Port {port}"):
        await out.get(f"http://buyer.example:{port}/")
    assert out.check("https://buyer.example:8443/").port == 8443


async def test_a_permitted_peer_answers() -> None:
    async with canary(says(b'{"ok": true}')) as peer:
        out = Egress(allow=LOOPBACK, http=True)
        answer = await out.post(peer.url + "/in?a=1", b"body", headers={"X-Id": "7"})
    assert (answer.status, answer.ok, answer.read(dict)) == (200, True, {"ok": True})
    assert peer.requests[0].startswith(b"POST /in?a=1 HTTP/1.1\r\n") and peer.requests[0].endswith(b"body")
    assert f"Host: 127.0.0.1:{peer.port}".encode() in peer.requests[0]


async def test_without_the_permission_the_same_peer_is_never_touched() -> None:
    async with canary() as peer:
        with pytest.raises(NotAllowed):
            await Egress(http=True).get(peer.url)
    assert peer.connections == 0


async def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    async def mixed(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "10.0.0.5"]

    with pytest.raises(NotAllowed, match="private network"):
        await Egress(resolver=mixed).get("https://buyer.example/")


async def test_a_name_is_resolved_once_and_the_checked_address_is_called() -> None:
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.9.9.9"]

    async with canary() as peer:
        out = Egress(allow=LOOPBACK, http=True, resolver=rebinding)
        assert (await out.get(f"http://buyer.example:{peer.port}/")).body == b"hello"
    assert asked == ["buyer.example"] and b"Host: buyer.example:" in peer.requests[0]


async def test_a_resolver_that_fails_fails_closed() -> None:
    async def broken(host: str, port: int) -> list[str]:
        raise OSError("no servers could be reached")

    async def empty(host: str, port: int) -> list[str]:
        return []

    for resolver in (broken, empty):
        with pytest.raises(Unreachable):
            await Egress(resolver=resolver).get("https://buyer.example/")


async def test_redirects_are_answers_not_orders() -> None:
    async with canary() as inside:
        there = says(b"", "302 Found", f"Location: {inside.url}/secret")
        async with canary(there) as peer:
            answer = await Egress(allow=LOOPBACK, http=True).get(peer.url)
    assert answer.status == 302 and inside.connections == 0


async def test_a_flood_is_cut_off() -> None:
    async def flood(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            await writer.drain()

    async with canary(flood) as peer:
        with pytest.raises(Interrupted, match="more than 100 kB"):
            await Egress(allow=LOOPBACK, http=True).get(peer.url)


async def test_a_drip_is_cut_off_by_the_total_time() -> None:
    dripped: list[int] = []

    async def drip(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            dripped.append(1)
            await asyncio.sleep(0.02)

    async with canary(drip) as peer:
        with pytest.raises(Interrupted):
            await Egress(allow=LOOPBACK, http=True).get(peer.url, seconds=1.5)
    assert dripped


async def test_a_peer_that_hangs_up_after_the_request_leaves_the_outcome_unknown() -> None:
    async def hang_up(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with canary(hang_up) as peer:
        with pytest.raises(Interrupted):
            await Egress(allow=LOOPBACK, http=True).post(peer.url, b"sale")
    assert len(peer.requests) == 1


async def test_a_closed_port_is_certainly_nothing() -> None:
    async with canary() as peer:
        pass
    with pytest.raises(Unreachable):
        await Egress(allow=LOOPBACK, http=True).post(peer.url, b"sale")


@pytest.mark.parametrize("body", [b"<html>", b"[" * 90_000, b'{"a": "\xff"}', b"", b'{"price": "many"}'])
async def test_answers_of_another_shape_are_no_answers(body: bytes) -> None:
    async with canary(says(body)) as peer:
        answer = await Egress(allow=LOOPBACK, http=True).get(peer.url)
    with pytest.raises(Interrupted):
        answer.read(dict[str, int])


async def test_header_values_cannot_start_a_new_line() -> None:
    async with canary() as peer:
        hostile = {"X-A": "one\r\nX-B: two", "Host": "elsewhere"}
        await Egress(allow=LOOPBACK, http=True).get(peer.url, headers=hostile)
    assert b"\r\nX-B" not in peer.requests[0] and b"elsewhere" not in peer.requests[0]


async def test_tls_is_verified_against_the_name_not_the_address(tmp_path: Path) -> None:
    server, trusting = certificate(tmp_path, "buyer.example")

    async def to_loopback(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with canary(ssl=server) as peer:
        good = Egress(allow=LOOPBACK, resolver=to_loopback, tls=trusting)
        assert (await good.get(f"https://buyer.example:{peer.port}/")).body == b"hello"
        with pytest.raises(Unreachable):
            await good.get(f"https://other.example:{peer.port}/")
        with pytest.raises(Unreachable):
            await Egress(allow=LOOPBACK, resolver=to_loopback).get(f"https://buyer.example:{peer.port}/")
    assert len(peer.requests) == 1


async def test_plain_http_is_refused_unless_asked_for() -> None:
    with pytest.raises(NotAllowed, match="https://"):
        await Egress().get("http://buyer.example/")


async def test_a_socket_for_other_protocols_obeys_the_same_rule() -> None:
    async with canary() as peer:
        with pytest.raises(NotAllowed):
            await Egress().connect("127.0.0.1", peer.port)
        sock = await Egress(allow=LOOPBACK).connect("127.0.0.1", peer.port)
        assert sock.getpeername() == ("127.0.0.1", peer.port)
        sock.close()

"""The one way out to addresses that other people wrote: webhooks, buyers' URLs, logos, a tenant's own relay.

A name is resolved once, every address of it must be public, and the connection goes to exactly that address,
so no second look-up can answer differently. No redirects, no proxies from the environment, TLS always
verified, a total time and a size that hold even against a server that drips. Whatever fails on the way fails
closed.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, TypeVar

import httpcore
import msgspec

from app.core.ports.addresses import Network, may_reach
from app.core.ports.failures import OutcomeUnknown, Refused, Unavailable
from app.core.ports.targets import BadTarget, Target, read_host, read_target
from themes.catalogue import later, say

SECONDS = 7.0
MAX_BYTES = 100_000
_BROKEN = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
T = TypeVar("T")


class NotAllowed(Refused):
    """The address, or what it resolves to, is not one that may be called."""


class Unreachable(Unavailable):
    """No name, no route, no TLS: nothing was sent."""


class Interrupted(OutcomeUnknown):
    """The request left; the answer did not come, came too slowly, was too large or made no sense."""


class Answer(msgspec.Struct, frozen=True):
    """Header names in lower case; the body as it came, never unpacked."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def read(self, shape: type[T]) -> T:
        """The JSON body as this shape. Raises Interrupted for anything else, however deep or odd."""
        try:
            return msgspec.json.decode(self.body, type=shape)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise Interrupted(later("The service answered with something we cannot read.")) from error


@cache
def trusted_tls() -> ssl.SSLContext:
    """The system's certificate authorities, read once: reading them takes longer than many an answer."""
    return ssl.create_default_context()


async def resolve(host: str, port: int) -> Sequence[str]:
    """The system's answer: every address the name has."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Egress:
    """The guarded client.

    `allow` names networks beyond the public internet (loopback in the demo and in tests, an own relay);
    `http` lets plain http through to such peers; `resolver` and `tls` may be replaced in tests.
    """

    def __init__(
        self,
        *,
        allow: Sequence[Network] = (),
        http: bool = False,
        resolver: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allow, self._resolver, self._tls = tuple(allow), resolver, tls
        self._schemes = ("https", "http") if http else ("https",)

    def check(self, url: str) -> Target:
        """What can be said without the network; a form calls it. Raises NotAllowed."""
        try:
            return read_target(url, schemes=self._schemes)
        except BadTarget as error:
            raise NotAllowed(str(error)) from error

    async def addresses(self, host: str, port: int) -> list[str]:
        """Where this name leads, all of it allowed. Raises NotAllowed or Unreachable."""
        try:
            name = read_host(host)
            found = await self._resolver(name, port)
        except BadTarget as error:
            raise NotAllowed(str(error)) from error
        except (OSError, UnicodeError) as error:
            raise Unreachable(say("%(host)s has no address in the domain name system.", host=host)) from error
        if not found:
            raise Unreachable(say("%(host)s has no address in the domain name system.", host=host))
        if not all(may_reach(address, self._allow) for address in found):
            raise NotAllowed(say("%(host)s leads into a private network.", host=host), "private_address")
        return list(found)

    async def connect(self, host: str, port: int, seconds: float = SECONDS) -> socket.socket:
        """A connected TCP socket for protocols other than HTTP. Raises NotAllowed or Unreachable."""
        try:
            async with asyncio.timeout(seconds):
                return await _first_that_answers(await self.addresses(host, port), port)
        except TimeoutError as error:
            raise Unreachable(
                say("%(host)s did not answer within %(seconds)s seconds.", host=host, seconds=f"{seconds:g}")
            ) from error

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None, **limits: Any) -> Answer:
        return await self.request("GET", url, headers=headers, **limits)

    async def post(self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None, **limits: Any) -> Answer:
        return await self.request("POST", url, body=body, headers=headers, **limits)

    async def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        seconds: float = SECONDS,
        max_bytes: int = MAX_BYTES,
    ) -> Answer:
        """One request, one answer of any status. Raises NotAllowed, Unreachable or Interrupted."""
        target, sent = self.check(url), asyncio.Event()
        try:
            async with asyncio.timeout(seconds), self._pool() as pool:
                return await _exchange(pool, method, target, body, _clean(headers), max_bytes, sent)
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise Unreachable(say("%(host)s did not answer.", host=target.host)) from error
        except (TimeoutError, *_BROKEN) as error:
            if sent.is_set():
                raise Interrupted(say("%(host)s did not finish its answer.", host=target.host)) from error
            raise Unreachable(
                say("%(host)s did not answer within %(seconds)s seconds.", host=target.host, seconds=f"{seconds:g}")
            ) from error

    @asynccontextmanager
    async def _pool(self) -> AsyncIterator[httpcore.AsyncConnectionPool]:
        tls = self._tls or trusted_tls()
        async with httpcore.AsyncConnectionPool(ssl_context=tls, network_backend=_Checked(self)) as pool:
            yield pool


class _Checked(httpcore.AsyncNetworkBackend):
    """Connects to the address that was checked, not to a name that could be resolved anew."""

    def __init__(self, egress: Egress) -> None:
        self._egress, self._plain = egress, httpcore.AnyIOBackend()

    async def connect_tcp(self, host: str, port: int, **options: Any) -> httpcore.AsyncNetworkStream:
        last: Exception = Unreachable(say("%(host)s did not answer.", host=host))
        for address in await self._egress.addresses(host, port):
            try:
                return await self._plain.connect_tcp(address, port, **options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _exchange(
    pool: httpcore.AsyncConnectionPool,
    method: str,
    target: Target,
    body: bytes,
    headers: dict[bytes, bytes],
    max_bytes: int,
    sent: asyncio.Event,
) -> Answer:
    async def trace(event: str, _: Mapping[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            sent.set()

    own = {
        b"Host": target.authority.encode(),
        b"Accept-Encoding": b"identity",
        b"Content-Length": str(len(body)).encode(),
    }
    scheme, host, path = target.scheme.encode(), target.host.encode(), target.path.encode()
    url = httpcore.URL(scheme=scheme, host=host, port=target.port, target=path)
    async with pool.stream(
        method, url, headers=list({**own, **headers}.items()), content=body, extensions={"trace": trace}
    ) as response:
        received = bytearray()
        async for piece in response.aiter_stream():
            received += piece
            if len(received) > max_bytes:
                raise Interrupted(
                    say("%(host)s answered with more than %(size)s kB.", host=target.host, size=max_bytes // 1000)
                )
        names = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        return Answer(response.status, names, bytes(received))


async def _first_that_answers(addresses: Sequence[str], port: int) -> socket.socket:
    loop, last = asyncio.get_running_loop(), OSError("no address")
    for address in addresses:
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            await loop.sock_connect(sock, (address, port))
        except OSError as error:
            sock.close()
            last = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise Unreachable(say("The server did not answer.")) from last


def _clean(headers: Mapping[str, str] | None) -> dict[bytes, bytes]:
    """Header values on one line each; the framing headers stay ours."""
    ours = {"host", "content-length", "transfer-encoding", "accept-encoding", "connection"}
    given = {name: value for name, value in (headers or {}).items() if name.lower() not in ours}
    lines = {name: "".join(" " if ord(sign) < 32 else sign for sign in value) for name, value in given.items()}
    return {name.encode("ascii"): line.encode("latin-1", "replace") for name, line in lines.items()}

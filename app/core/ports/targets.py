"""Reading a URL that somebody else wrote, strictly: what two parsers could read in two ways is refused."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import urlsplit

import idna
import msgspec

from themes.catalogue import say
from themes.formats import listed

MAX_URL = 2_000
_PORTS = {"http": 80, "https": 443}
_SUSPECT = re.compile(r"[\x00-\x20\x7f\\]")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")


class BadTarget(ValueError):
    """The address cannot be called; the sentence says why, in words for the person who typed it."""


class Target(msgspec.Struct, frozen=True):
    """`host` is ASCII without brackets; `path` includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def read_target(url: str, *, schemes: tuple[str, ...] = ("https",)) -> Target:
    """Raises BadTarget."""
    if len(url) > MAX_URL or _SUSPECT.search(url):
        raise BadTarget(say("This address has spaces or signs that do not belong in one."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadTarget(say("This is not a complete web address.")) from error
    if parts.scheme not in schemes:
        starts = listed([f"{scheme}://" for scheme in schemes], "or")
        raise BadTarget(say("The address must start with %(starts)s.", starts=starts))
    if parts.username is not None or parts.password is not None:
        raise BadTarget(say("Take the user name and password out of the address."))
    port = _PORTS[parts.scheme] if port is None else port
    if port not in (80, 443) and port < 1024:
        raise BadTarget(say("Port %(port)s is not one that web services answer on.", port=port))
    return Target(parts.scheme, read_host(parts.hostname or ""), port, _path(parts.path, parts.query))


def read_host(text: str) -> str:
    """A host name in ASCII, or one canonical address. Octal, hex, short and decimal spellings are refused."""
    if ":" in text:
        return _v6(text)
    try:
        host = text if text.isascii() else idna.encode(text, uts46=True).decode()
    except idna.IDNAError as error:
        raise BadTarget(say("This host name cannot be written in the domain name system.")) from error
    host = host.lower().removesuffix(".")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _v4(host)
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadTarget(say("This is not a host name."))
    return host


def _v4(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except AddressValueError as error:
        raise BadTarget(say("Write the address as a name, or as four plain numbers.")) from error


def _v6(text: str) -> str:
    try:
        ip = IPv6Address(text)
    except AddressValueError as error:
        raise BadTarget(say("This is not an address.")) from error
    if ip.scope_id is not None:
        raise BadTarget(say("This address belongs to one machine's network card."))
    return str(ip)


def _path(path: str, query: str) -> str:
    text = (path or "/") + (f"?{query}" if query else "")
    if not text.isascii():
        raise BadTarget(say("Write letters outside A-Z in the path as %-codes."))
    return text

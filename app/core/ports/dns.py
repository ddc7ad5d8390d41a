"""Asking the public name system for text records, which is where a domain says who may send mail for it."""

import dns.asyncresolver
import dns.exception
import dns.resolver

from app.core.ports.failures import Unavailable
from app.core.runtime import runtime
from app.core.settings import Settings

SECONDS = 4.0
MOST_RECORDS, LONGEST_RECORD = 20, 4_000


async def text_records(name: str) -> list[str]:
    """All of a name, their parts joined; empty where the name has none. Raises Unavailable when nobody answers."""
    try:
        answer = await _resolver(runtime().settings).resolve(name, "TXT", search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError, ValueError) as error:
        raise Unavailable("The name server did not answer. Try again in a minute.") from error
    parts = [b"".join(row.strings).decode("utf-8", "replace") for row in answer]
    return [text[:LONGEST_RECORD] for text in parts[:MOST_RECORDS]]


def _resolver(settings: Settings) -> dns.asyncresolver.Resolver:
    """The system's, or the one that the environment names (`host:port`)."""
    host, _, port = settings.dns_server.rpartition(":")
    resolver = dns.asyncresolver.Resolver(configure=not host)
    if host:
        resolver.nameservers, resolver.port = [host], int(port)
    resolver.timeout, resolver.lifetime = SECONDS / 2, SECONDS
    return resolver

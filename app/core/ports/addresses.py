"""Which IP addresses belong to the public internet, and which of those we may be sent to.

From the IANA special-purpose registries for IPv4 and IPv6, written out here because the standard library's
`is_global` has changed its answers between patch releases.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

_PRIVATE_V4 = [
    ip_network(text)
    for text in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24"
        " 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24"
        " 224.0.0.0/4 240.0.0.0/4"
    ).split()
]
_GLOBAL_V6 = IPv6Network("2000::/3")
_PRIVATE_V6 = [IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether the whole internet can reach this address. What is no address is not public."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        inner = _carried(ip)
        if inner is None:
            return ip.scope_id is None and ip in _GLOBAL_V6 and not any(ip in net for net in _PRIVATE_V6)
        ip = inner
    return not any(ip in net for net in _PRIVATE_V4)


def may_reach(address: str, allow: Iterable[Network] = ()) -> bool:
    """Public, or inside a network that the operator named."""
    return is_public(address) or any(ip_address(address) in net for net in allow if _is_address(address))


def _carried(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a packet to this one ends at: v4-mapped, and the well-known NAT64 prefix."""
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    return IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True

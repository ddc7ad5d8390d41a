"""Who is in the demo: resellers, tenants, people, publishers. Every name is invented."""

import os
from typing import Any

import msgspec

PASSWORD = "practice makes perfect"


class PersonCast(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with an account. `presence` and the rest matter for staff who work leads."""

    first: str
    last: str
    role: str
    presence: str = "ready"
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    territories: tuple[str, ...] = ()
    cap: int | None = None
    weight: int = 1
    totp: bool = False

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


class PublisherCast(msgspec.Struct, frozen=True, kw_only=True):
    """`share` of the tenant's leads; `faults` is how often it forgets something."""

    name: str
    first: str
    last: str
    state: str
    price: int
    share: int
    cap: int = 0
    faults: float = 0.03


class TenantCast(msgspec.Struct, frozen=True, kw_only=True):
    """One tenant of the demo and how busy it is: `leads` in twelve weeks, `today` since midnight by HTTP."""

    slug: str
    name: str
    blueprint: str
    reseller: str
    brand: dict[str, Any]
    leads: int
    today: int
    people: tuple[PersonCast, ...]
    publishers: tuple[PublisherCast, ...]
    phone: str = ""


RESELLERS = {
    "northwind": ("Northwind Partners", {"product_name": "Northwind Partners", "colour": "#1f5fa8"}),
    "bluefin": ("Bluefin Group", {"product_name": "Bluefin Group", "colour": "#0d7a6f"}),
}
CONSOLE = (
    ("operator", "Olga Petrov", "olga@console.example.com", None),
    ("reseller", "Nora Winters", "nora@northwind.example.com", "northwind"),
    ("reseller", "Bruno Silva", "bruno@bluefin.example.com", "bluefin"),
)


def _brand(name: str, colour: str, mail: str, phone: str, address: str, **more: Any) -> dict[str, Any]:
    return {
        "product_name": name, "colour": colour, "sender_name": name, "sender_address": f"hello@{mail}",
        "reply_to": f"hello@{mail}", "support_email": f"help@{mail}", "support_phone": phone, "postal_address": address, **more,
    }  # fmt: skip


_WHOLE = (
    TenantCast(
        slug="harbor",
        phone="+18135550199",
        name="Harbor Debt Relief",
        blueprint="debt-resolution",
        reseller="northwind",
        brand=_brand(
            "Harbor Debt Relief", "#1d5d8f", "harbor.example.com", "+18135550190", "400 Bay St, Tampa, FL 33602"
        ),
        leads=920,
        today=62,
        people=(
            PersonCast(first="Ada", last="Walker", role="admin", totp=True),
            PersonCast(first="Maria", last="Chen", role="manager"),
            PersonCast(first="Luis", last="Ortega", role="agent", languages=("en", "es"), weight=2),
            PersonCast(first="Tess", last="Howard", role="agent"),
            PersonCast(first="Marcus", last="Bell", role="agent", presence="break"),
            PersonCast(first="Priya", last="Khan", role="agent", cap=12),
        ),
        publishers=(
            PublisherCast(
                name="Clearwater Media", first="Hugo", last="Dubois", state="live", price=4500, share=6, cap=44
            ),
            PublisherCast(
                name="Brightpath Leads", first="Ivy", last="Monroe", state="live", price=3800, share=3, faults=0.28
            ),
            PublisherCast(name="Redwood Traffic", first="Felix", last="Novak", state="test", price=4000, share=0),
        ),
    ),
    TenantCast(
        slug="summit",
        phone="+13035550199",
        name="Summit Learning",
        blueprint="sales",
        reseller="northwind",
        brand=_brand(
            "Summit Learning", "#6b4fbb", "summit.example.com", "+13035550190", "18 Ridge Ave, Denver, CO 80202"
        ),
        leads=1090,
        today=54,
        people=(
            PersonCast(first="Grace", last="Lindqvist", role="admin"),
            PersonCast(first="Samuel", last="Grant", role="agent"),
            PersonCast(first="Rosa", last="Flores", role="agent", languages=("en", "es")),
            PersonCast(first="Theo", last="Marchand", role="manager"),
            PersonCast(first="Lena", last="Fischer", role="agent"),
        ),
        publishers=(
            PublisherCast(
                name="Course Finder", first="Clara", last="Becker", state="live", price=1500, share=1, cap=200
            ),
        ),
    ),
    TenantCast(
        slug="keystone",
        phone="+16105550199",
        name="Keystone Injury Law",
        blueprint="mva-intake",
        reseller="bluefin",
        brand=_brand(
            "Keystone Injury Law", "#8a2f3c", "keystone.example.com", "+16105550190", "77 Penn Sq, Reading, PA 19601"
        ),
        leads=588,
        today=50,
        people=(
            PersonCast(first="Victor", last="Stone", role="admin"),
            PersonCast(first="Hannah", last="Abbott", role="agent"),
            PersonCast(first="Andre", last="Okafor", role="agent"),
        ),
        publishers=(
            PublisherCast(
                name="Crash Report Network", first="Damian", last="Marsh", state="live", price=22000, share=1, cap=60
            ),
        ),
    ),
    TenantCast(
        slug="willow",
        phone="+16145550199",
        name="Willow Care",
        blueprint="customer-care",
        reseller="bluefin",
        brand=_brand("Willow Care", "#3f7d4e", "willow.example.com", "+15035550190", "5 Mill Rd, Columbus, OH 43215"),
        leads=432,
        today=46,
        people=(
            PersonCast(first="June", last="Doyle", role="admin"),
            PersonCast(first="Peter", last="Hale", role="agent"),
            PersonCast(first="Aisha", last="Rahman", role="agent"),
        ),
        publishers=(PublisherCast(name="Web desk", first="Pearl", last="Lane", state="live", price=0, share=1),),
    ),
)
# MARQUEE_WORLD=10 makes a tenth of the leads: everybody is there, and it stands in a fraction of the time.
SHARE = int(os.environ.get("MARQUEE_WORLD") or 100)
TENANTS = tuple(
    msgspec.structs.replace(one, leads=one.leads * SHARE // 100, today=max(5, one.today * SHARE // 100))
    for one in _WHOLE
)
PLANS = {"harbor": "growth", "summit": "starter"}  # the second has no seat left
ASLEEP = ("fern", "Fern & Co", "sales", "bluefin")  # a fifth tenant, suspended


def mail_of(tenant: TenantCast, person: PersonCast) -> str:
    """Addresses are unique in the whole demo, so that the mailbox can be searched by them."""
    return f"{person.first}@{tenant.slug}.example.com".lower()


def mail_of_publisher(tenant: TenantCast, publisher: PublisherCast) -> str:
    return f"{publisher.first}.{publisher.last}@{tenant.slug}-partner.example.com".lower()

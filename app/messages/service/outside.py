"""This tenant as carrier and mail server see it: its addresses and numbers, and where reports come back."""

import hashlib

from app.contacts.models import Contact
from app.core import config
from app.core.errors import invalid
from app.core.runtime import runtime
from app.core.work import Work
from themes.looks import look_of
from themes.mjml import Look
from themes.tokens import Brand, brand_of

# Toll-free codes of practice numbers: nobody's, and of no place.
PRACTICE_CODES = ("800", "833", "844", "855", "866", "877", "888")


async def own_number(work: Work) -> str:
    """The number that this tenant's texts and calls come from. Raises Invalid while there is none.

    Where the carrier is simulated, a practice number stands in, the same for a tenant every time.
    """
    number: str = await config.get(work, "phone_number")
    if number:
        return number
    if not runtime().settings.playful:
        raise invalid("phone_number", "Set up a phone number first, in Settings.", "missing")
    place = int.from_bytes(hashlib.sha256(str(work.tenant.id).encode()).digest()[:4], "big")
    return f"+1{PRACTICE_CODES[place % 7]}55501{place // 7 % 100:02}"


def origin(work: Work) -> str:
    """From the registry's host, never from a request."""
    return runtime().settings.origin(work.tenant.host)


def report_url(work: Work, record: str, record_id: object) -> str:
    """Where the carrier reports on this text or call."""
    return f"{origin(work)}/hooks/carrier/{record}/{record_id}"


def sender(work: Work) -> tuple[str, str]:
    """Name and address that mail comes from."""
    brand = brand_of(work.tenant.brand)
    firm = firm_name(work, brand)
    return brand.sender_name or firm, brand.sender_address or f"hello@{work.tenant.host}"


def firm_name(work: Work, brand: Brand | None = None) -> str:
    return (brand or brand_of(work.tenant.brand)).product_name or work.tenant.name


def spoken_by(contact: Contact, usual: str) -> str:
    """The locale in which this person is written to: `usual` where it speaks their language."""
    return f"{contact.language}_US" if contact.language and contact.language != usual[:2] else usual


def look(work: Work) -> Look:
    """The tenant's brand as mail shows it."""
    brand = brand_of(work.tenant.brand)
    return look_of(brand, firm_name(work, brand), site_url=origin(work))

"""Whether mail may come from the tenant's own domain: the records to set, what was found, and the key to sign with."""

import base64
from datetime import timedelta
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select

from app.access.service import posting
from app.brand.models import Found, SenderDomain, read_dkim, read_dmarc, read_spf
from app.brand.queries import is_practice
from app.core import agenda, clock, events, limits
from app.core.limits import Limit
from app.core.ports import dns
from app.core.ports.failures import Unavailable
from app.core.ports.mail.sign import Signer
from app.core.runtime import runtime
from app.core.work import Work
from themes.catalogue import later, say
from themes.tokens import brand_of

SELECTOR = "crm1"
OFTEN = Limit(rate=10 / 60, burst=5)
FRESH = timedelta(days=1)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A text record to set: its name, what it must say, how it stands now."""

    kind: str
    name: str
    value: str
    found: Found


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """`good`: marketing mail may leave. `practice`: a practice domain in a playful installation. `ours`: the tenant has
    no address of its own and sends from its host's."""

    domain: str
    good: bool
    practice: bool = False
    ours: bool = False
    records: tuple[Record, ...] = ()
    checked_at: object = None


def domain_of(work: Work) -> str:
    """Of the worn sender's address; empty without one."""
    return brand_of(work.tenant.brand).sender_address.rpartition("@")[2]


def mechanism() -> str:
    """What stands in the SPF record for the mail server that we send by."""
    settings = runtime().settings
    return settings.mail_spf or f"a:{urlsplit(settings.mail_url).hostname or settings.platform_domain}"


async def standing(work: Work) -> Standing:
    """From what was found last; nothing is looked up."""
    domain = domain_of(work)
    if not domain:
        return Standing(domain="", good=True, ours=True)
    row = await work.get(SenderDomain, domain)
    good = bool(row and row.verified_at) or is_practice(domain)
    records = _records(row) if row else ()
    return Standing(
        domain=domain,
        good=good,
        practice=is_practice(domain),
        records=records,
        checked_at=row.checked_at if row else None,
    )


def _records(row: SenderDomain) -> tuple[Record, ...]:
    unknown = Found("unknown", later("Not looked up yet."))
    found = {name: msgspec.convert(value, Found) for name, value in row.found.items()}
    wanted = (
        ("SPF", row.domain, f"v=spf1 {mechanism()} ~all"),
        ("DKIM", f"{row.selector}._domainkey.{row.domain}", f"v=DKIM1; k=rsa; p={row.public_key}"),
        ("DMARC", f"_dmarc.{row.domain}", f"v=DMARC1; p=none; rua=mailto:postmaster@{row.domain}"),
    )
    return tuple(
        Record(kind=kind, name=name, value=value, found=found.get(kind, unknown)) for kind, name, value in wanted
    )


async def prepare(work: Work) -> None:
    """A key for the worn domain, made once; the private half is sealed to its place."""
    domain = domain_of(work)
    if not domain or await work.get(SenderDomain, domain) is not None:
        return
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form, syntax = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, form, syntax).decode()
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    box = await runtime().box(work.tenant)
    sealed = box.seal(pem, table="sender_domains", column="private_key", row=domain)
    work.add(SenderDomain(domain=domain, selector=SELECTOR, public_key=base64.b64encode(public).decode(), private_key=sealed, found={}))  # fmt: skip
    await work.flush()


async def ask(work: Work) -> None:
    """Look the records up soon. Raises TooMany."""
    await limits.demand("sender-check", work.tenant.id, OFTEN)
    await prepare(work)
    if domain := domain_of(work):
        await agenda.add(work, "brand.check_sender", domain, key=f"sender:{domain}")


async def look_up(domain: str, selector: str, public_key: str) -> dict[str, Found]:
    """What the three records say now. What nobody answers is unknown, and no verdict."""
    return {
        "SPF": await _one(domain, lambda found: read_spf(found, mechanism())),
        "DKIM": await _one(f"{selector}._domainkey.{domain}", lambda found: read_dkim(found, public_key)),
        "DMARC": await _dmarc(domain),
    }


async def _dmarc(domain: str) -> Found:
    """The domain's own, else that of the domain above it, as receivers do."""
    found = await _one(f"_dmarc.{domain}", read_dmarc)
    above = domain.partition(".")[2]
    if found.state != "missing" or "." not in above:
        return found
    return await _one(f"_dmarc.{above}", read_dmarc)


async def _one(name: str, read: object) -> Found:
    try:
        return read(await dns.text_records(name))  # type: ignore[operator]
    except Unavailable as error:
        return Found("unknown", str(error))


async def note(work: Work, domain: str, found: dict[str, Found]) -> None:
    """Keep what was found. An answer that did not come takes nothing away that stood before."""
    row = await work.get(SenderDomain, domain, with_for_update=True)
    if row is None:
        return
    kept = {name: msgspec.convert(value, Found) for name, value in row.found.items()}
    merged = {name: kept[name] if each.state == "unknown" and name in kept else each for name, each in found.items()}
    row.found, row.checked_at = msgspec.to_builtins(merged), clock.now()
    good = all(each.state == "good" for each in merged.values())
    if good and row.verified_at is None:
        row.verified_at = clock.now()
        events.record(work, "sender.verified", "tenant", work.tenant.id, fields=["sender"])
    if not good and row.verified_at is not None:
        row.verified_at = None
        events.record(work, "sender.lost", "tenant", work.tenant.id, fields=["sender"])
    await work.flush()


async def why_not(work: Work) -> str:
    """Why marketing mail can't leave in this tenant's name; empty when it can."""
    domain = domain_of(work)
    if not domain or is_practice(domain):
        return ""
    verified = await work.scalar(select(SenderDomain.verified_at).where(SenderDomain.domain == domain))
    if verified is not None:
        return ""
    return say(
        "Mail servers can't see yet that %(domain)s lets us send for it. Set its three records first: Settings, Sender.",
        domain=domain,
    )


async def signer(work: Work) -> Signer | None:
    """The key that mail of this tenant is signed with, once receivers can find its public half."""
    row = await work.get(SenderDomain, domain_of(work)) if domain_of(work) else None
    if row is None or row.found.get("DKIM", {}).get("state") != "good":
        return None
    box = await runtime().box(work.tenant)
    pem = box.open(row.private_key, table="sender_domains", column="private_key", row=row.domain)
    return Signer(domain=row.domain, selector=row.selector, pem=pem)


posting.signers.append(signer)

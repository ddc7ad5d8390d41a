"""Reading drafts, versions and pictures of the tenant's brand."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.brand.models import BrandPicture, BrandVersion, SenderDomain
from app.core import config, plan
from app.core.attention import Need, Step
from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.runtime import runtime
from app.core.work import Work
from themes.catalogue import later, say
from themes.formats import number
from themes.tokens import brand_of

# Reserved for examples and tests (RFC 2606, RFC 6761): nobody's, so nobody can set records for them.
PRACTICE = ("example", "test", "localhost", "example.com", "example.net", "example.org")

SHOWN = 20
NEAR_A_LIMIT = {
    "seats": later("%(used)s of the %(limit)s seats of your plan are taken"),
    "leads": later("%(used)s of the %(limit)s leads of your plan came in the last 30 days"),
    "messages": later("%(used)s of the %(limit)s messages of your plan left in the last 30 days"),
}


async def draft(work: Work) -> BrandVersion | None:
    """What somebody is working on; None when nothing was changed since the last publishing."""
    return (await work.scalars(select(BrandVersion).where(BrandVersion.version.is_(None)))).first()


async def history(work: Work) -> Sequence[BrandVersion]:
    """Numbered versions, newest first."""
    numbered = select(BrandVersion).where(BrandVersion.version.is_not(None))
    return (await work.scalars(numbered.order_by(BrandVersion.version.desc()).limit(SHOWN))).all()


async def latest(work: Work) -> tuple[int, dict[str, Any]]:
    """Number and values of the brand that is worn, or will be in a moment."""
    newest = next(iter(await history(work)), None)
    if newest is None or (newest.version or 0) < work.tenant.brand_version:
        return work.tenant.brand_version, dict(work.tenant.brand)
    return newest.version or 0, dict(newest.brand)


async def version(work: Work, number: int) -> BrandVersion:
    """Raises NotFound."""
    found = (await work.scalars(select(BrandVersion).where(BrandVersion.version == number))).first()
    if found is None:
        raise NotFound
    return found


async def picture(work: Work, key: str | None) -> BrandPicture | None:
    return await work.get(BrandPicture, key) if key else None


async def pictures(work: Work, keys: Sequence[str]) -> Sequence[BrandPicture]:
    return (await work.scalars(select(BrandPicture).where(BrandPicture.key.in_(keys)))).all()


async def steps(work: Work, person: Person) -> list[Step]:
    """A brand of one's own, and the hours and postal address that letters and the law want."""
    number, worn = await latest(work)
    found = []
    if person.may("brand.manage"):
        found.append(
            Step(
                name="brand", label=say("Make it yours"), hint=say("Logo, colour and name, with a preview."),
                url="/admin/brand", verb=say("Choose"), done=number > 1 or any(worn.get(name) for name in ("logo", "colour", "font")), order=10,
            )
        )  # fmt: skip
    if person.may("settings.manage"):
        stands = bool(worn.get("postal_address")) and bool((await config.everything(work)).get("hours"))
        found.append(
            Step(
                name="hours", label=say("Hours and postal address"), hint=say("Every mail must carry the address."),
                url="/admin/settings", verb=say("Enter"), done=stands, order=30,
            )
        )  # fmt: skip
    return found


def is_practice(domain: str) -> bool:
    """A domain of nobody's, in the demo or in tests."""
    return runtime().settings.playful and any(domain == each or domain.endswith(f".{each}") for each in PRACTICE)


async def needs(work: Work, person: Person) -> list[Need]:
    """A plan that is nearly used up, and marketing mail that is held back."""
    return [*await _limits(work, person), *await _sender(work, person)]


async def _limits(work: Work, person: Person) -> list[Need]:
    if not person.may("settings.manage"):
        return []
    near = [use for use in (await plan.of(work.tenant.id)).uses if use.nearly]
    return [
        Need(
            sentence=say(NEAR_A_LIMIT[use.meter], used=number(use.used), limit=number(use.limit)),
            count=1, url="/admin/plan", verb=say("Look"), tone="error" if use.full else "warning",
        )
        for use in near
    ]  # fmt: skip


async def _sender(work: Work, person: Person) -> list[Need]:
    """Marketing mail is held back while the sender's records don't stand."""
    domain = brand_of(work.tenant.brand).sender_address.rpartition("@")[2]
    if not person.may("brand.manage") or not domain or is_practice(domain):
        return []
    row = await work.get(SenderDomain, domain)
    if row is None or row.verified_at is not None or row.checked_at is None:
        return []
    told = say("Marketing mail is held back: %(domain)s lacks a record", domain=domain)
    return [Need(sentence=told, count=1, url="/admin/sender", verb=say("Mend"), tone="error")]

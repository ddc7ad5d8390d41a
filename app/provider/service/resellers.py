"""Resellers, their brand, and what the operator tells everybody."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from app.access import service as access
from app.brand.service import checked, keep_picture
from app.core import agenda, clock, events
from app.core.errors import FieldError, Invalid, invalid
from app.core.work import Work
from app.provider import queries
from tenants.provision import SlugUnavailable, check_slug
from themes.catalogue import say

LONGEST = 300
ROLES = ("reseller", "reseller_staff")
STATES = {"suspend": "suspended", "resume": "active"}


async def save_reseller(work: Work, *, name: str, slug: str, brand: dict[str, Any], email: str = "") -> UUID:
    """Ask for a reseller to be made; with `email` its first person is invited. Raises Invalid."""
    faults = []
    if not name.strip():
        faults.append(FieldError("name", "missing", say("Enter the reseller's name.")))
    try:
        check_slug(slug)
    except SlugUnavailable as error:
        faults.append(FieldError("slug", "invalid_format", str(error)))
    if any(row.slug == slug for row in await queries.resellers(work)):
        faults.append(FieldError("slug", "not_allowed", say('"%(slug)s" is taken. Choose another.', slug=slug)))
    if faults:
        raise Invalid(faults)
    target = uuid7()
    await agenda.add(work, "resellers.save", target, name.strip(), slug, brand)
    events.record(work, "reseller.asked", "reseller", target, changes={"name": (None, name.strip())})
    if email:
        await _invite(work, target, email, "", ROLES[0])
    return target


async def invite_person(work: Work, reseller_id: UUID, *, email: str, name: str, role: str = ROLES[0]) -> None:
    """Ask somebody of a reseller in: they see that reseller's part of the console. Raises NotFound, Invalid."""
    row = await queries.reseller(work, reseller_id)
    if role not in ROLES:
        raise invalid("role", say("Choose one of the roles."))
    await _invite(work, row.id, email, name, role)


async def _invite(work: Work, reseller_id: UUID, email: str, name: str, role: str) -> None:
    if "@" not in email:
        raise invalid("email", say("Enter an e-mail address, like name@example.com."), "missing")
    await access.invite(work, email=email, name=name, role=role, party_id=reseller_id)


async def change_brand(work: Work, values: dict[str, Any], *, logo: bytes | None = None, bare: bool = False) -> None:
    """The reseller's own look, worn by the console for its people and by new tenants until they choose theirs.

    `bare` takes the logo away. Raises NotFound for somebody of no reseller, Invalid with each fault.
    """
    own = await queries.reseller(work, work.person.party_id)
    brand = {**own.brand, **values}
    if logo:
        brand["logo"] = await keep_picture(work, "logo", logo)
    elif bare:
        brand.pop("logo", None)
    await agenda.add(work, "resellers.save", own.id, own.name, own.slug, checked(brand))
    changes = {name: (own.brand.get(name), value) for name, value in brand.items() if own.brand.get(name) != value}
    events.record(work, "reseller.asked", "reseller", own.id, changes=changes)


async def ask_for_state(work: Work, reseller_id: UUID, action: str) -> None:
    """Suspend or resume a reseller: its people can't come in meanwhile, its tenants go on. Raises NotFound, Invalid."""
    row = await queries.reseller(work, reseller_id)
    if action not in STATES:
        raise invalid("action", say("Choose one of: %(actions)s.", actions=", ".join(STATES)))
    await agenda.add(work, "resellers.set_state", row.id, STATES[action])
    events.record(work, "reseller.asked", "reseller", row.id, changes={"state": (row.state, STATES[action])})


async def announce(work: Work, text: str, *, tone: str, days: int) -> UUID:
    """Tell everybody at the console something for so many days. Raises Invalid."""
    said = " ".join(text.replace("\0", "").split())
    if not 0 < len(said) <= LONGEST:
        raise invalid("text", say("Write 1 to %(most)s characters.", most=LONGEST), "missing")
    if tone not in ("info", "warning") or not 1 <= days <= 90:
        raise invalid("days", say("Choose 1 to 90 days."))
    announcement_id, now = uuid7(), clock.now()
    await agenda.add(work, "announcements.save", announcement_id, said, tone, now, now + timedelta(days=days))
    events.record(work, "announcement.made", "announcement", announcement_id, changes={"text": (None, said)})
    return announcement_id


async def withdraw(work: Work, announcement_id: UUID) -> None:
    """Say it no longer. One that is gone already stays gone."""
    await agenda.add(work, "announcements.end", announcement_id)
    events.record(work, "announcement.ended", "announcement", announcement_id)

"""What the reseller's console counts of people."""

from datetime import date

from sqlalchemy import func, select

from app.access.models import PersonRow, Role, SignIn
from app.core.work import Work


async def seats(work: Work, _day: date) -> int:
    """Active staff: each takes one seat of the plan. Support that has come in takes none."""
    active = select(func.count()).select_from(PersonRow).join(Role, Role.id == PersonRow.role_id)
    mine = (PersonRow.state == "active", Role.audience == "staff", PersonRow.support.is_(False))
    return await work.scalar(active.where(*mine)) or 0


async def last_sign_in(work: Work, _day: date) -> int:
    """When somebody of theirs last came in, in whole seconds since the epoch; 0 for never."""
    entries = select(func.max(SignIn.at)).join(PersonRow, PersonRow.id == SignIn.person_id)
    at = await work.scalar(entries.where(SignIn.outcome == "entered", PersonRow.support.is_(False)))
    return int(at.timestamp()) if at else 0

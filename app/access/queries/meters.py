"""What the reseller's console counts of people."""

from datetime import date

from sqlalchemy import func, select

from app.access.models import PersonRow, Role, SignIn
from app.core.work import Work


async def seats(work: Work, _day: date) -> int:
    """Active staff: each takes one seat of the plan."""
    active = select(func.count()).select_from(PersonRow).join(Role, Role.id == PersonRow.role_id)
    return await work.scalar(active.where(PersonRow.state == "active", Role.audience == "staff")) or 0


async def last_sign_in(work: Work, _day: date) -> int:
    """When somebody last came in, in whole seconds since the epoch; 0 for never."""
    at = await work.scalar(select(func.max(SignIn.at)).where(SignIn.person_id.is_not(None)))
    return int(at.timestamp()) if at else 0

"""What the reseller's console counts of leads."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select

from app.core.work import Work
from app.leads.models import Lead


async def created_on(work: Work, day: date) -> int:
    """Leads that arrived on this day (UTC); tests are not counted."""
    begin = datetime.combine(day, time(), UTC)
    counted = select(func.count()).where(
        Lead.created_at >= begin, Lead.created_at < begin + timedelta(days=1), ~Lead.test
    )
    return await work.scalar(counted) or 0

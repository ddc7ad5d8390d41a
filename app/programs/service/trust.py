"""What a client has saved in their own account. The ledger's trigger keeps it; here it is read and held still."""

from uuid import UUID

from sqlalchemy import select, text

from app.core.work import Work
from app.programs.models import TrustAccount


async def saved(work: Work, contact_id: UUID) -> int:
    """Minor units that are in the account now and not on their way back; 0 before the first deposit."""
    return await work.scalar(select(TrustAccount.saved).where(TrustAccount.contact_id == contact_id)) or 0


async def held_still(work: Work, contact_id: UUID) -> int:
    """The same, and nobody else takes from it before this transaction ends: two payments never both count on it."""
    lock = "select pg_advisory_xact_lock(hashtextextended(current_user || '.trust.' || :contact, 0))"
    await work.execute(text(lock), {"contact": str(contact_id)})
    return await saved(work, contact_id)

"""What can be done from the home: a step of setting up is skipped or taken up again, a stuck job tried again or dropped."""

from uuid import UUID

from sqlalchemy import text

from app.core import clock, config, events
from app.core.errors import NotFound
from app.core.work import Work

_OURS = " where id = :id and state in ('failed', 'parked') and tenant_role = current_user"


async def skip_step(work: Work, name: str, *, skip: bool = True) -> None:
    """Not shown any more, until it is taken up again. Doing it twice is the same."""
    known = [each for each in await config.get(work, "setup_skipped") if each != name]
    await config.put(work, "setup_skipped", [*known, name] if skip else known)


async def try_again(work: Work, row_id: UUID) -> None:
    """Due at once, with all its tries. Raises NotFound when it is not stuck any more."""
    again = "update spine.agenda set state = 'waiting', attempts = 0, due = :now, leased_until = null" + _OURS
    kind = await work.scalar(text(again + " returning kind"), {"id": row_id, "now": clock.at_once()})
    _note(work, "job.tried_again", row_id, kind)
    work.adds_jobs = True


async def give_up(work: Work, row_id: UUID) -> None:
    """Somebody looked and it is not to be done. Raises NotFound when it is not stuck any more."""
    kind = await work.scalar(text("delete from spine.agenda" + _OURS + " returning kind"), {"id": row_id})
    _note(work, "job.given_up", row_id, kind)


def _note(work: Work, name: str, row_id: UUID, kind: str | None) -> None:
    if kind is None:
        raise NotFound
    events.record(work, name, "job", row_id, job=kind)

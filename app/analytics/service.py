"""What can be done from the home: a step of setting up is skipped or taken up again, a stuck job tried again or dropped."""

from uuid import UUID

from app.core import agenda, config, events
from app.core.errors import NotFound
from app.core.work import Work


async def skip_step(work: Work, name: str, *, skip: bool = True) -> None:
    """Not shown any more, until it is taken up again. Doing it twice is the same."""
    known = [each for each in await config.get(work, "setup_skipped") if each != name]
    await config.put(work, "setup_skipped", [*known, name] if skip else known)


async def try_again(work: Work, row_id: UUID) -> None:
    """Due at once, with all its tries. Raises NotFound when it is not stuck any more."""
    _note(work, "job.tried_again", row_id, await agenda.again(work, row_id))


async def give_up(work: Work, row_id: UUID) -> None:
    """Somebody looked and it is not to be done. Raises NotFound when it is not stuck any more."""
    _note(work, "job.given_up", row_id, await agenda.drop(work, row_id))


def _note(work: Work, name: str, row_id: UUID, kind: str | None) -> None:
    if kind is None:
        raise NotFound
    events.record(work, name, "job", row_id, job=kind)

"""The steps of a draft: added, changed, moved, deleted, and each of these taken back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec

from app.core import drafts
from app.core.errors import Conflict, invalid
from app.core.work import Work
from app.sequences.models import Sequence, Step, numbered, read, write
from app.sequences.models import program as editing
from app.sequences.service.checking import check_step
from app.sequences.service.rows import changed, locked, published

MOST_UNDONE, LONGEST_KEPT = 20, 60_000  # changes, and characters of JSON that a person's way back may take
Put = Callable[[tuple[Step, ...]], tuple[Step, ...]]


async def add_step(work: Work, sequence_id: UUID, step: Step, *, after: str = "", branch: str = "") -> str:
    """The new step's id. Raises NotFound, and Invalid for a step that could never work."""
    return await _edit(
        work, sequence_id, step, lambda steps, new: editing.added(steps, new, after=after, branch=branch)
    )


async def change_step(work: Work, sequence_id: UUID, step: Step) -> str:
    """Raises NotFound, Invalid."""
    return await _edit(work, sequence_id, step, editing.replaced)


async def move_step(work: Work, sequence_id: UUID, step_id: str, by: int) -> Sequence:
    """Up or down within its list. Raises NotFound."""
    return await _rewrite(work, sequence_id, lambda steps: editing.moved(steps, step_id, by))


async def put_step(work: Work, sequence_id: UUID, step_id: str, *, parent: str, branch: str, place: int) -> Sequence:
    """Anywhere else, with everything in it; `parent` "" is the top. Raises NotFound."""
    return await _rewrite(
        work, sequence_id, lambda steps: editing.put(steps, step_id, parent=parent, branch=branch, place=place)
    )


async def delete_step(work: Work, sequence_id: UUID, step_id: str) -> Sequence:
    """Raises NotFound."""
    return await _rewrite(work, sequence_id, lambda steps: editing.removed(steps, step_id))


async def restore_steps(work: Work, sequence_id: UUID) -> Sequence:
    """Back to what was published last. Raises NotFound, Conflict when nothing was."""
    sequence = await locked(work, sequence_id)
    if not sequence.version:
        raise Conflict("This sequence has never been turned on.")
    live_steps = await published(work, sequence.id, sequence.version)
    return await _rewrite(work, sequence_id, lambda _: tuple(live_steps))


async def undo_step(work: Work, sequence_id: UUID) -> Sequence:
    """Take back this person's last change of the steps. Raises NotFound, and Conflict where there is none
    or somebody else changed them since.
    """
    sequence = await locked(work, sequence_id)
    kept = await drafts.kept(work, _key(sequence_id))
    earlier, left = list(kept.get("earlier", [])), kept.get("left")
    if not earlier:
        raise Conflict("There is nothing to undo.")
    if left != _text(sequence.steps):
        raise Conflict("Somebody else changed these steps meanwhile, so yours can't be undone.")
    before = earlier.pop()
    sequence.steps = msgspec.json.decode(before)
    await drafts.keep(work, _key(sequence_id), {"earlier": earlier, "left": before} if earlier else {})
    await work.flush()
    changed(work, sequence, "steps")
    return sequence


async def _edit(work: Work, sequence_id: UUID, step: Step, put: Any) -> str:
    [step] = numbered([step])
    said = [text for text in await check_step(work, step) if "branches" not in text]
    if said:
        raise invalid("step", " ".join(said))
    await _rewrite(work, sequence_id, lambda steps: put(steps, step))
    return step.id


async def _rewrite(work: Work, sequence_id: UUID, put: Put) -> Sequence:
    sequence = await locked(work, sequence_id)
    before = sequence.steps
    after = write(list(put(tuple(read(before)))))
    if after == write(read(before)):
        return sequence
    sequence.steps = after
    await work.flush()
    await _keep(work, sequence, before)
    changed(work, sequence, "steps")
    return sequence


async def _keep(work: Work, sequence: Sequence, before: list[dict[str, Any]]) -> None:
    """The way back of whoever did it; a change in between by somebody else ends it."""
    if work.person is None:
        return
    kept = await drafts.kept(work, _key(sequence.id))
    way = [*kept["earlier"], _text(before)] if kept.get("left") == _text(before) else [_text(before)]
    way = way[-MOST_UNDONE:]
    while len(way) > 1 and sum(map(len, way)) > LONGEST_KEPT:
        way.pop(0)
    if len(way[0]) <= LONGEST_KEPT:
        await drafts.keep(work, _key(sequence.id), {"earlier": way, "left": _text(sequence.steps)})


def _key(sequence_id: UUID) -> str:
    return f"sequence-steps-{sequence_id}"


def _text(steps: list[dict[str, Any]]) -> str:
    """The same steps are the same text, whatever order a database keeps their fields in."""
    return msgspec.json.encode(write(read(steps))).decode()

"""The steps of a draft: added, changed, moved, deleted, and each of these taken back."""

from collections.abc import Callable
from secrets import token_hex
from typing import Any
from uuid import UUID

import msgspec

from app.core import drafts
from app.core.errors import Conflict, NotFound, invalid
from app.core.work import Work
from app.sequences.models import Sequence, Split, Step, Webhook, numbered, read, walk, write
from app.sequences.models import program as editing
from app.sequences.service.checking import check_step
from app.sequences.service.hooks import secrets
from app.sequences.service.rows import add_version, changed, locked, published
from themes.catalogue import say

MOST_UNDONE, LONGEST_KEPT = 20, 60_000  # changes, and characters of JSON that a person's way back may take
Put = Callable[[tuple[Step, ...]], tuple[Step, ...]]


async def add_step(work: Work, sequence_id: UUID, step: Step, *, after: str = "", branch: str = "") -> str:
    """The new step's id. Raises NotFound, and Invalid for a step that could never work."""
    return await _edit(
        work, sequence_id, step, lambda steps, new: editing.added(steps, new, after=after, branch=branch)
    )


async def change_step(work: Work, sequence_id: UUID, step: Step) -> str:
    """Raises NotFound, and Invalid also where an arm would go with steps in it."""
    before = _found(await locked(work, sequence_id), step.id)
    if isinstance(before, Webhook) and isinstance(step, Webhook):
        step = msgspec.structs.replace(step, salt=before.salt, before=before.before)
    if isinstance(before, Split) and isinstance(step, Split):
        lost = [arm.label for arm in before.arms if arm.steps and step.arm(arm.name) is None]
        if lost:
            raise invalid(
                "arm_label", say("There are steps in “%(branch)s”. Move or delete them first.", branch=lost[0])
            )
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


async def keep_arm(work: Work, sequence_id: UUID, step_id: str, arm: str) -> Sequence:
    """Everybody who comes to this split from now on takes this arm, whatever steps they began with; "" splits again.
    Those who are in another arm finish it. Counts at once, without publishing what else the draft says. Raises
    NotFound, also for an arm that is none.
    """
    sequence = await locked(work, sequence_id)
    if not any(_keeps(each.step, step_id, arm) for each in walk(read(sequence.steps))):
        raise NotFound
    running = await published(work, sequence.id, sequence.version)
    kept = _kept(tuple(running), step_id, arm)
    if write(kept) != write(running):
        await add_version(work, sequence, write(kept))
    return await _rewrite(work, sequence_id, lambda steps: _kept(steps, step_id, arm))


def _keeps(step: Step, step_id: str, arm: str) -> bool:
    return step.id == step_id and isinstance(step, Split) and (not arm or step.arm(arm) is not None)


def _kept(steps: tuple[Step, ...], step_id: str, arm: str) -> tuple[Step, ...]:
    split = next((each.step for each in walk(steps) if _keeps(each.step, step_id, arm)), None)
    return editing.replaced(steps, msgspec.structs.replace(split, kept=arm)) if isinstance(split, Split) else steps


async def _edit(work: Work, sequence_id: UUID, step: Step, put: Any) -> str:
    [step] = numbered([step])
    if isinstance(step, Webhook) and not step.salt:
        step = msgspec.structs.replace(step, salt=token_hex(16))
    said = [text for text in await check_step(work, step) if "branches" not in text]
    if said:
        raise invalid("step", " ".join(said))
    await _rewrite(work, sequence_id, lambda steps: put(steps, step))
    return step.id


async def change_secret(work: Work, sequence_id: UUID, step_id: str) -> str:
    """Another secret for a webhook, which signs beside the one of before. The new one, to be shown once. Raises
    NotFound.
    """
    step = _found(await locked(work, sequence_id), step_id)
    if not isinstance(step, Webhook):
        raise NotFound
    step = msgspec.structs.replace(step, salt=token_hex(16), before=step.salt)
    await _rewrite(work, sequence_id, lambda steps: editing.replaced(steps, step))
    return (await secrets(work, sequence_id, step))[0]


async def secret_of(work: Work, sequence_id: UUID, step_id: str) -> str:
    """The secret that a webhook's messages are signed with now. Raises NotFound."""
    step = _found(await locked(work, sequence_id), step_id)
    if not isinstance(step, Webhook):
        raise NotFound
    return (await secrets(work, sequence_id, step))[0]


def _found(sequence: Sequence, step_id: str) -> Step | None:
    return next((each.step for each in walk(read(sequence.steps)) if each.step.id == step_id), None)


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

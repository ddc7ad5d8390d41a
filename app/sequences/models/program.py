"""What follows what: a list of steps laid out so that a run needs only the id it stands on. Pure."""

from collections.abc import Callable
from hashlib import sha256

import msgspec

from app.sequences.models.steps import Arm, If, Split, Step, branches, walk, with_branches

ARM = "arm:"


class Node(msgspec.Struct, frozen=True):
    """A step and where it leads; "" is the end. `ways`: where each outcome of a step that branches leads."""

    step: Step
    next: str
    ways: dict[str, str] = {}


def lay(steps: list[Step] | tuple[Step, ...], after: str = "") -> dict[str, Node]:
    """Every step by its id."""
    nodes: dict[str, Node] = {}
    for place, step in enumerate(steps):
        following = steps[place + 1].id if place + 1 < len(steps) else after
        ways = {}
        for name, inner in branches(step).items():
            nodes |= lay(inner, following)
            ways[outcome_of(step, name)] = inner[0].id if inner else following
        nodes[step.id] = Node(step, following, ways)
    return nodes


def outcome_of(step: Step, branch: str) -> str:
    """What the trace says of somebody who took this branch."""
    return {"then": "yes", "otherwise": "no"}[branch] if isinstance(step, If) else f"{ARM}{branch}"


def arm_of(split: Split, key: str) -> Arm:
    """The arm that whoever is called `key` takes: the same one whenever it is asked, by the weights as they stand."""
    kept = split.arm(split.kept)
    if kept is not None:
        return kept
    whole = sum(arm.weight for arm in split.arms) or 1
    point = int.from_bytes(sha256(f"{key}:{split.id}".encode()).digest()[:8]) % whole
    for arm in split.arms:
        if point < arm.weight:
            return arm
        point -= arm.weight
    return split.arms[0]


# --- editing: each gives a new list; what is not found changes nothing


def changed(
    steps: tuple[Step, ...], step_id: str, change: Callable[[tuple[Step, ...], int], tuple[Step, ...]]
) -> tuple[Step, ...]:
    """The list in which the step stands, made anew by `change(list, place)`."""
    for place, step in enumerate(steps):
        if step.id == step_id:
            return change(steps, place)
    return tuple(
        with_branches(step, {name: changed(inner, step_id, change) for name, inner in branches(step).items()})
        for step in steps
    )


def replaced(steps: tuple[Step, ...], step: Step) -> tuple[Step, ...]:
    """The same with another content for this step; what stands in its branches stays."""

    def put(around: tuple[Step, ...], place: int) -> tuple[Step, ...]:
        return (*around[:place], with_branches(step, branches(around[place])), *around[place + 1 :])

    return changed(steps, step.id, put)


def removed(steps: tuple[Step, ...], step_id: str) -> tuple[Step, ...]:
    return changed(steps, step_id, lambda around, place: (*around[:place], *around[place + 1 :]))


def moved(steps: tuple[Step, ...], step_id: str, by: int) -> tuple[Step, ...]:
    """Within its list, as far as the list goes."""

    def shift(around: tuple[Step, ...], place: int) -> tuple[Step, ...]:
        rest = (*around[:place], *around[place + 1 :])
        to = max(0, min(len(rest), place + by))
        return (*rest[:to], around[place], *rest[to:])

    return changed(steps, step_id, shift)


def put(
    steps: tuple[Step, ...], step_id: str, *, parent: str = "", branch: str = "", place: int = 0
) -> tuple[Step, ...]:
    """The step, with everything in it, at another place: on top, or in a branch of another step.

    Into itself, or into a branch that is none, changes nothing.
    """
    found = {one.step.id: one.step for one in walk(steps)}
    step, rest = found.get(step_id), removed(steps, step_id)
    if step is None:
        return steps
    if not parent:
        return _inserted(rest, step, place)
    inside = next((one.step for one in walk(rest) if one.step.id == parent), None)
    if inside is None or branch not in branches(inside):
        return steps

    def into(around: tuple[Step, ...], at: int) -> tuple[Step, ...]:
        grown = _inserted(branches(around[at])[branch], step, place)
        return (*around[:at], with_branches(around[at], {branch: grown}), *around[at + 1 :])

    return changed(rest, parent, into)


def _inserted(steps: tuple[Step, ...], step: Step, place: int) -> tuple[Step, ...]:
    at = max(0, min(len(steps), place))
    return (*steps[:at], step, *steps[at:])


def added(steps: tuple[Step, ...], step: Step, *, after: str = "", branch: str = "") -> tuple[Step, ...]:
    """After a step, or first in a branch of it, or last of all."""
    if not after:
        return (*steps, step)

    def put(around: tuple[Step, ...], place: int) -> tuple[Step, ...]:
        here = around[place]
        if branch in branches(here):
            grown = with_branches(here, {branch: (step, *branches(here)[branch])})
            return (*around[:place], grown, *around[place + 1 :])
        return (*around[: place + 1], step, *around[place + 1 :])

    return changed(steps, after, put)

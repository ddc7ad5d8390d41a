"""What follows what: a list of steps laid out so that a run needs only the id it stands on. Pure."""

from collections.abc import Callable

import msgspec

from app.sequences.models.steps import If, Step, walk


class Node(msgspec.Struct, frozen=True):
    """A step and where it leads; "" is the end. `yes` and `no` only count for an `If`."""

    step: Step
    next: str
    yes: str = ""
    no: str = ""


def lay(steps: list[Step] | tuple[Step, ...], after: str = "") -> dict[str, Node]:
    """Every step by its id."""
    nodes: dict[str, Node] = {}
    for place, step in enumerate(steps):
        following = steps[place + 1].id if place + 1 < len(steps) else after
        if isinstance(step, If):
            nodes |= lay(step.then, following) | lay(step.otherwise, following)
            yes = step.then[0].id if step.then else following
            no = step.otherwise[0].id if step.otherwise else following
            nodes[step.id] = Node(step, following, yes, no)
        else:
            nodes[step.id] = Node(step, following)
    return nodes


# --- editing: each gives a new list; what is not found changes nothing


def changed(
    steps: tuple[Step, ...], step_id: str, change: Callable[[tuple[Step, ...], int], tuple[Step, ...]]
) -> tuple[Step, ...]:
    """The list in which the step stands, made anew by `change(list, place)`."""
    for place, step in enumerate(steps):
        if step.id == step_id:
            return change(steps, place)
    return tuple(
        msgspec.structs.replace(
            step, then=changed(step.then, step_id, change), otherwise=changed(step.otherwise, step_id, change)
        )
        if isinstance(step, If)
        else step
        for step in steps
    )


def replaced(steps: tuple[Step, ...], step: Step) -> tuple[Step, ...]:
    """The same with another content for this step; the branches of an `If` stay."""

    def put(around: tuple[Step, ...], place: int) -> tuple[Step, ...]:
        before, new = around[place], step
        if isinstance(before, If) and isinstance(new, If):
            new = msgspec.structs.replace(new, then=before.then, otherwise=before.otherwise)
        return (*around[:place], new, *around[place + 1 :])

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
    """The step, with everything in it, at another place: on top, or in a branch of an `If`.

    Into itself, or into a branch that is none, changes nothing.
    """
    found = {one.step.id: one.step for one in walk(steps)}
    step, rest = found.get(step_id), removed(steps, step_id)
    if step is None:
        return steps
    if not parent:
        return _inserted(rest, step, place)
    if branch not in ("then", "otherwise") or not isinstance(
        {one.step.id: one.step for one in walk(rest)}.get(parent), If
    ):
        return steps

    def into(around: tuple[Step, ...], at: int) -> tuple[Step, ...]:
        here = around[at]
        assert isinstance(here, If)
        grown = _inserted(here.then if branch == "then" else here.otherwise, step, place)
        return (*around[:at], msgspec.structs.replace(here, **{branch: grown}), *around[at + 1 :])

    return changed(rest, parent, into)


def _inserted(steps: tuple[Step, ...], step: Step, place: int) -> tuple[Step, ...]:
    at = max(0, min(len(steps), place))
    return (*steps[:at], step, *steps[at:])


def added(steps: tuple[Step, ...], step: Step, *, after: str = "", branch: str = "") -> tuple[Step, ...]:
    """After a step, or first in a branch of an `If`, or last of all."""
    if not after:
        return (*steps, step)

    def put(around: tuple[Step, ...], place: int) -> tuple[Step, ...]:
        here = around[place]
        if branch and isinstance(here, If):
            grown = (step, *(here.then if branch == "then" else here.otherwise))
            return (*around[:place], msgspec.structs.replace(here, **{branch: grown}), *around[place + 1 :])
        return (*around[: place + 1], step, *around[place + 1 :])

    return changed(steps, after, put)

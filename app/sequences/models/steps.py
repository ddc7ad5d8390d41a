"""The steps of a sequence as data: an ordered list, with lists inside where it branches.

A step's `id` is its place for life: runs stand on it, traces name it, moving it keeps it. Everything
here is pure.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any, Literal, Union

import msgspec

WhenRefused = Literal["wait", "skip"]
MOST_STEPS, DEEPEST = 60, 4


class _Step(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", omit_defaults=True):
    id: str = ""


class Email(_Step, tag="email"):
    """A mail from a template. `refused`: wait for the next lawful minute, or go on without it."""

    template: str
    refused: WhenRefused = "wait"


class Sms(_Step, tag="sms"):
    """A text from a template."""

    template: str
    refused: WhenRefused = "wait"


class CallTask(_Step, tag="call_task"):
    """A callback for whoever owns the lead; it goes to the top of their queue."""

    title: str
    priority: int = 1


class ToDo(_Step, tag="task"):
    """Something for the owner to do within `days`."""

    title: str
    days: int = 0
    priority: int = 2


class Wait(_Step, tag="wait"):
    """At least `span` ("3d", "2h"); then until `at` ("10:00") where the person is; then, with `open`,
    until we are.
    """

    span: str = ""
    at: str = ""
    open: bool = False


class If(_Step, tag="if"):
    """Whoever matches takes `then`, everybody else `otherwise`; both come back to what follows."""

    where: dict[str, Any]
    then: tuple[Step, ...] = ()
    otherwise: tuple[Step, ...] = ()


class SetField(_Step, tag="field"):
    """Write a value into a field of the lead."""

    field: str
    value: Any


class MoveStage(_Step, tag="stage"):
    """Move the lead into a stage, by its name."""

    stage: str


class Notify(_Step, tag="notify"):
    """Tell our own people: whoever owns the lead, or whoever hands leads out."""

    title: str
    who: Literal["owner", "managers"] = "managers"


Step = Union[Email, Sms, CallTask, ToDo, Wait, If, SetField, MoveStage, Notify]  # noqa: UP007 - named in its own members
KINDS: dict[str, type[Any]] = {
    "email": Email,
    "sms": Sms,
    "call_task": CallTask,
    "task": ToDo,
    "wait": Wait,
    "if": If,
    "field": SetField,
    "stage": MoveStage,
    "notify": Notify,
}


def kind_of(step: Step) -> str:
    return str(step.__struct_config__.tag)


def read(raw: Any) -> list[Step]:
    """Steps from JSON or YAML. Raises msgspec.ValidationError, which names the place."""
    return msgspec.convert(raw, list[Step])


def write(steps: list[Step] | tuple[Step, ...]) -> list[dict[str, Any]]:
    """As they stand in the database."""
    built: list[dict[str, Any]] = msgspec.to_builtins(steps)
    return built


class Placed(msgspec.Struct, frozen=True):
    """A step where it stands: how deep, in which branch of which `If` ("" on top), at which place of
    its list.
    """

    step: Step
    depth: int
    parent: str
    branch: Literal["", "then", "otherwise"]
    place: int
    last: bool


def walk(
    steps: list[Step] | tuple[Step, ...],
    depth: int = 0,
    parent: str = "",
    branch: Literal["", "then", "otherwise"] = "",
) -> Iterator[Placed]:
    """Every step in reading order."""
    for place, step in enumerate(steps):
        yield Placed(step, depth, parent, branch, place, place == len(steps) - 1)
        if isinstance(step, If):
            yield from walk(step.then, depth + 1, step.id, "then")
            yield from walk(step.otherwise, depth + 1, step.id, "otherwise")


def numbered(steps: list[Step] | tuple[Step, ...], prefix: str = "") -> list[Step]:
    """Steps that lack an id get one: from their place where a blueprint wrote them (`prefix`), else a
    fresh one.
    """
    named = []
    for place, step in enumerate(steps, 1):
        own = step.id or (f"{prefix}{place}" if prefix else secrets.token_hex(4))
        if isinstance(step, If):
            yes, no = (f"{own}y", f"{own}n") if prefix else ("", "")
            step = msgspec.structs.replace(
                step, then=tuple(numbered(step.then, yes)), otherwise=tuple(numbered(step.otherwise, no))
            )
        named.append(msgspec.structs.replace(step, id=own))
    return named

"""The steps of a sequence as data: an ordered list, with lists inside where it branches.

A step's `id` is its place for life: runs stand on it, traces name it, moving it keeps it. Everything
here is pure.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Union
from urllib.parse import urlsplit

import msgspec

WhenRefused = Literal["wait", "skip"]
MOST_STEPS, DEEPEST, MOST_ARMS = 60, 4, 5
SHORT = {"then": "y", "otherwise": "n"}


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


class Arm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One way of a split test. `name` is its place for life; of every `weight` of all, so many people take it."""

    name: str
    label: str
    weight: int = 50
    steps: tuple[Step, ...] = ()


class Split(_Step, tag="split"):
    """A test: each person takes one of the `arms`, always the same one; all come back to what follows.

    `kept` is the arm that won: everybody takes it from then on.
    """

    arms: tuple[Arm, ...]
    kept: str = ""

    def arm(self, name: str) -> Arm | None:
        return next((arm for arm in self.arms if arm.name == name), None)

    def share(self, arm: Arm) -> float:
        """The part of all people that takes this arm now, from 0 to 1."""
        if self.arm(self.kept) is not None:
            return float(arm.name == self.kept)
        return arm.weight / (sum(each.weight for each in self.arms) or 1)


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


class Webhook(_Step, tag="webhook"):
    """Post the chosen `fields` of the lead to an address outside. Its signing secret is made from `salt`; the one made
    from `before` signs beside it, until the next change.
    """

    url: str
    fields: tuple[str, ...] = ()
    salt: str = ""
    before: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or self.url


Step = Union[Email, Sms, CallTask, ToDo, Wait, If, Split, SetField, MoveStage, Notify, Webhook]  # noqa: UP007
KINDS: dict[str, type[Any]] = {
    "email": Email,
    "sms": Sms,
    "call_task": CallTask,
    "task": ToDo,
    "wait": Wait,
    "if": If,
    "split": Split,
    "field": SetField,
    "stage": MoveStage,
    "notify": Notify,
    "webhook": Webhook,
}


def kind_of(step: Step) -> str:
    return str(step.__struct_config__.tag)


def read(raw: Any) -> list[Step]:
    """Steps from JSON or YAML. Raises msgspec.ValidationError, which names the place."""
    return msgspec.convert(raw, list[Step])


def write(steps: list[Step] | tuple[Step, ...]) -> list[dict[str, Any]]:
    """As they stand in the database."""
    built: list[dict[str, Any]] = msgspec.to_builtins(list(steps))
    return built


# --- branches: what an `If` and a `Split` have inside


def branches(step: Step) -> dict[str, tuple[Step, ...]]:
    """The lists inside a step by their names; empty for one that does not branch."""
    if isinstance(step, If):
        return {"then": step.then, "otherwise": step.otherwise}
    return {arm.name: arm.steps for arm in step.arms} if isinstance(step, Split) else {}


def with_branches(step: Step, lists: Mapping[str, tuple[Step, ...]]) -> Step:
    """The same with other lists inside; a list without a branch of its name is left out."""
    if isinstance(step, If):
        return msgspec.structs.replace(step, **{name: lists[name] for name in branches(step) if name in lists})
    if isinstance(step, Split):
        arms = tuple(msgspec.structs.replace(arm, steps=lists.get(arm.name, arm.steps)) for arm in step.arms)
        return msgspec.structs.replace(step, arms=arms)
    return step


class Placed(msgspec.Struct, frozen=True):
    """A step where it stands: how deep, in which branch of which step ("" on top), at which place of
    its list.
    """

    step: Step
    depth: int
    parent: str
    branch: str
    place: int
    last: bool


def walk(steps: list[Step] | tuple[Step, ...], depth: int = 0, parent: str = "", branch: str = "") -> Iterator[Placed]:
    """Every step in reading order."""
    for place, step in enumerate(steps):
        yield Placed(step, depth, parent, branch, place, place == len(steps) - 1)
        for name, inner in branches(step).items():
            yield from walk(inner, depth + 1, step.id, name)


def numbered(steps: list[Step] | tuple[Step, ...], prefix: str = "") -> list[Step]:
    """Steps that lack an id get one: from their place where a blueprint wrote them (`prefix`), else a
    fresh one.
    """
    named = []
    for place, step in enumerate(steps, 1):
        own = step.id or (f"{prefix}{place}" if prefix else secrets.token_hex(4))
        inner = {
            name: tuple(numbered(inside, f"{own}{SHORT.get(name, name)}" if prefix else ""))
            for name, inside in branches(step).items()
        }
        named.append(msgspec.structs.replace(with_branches(step, inner), id=own))
    return named

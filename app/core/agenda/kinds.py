"""What a kind of agenda row does: a `@job` in one transaction, or an effect on the outside world in three steps."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, get_type_hints

import msgspec

WhenSuspended = Literal["wait", "drop", "run"]
Queue = Literal["default", "dispatch", "intake", "money", "send", "report", "urgent"]


class Retry(Exception):
    """The outside could not be reached and has certainly done nothing: try again later."""


class Unknown(Exception):
    """The outside may or may not have done it. Asked where it can be asked, otherwise parked for a person."""


@dataclass(frozen=True, slots=True)
class Job:
    """`run(work, *args)` in one transaction that also deletes the row: an effect in our database happens once.

    `given_up(work, *args)` tells whoever waits for it that all tries are used up.
    """

    kind: str
    run: Callable[..., Awaitable[None]]
    queue: Queue = "default"
    retries: int = 8
    when_suspended: WhenSuspended = "wait"
    given_up: Callable[..., Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """prepare(work, *args) → request or None, and commit · call(request, key) with no transaction open · settle.

    `key` is the row's id: the same for every attempt. After a crash between call and settle: `ask(request, key)` returns
    the outcome, None if the outside never saw it, or raises Unknown; without `ask`, a `repeatable` call is made again and
    any other is parked, after `park(work, *args, reason)` has marked the thing as being in doubt. `given_up` as for a job.
    """

    kind: str
    prepare: Callable[..., Awaitable[Any]]
    call: Callable[[Any, str], Awaitable[Any]]
    settle: Callable[..., Awaitable[None]]
    ask: Callable[[Any, str], Awaitable[Any]] | None = None
    park: Callable[..., Awaitable[None]] | None = None
    repeatable: bool = False
    queue: Queue = "send"
    retries: int = 8
    when_suspended: WhenSuspended = "wait"
    given_up: Callable[..., Awaitable[None]] | None = None


_kinds: dict[str, Job | Effect] = {}
_periods: dict[str, timedelta] = {}


def job(
    kind: str,
    *,
    queue: Queue = "default",
    retries: int = 8,
    when_suspended: WhenSuspended = "wait",
    given_up: Callable[..., Awaitable[None]] | None = None,
) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., Awaitable[None]]]:
    """Declare a job: ids in, one service call. It may be tried again, so raising is safe."""

    def remember(function: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        _kinds[kind] = Job(kind, function, queue, retries, when_suspended, given_up)
        return function

    return remember


def recurring(
    kind: str, period: timedelta, *, queue: Queue = "default"
) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., Awaitable[None]]]:
    """Declare a job without arguments that every tenant does each `period` of business time. See `rows.plan`."""

    def remember(function: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        _periods[kind] = period
        return job(kind, queue=queue)(function)

    return remember


def every(kind: str) -> timedelta | None:
    """How often a recurring kind is done; None for one that is done once."""
    return _periods.get(kind)


def recurring_kinds() -> list[str]:
    return sorted(_periods)


def effect(declared: Effect, *, every: timedelta | None = None) -> Effect:
    """Declare something that reaches outside; with `every`, each tenant does it again and again, without arguments."""
    _kinds[declared.kind] = declared
    if every is not None:
        _periods[declared.kind] = every
    return declared


def find(kind: str) -> Job | Effect:
    """Raises LookupError for a kind that no slice declared."""
    if kind not in _kinds:
        raise LookupError(f"no job or effect is declared as {kind!r}")
    return _kinds[kind]


def known_kinds() -> list[str]:
    return sorted(_kinds)


def arguments(function: Callable[..., Any], raw: list[Any]) -> list[Any]:
    """JSON values as what the function's annotations say (UUIDs, times); the first parameter is the unit of work."""
    hints = get_type_hints(function)
    names = list(inspect.signature(function).parameters)[1:]
    return [msgspec.convert(value, hints.get(name, Any)) for name, value in zip(names, raw, strict=False)]

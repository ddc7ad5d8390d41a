"""What an answer cost, told to whoever develops: a Server-Timing header, which browsers show among a request's figures.

Only in practice installations. How long something took says more than a stranger should know.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, event


class Spent:
    """One request: since when, and how often and how long it asked databases."""

    def __init__(self) -> None:
        self._began, self._worked = time.perf_counter(), time.thread_time()
        self.statements, self.asking, self._asked_at = 0, 0.0, 0.0

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._began

    def ask(self) -> None:
        self.statements, self._asked_at = self.statements + 1, time.perf_counter()

    def answered(self) -> None:
        self.asking += time.perf_counter() - self._asked_at

    def header(self) -> tuple[bytes, bytes]:
        """In milliseconds: app is all of it, db what waited for databases, cpu what this thread worked meanwhile."""
        whole, asking, worked = self.seconds * 1000, self.asking * 1000, (time.thread_time() - self._worked) * 1000
        told = f'app;dur={whole:.1f}, db;dur={asking:.1f};desc="{self.statements} statements", cpu;dur={worked:.1f}'
        return b"server-timing", told.encode()


_spent: ContextVar[Spent | None] = ContextVar("spent", default=None)


@contextmanager
def watched() -> Iterator[Spent]:
    """Whatever this task does meanwhile is counted."""
    spent = Spent()
    token = _spent.set(spent)
    try:
        yield spent
    finally:
        _spent.reset(token)


@event.listens_for(Engine, "before_cursor_execute")
def _ask(*_given: Any) -> None:
    if spent := _spent.get():
        spent.ask()


@event.listens_for(Engine, "after_cursor_execute")
def _answered(*_given: Any) -> None:
    if spent := _spent.get():
        spent.answered()

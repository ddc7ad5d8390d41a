"""For whom a page is being made: locale, zone, words and clock of the render that is under way.

A context variable, because macros are imported without the page's context (and so compiled once); it is
set for the length of one render, which never awaits.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec


class View(msgspec.Struct, frozen=True):
    """What formatting needs to know."""

    locale: str = "en_US"
    zone: str = "America/New_York"
    currency: str = "USD"
    terms: Mapping[str, Any] = {}
    now: datetime | None = None

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


NOBODY = View()
_view: ContextVar[View] = ContextVar("view")
Clock = Callable[[], datetime]


def real_time() -> datetime:
    return datetime.now(UTC)


def current() -> View:
    """The view of the render under way; outside of one the defaults, in real time."""
    return _view.get(NOBODY)


@contextmanager
def viewing(context: Mapping[str, Any], clock: Clock) -> Iterator[None]:
    """Set the view from a template's context: `locale`, `zone`, `currency`, `terms` and `now` where they
    are given.
    """
    view = View(
        locale=str(context.get("locale") or "en_US"),
        zone=str(context.get("zone") or "America/New_York"),
        currency=str(context.get("currency") or "USD"),
        terms=context.get("terms") or {},
        now=context.get("now") or clock(),
    )
    token = _view.set(view)
    try:
        yield
    finally:
        _view.reset(token)

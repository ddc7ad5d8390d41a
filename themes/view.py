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

    @property
    def language(self) -> str:
        return self.locale[:2]


NOBODY = View()
_speaking: ContextVar[View] = ContextVar("speaking", default=NOBODY)
_view: ContextVar[View | None] = ContextVar("view", default=None)
Clock = Callable[[], datetime]


def real_time() -> datetime:
    return datetime.now(UTC)


def current() -> View:
    """The view of the render under way; outside of one that of the request or job, else the defaults in real time."""
    return _view.get(None) or _speaking.get()


def speak(locale: str, zone: str = "America/New_York", terms: Mapping[str, Any] | None = None) -> None:
    """From here on in this request or job, sentences are made for somebody of this locale, in the tenant's `terms`."""
    _speaking.set(View(locale=locale, zone=zone, terms=terms or {}))


@contextmanager
def speaking(locale: str, terms: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Sentences inside the block are for somebody of this locale: a mail to them, a text to them."""
    token = _speaking.set(View(locale=locale, terms=current().terms if terms is None else terms))
    try:
        yield
    finally:
        _speaking.reset(token)


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

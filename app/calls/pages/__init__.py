"""Calling, how calls ended, the list of them, and what the tenant says and asks."""

from typing import Any

from app.calls.pages import admin, calling, log, outcome

HANDLERS: list[Any] = [*calling.HANDLERS, *outcome.HANDLERS, *log.HANDLERS, *admin.HANDLERS]

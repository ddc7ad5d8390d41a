"""Pages of compliance: the desk, and what the gate would say."""

from typing import Any

from app.compliance.pages import asking, desk

HANDLERS: list[Any] = [*desk.HANDLERS, *asking.HANDLERS]

"""Pages of compliance: the desk, lists, and what the gate would say."""

from typing import Any

from app.compliance.pages import asking, desk, lists

HANDLERS: list[Any] = [*desk.HANDLERS, *lists.HANDLERS, *asking.HANDLERS]

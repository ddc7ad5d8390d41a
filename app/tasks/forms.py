"""A task as people send it."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any
from uuid import UUID

from app.core import fields
from app.core.errors import Invalid
from app.core.fields import Field, FieldSet
from app.tasks.service import TaskValues

DUE = FieldSet("task", [Field(entity="task", name="due_at", label="When", type="datetime")])


def _person(given: Mapping[str, Any]) -> UUID | None:
    try:
        return UUID(str(given.get("assignee_id") or ""))
    except ValueError:
        return None


def read_task(given: Mapping[str, Any], zone: tzinfo) -> TaskValues:
    """Raises Invalid for a moment that can't be read; the rest is for the service to refuse."""
    due, errors = fields.parse(DUE, given, zone=zone)
    if errors:
        raise Invalid(errors)
    priority = str(given.get("priority") or "2")
    days = str(given.get("repeat_days") or "0")
    return TaskValues(
        title=str(given.get("title", "")),
        due_at=due.get("due_at"),
        kind=str(given.get("kind") or "task"),
        priority=int(priority) if priority in ("1", "2", "3") else 0,
        repeat_days=int(days) if days.isascii() and days.isdigit() and len(days) < 6 else -1,
        assignee_id=_person(given),
    )

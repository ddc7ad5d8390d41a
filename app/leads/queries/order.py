"""Going through leads in order, screen by screen: each row once, whatever else is written meanwhile."""

import base64
import binascii
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, literal, or_, tuple_

from app.access.models import PersonRow
from app.contacts.models import Contact
from app.core.errors import invalid
from app.leads.models import Lead, Stage
from themes.catalogue import say

DEFAULT_SORT = "-created_at"
# Name → column and whether it may be empty (then last, whichever way round).
SORTS: dict[str, tuple[Any, bool]] = {
    "created_at": (Lead.created_at, False),
    "updated_at": (Lead.updated_at, False),
    "name": (Contact.name_key, False),
    "stage": (Stage.position, False),
    "stage_since": (Lead.stage_since, False),
    "score": (Lead.score, False),
    "heat": (Lead.heat, False),
    "value": (Lead.value_amount, False),
    "cost": (Lead.cost_amount, False),
    "owner": (PersonRow.name, True),
    "source": (Lead.source, False),
    "last_contact_at": (Lead.last_contact_at, True),
    "next_action_at": (Lead.next_action_at, True),
}


class Order:
    """One sort, `-` for the largest first, with the lead's id as the last word. Raises Invalid for one
    that is none.
    """

    def __init__(self, sort: str) -> None:
        if sort.removeprefix("-") not in SORTS:
            raise invalid("sort", say("Sort by one of: %(choices)s.", choices=", ".join(SORTS)))
        self.sort, self.down = sort, sort.startswith("-")
        self.column, self.nullable = SORTS[sort.removeprefix("-")]

    def by(self, *, backwards: bool = False) -> tuple[Any, Any]:
        """For ORDER BY; backwards the same rows come the other way round."""
        down = self.down != backwards
        column = self.column.desc() if down else self.column.asc()
        if self.nullable:
            column = column.nulls_first() if backwards else column.nulls_last()
        return column, Lead.id.desc() if down else Lead.id.asc()

    def beyond(self, value: Any, last: UUID, *, backwards: bool = False) -> ColumnElement[bool]:
        """What comes after the row with this value and id; backwards, what comes before it."""
        down = self.down != backwards
        if value is None:
            among = and_(self.column.is_(None), Lead.id < last if down else Lead.id > last)
            return or_(among, self.column.is_not(None)) if backwards else among
        place, end = (
            tuple_(self.column, Lead.id),
            tuple_(literal(value, self.column.type), literal(last, Lead.id.type)),
        )
        further = place < end if down else place > end
        return or_(further, self.column.is_(None)) if self.nullable and not backwards else further

    def write(self, value: Any, last: UUID) -> str:
        """The place of a row, for the address of the next screen."""
        return base64.urlsafe_b64encode(msgspec.json.encode([self.sort, value, last])).decode().rstrip("=")

    def read(self, cursor: str) -> tuple[Any, UUID]:
        """Raises Invalid for a place that is none, or that was made for another sort."""
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            sort, value, last = msgspec.json.decode(raw, type=tuple[str, Any, UUID])
            if sort != self.sort or (value is None and not self.nullable):
                raise ValueError
            return (None if value is None else _typed(value, self.column.type.python_type)), last
        except (ValueError, TypeError, binascii.Error, msgspec.MsgspecError):
            raise invalid("cursor", "This page of the list can't be found. Start at the top.") from None


def _typed(value: Any, kind: type) -> Any:
    read = msgspec.convert(value, kind)
    if isinstance(read, str) and "\0" in read:
        raise ValueError
    if isinstance(read, int) and abs(read) >= 2**31:
        raise ValueError
    if isinstance(read, datetime) and read.tzinfo is None:
        raise ValueError
    return read

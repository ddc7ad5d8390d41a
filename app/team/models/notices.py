"""What people are told: one line per record and kind, whoever caused it and however often within ten minutes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Boolean, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.permissions import Person
from app.core.tables import Base, Id

TOGETHER = timedelta(minutes=10)  # what happens to one record within this time is one line
FLOOD = 5  # so many lines of one kind within that time; whatever follows joins the last of them
KEPT = timedelta(days=30)  # once read


class NoticeKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of notice, declared by the room that sends it.

    `label` stands on the page of preferences. `sentence` is a text of the catalogue and may name `%(record)s`,
    `%(actor)s`, `%(for)s` (" · " and the record, where there is one) and whatever `notify` was given. `url` is where a
    click leads and may hold `{id}`, or `{record}` for the record's own page. `mail` says whether
    it is mailed to somebody who never chose; `urgent` passes quiet hours. People of `audience` find it among their
    preferences, where `permission` is given only those who have it, where `setting` ("program", "screening.incident")
    is given only in a business that has it.
    """

    name: str
    label: str
    sentence: str
    url: str
    icon: str = "bell"
    mail: bool = False
    urgent: bool = False
    audience: str = "staff"
    permission: str = ""
    setting: str = ""

    def fits(self, settings: Mapping[str, Any]) -> bool:
        found: Any = settings
        for part in self.setting.split(".") if self.setting else ():
            found = (found or {}).get(part)
        return bool(found)


_kinds: dict[str, NoticeKind] = {}


def declare_notices(*kinds: NoticeKind) -> None:
    for kind in kinds:
        _kinds[kind.name] = kind


def notice_kind(name: str) -> NoticeKind:
    """Raises LookupError for a kind that no room declared."""
    return _kinds[name]


def notice_kinds() -> list[NoticeKind]:
    return list(_kinds.values())


def kinds_for(person: Person, settings: Mapping[str, Any]) -> list[NoticeKind]:
    """Those that may come to this person of this business."""
    fitting = [kind for kind in _kinds.values() if kind.audience == person.audience and kind.fits(settings)]
    return [kind for kind in fitting if not kind.permission or person.may(kind.permission)]


class Notice(Base):
    """One line in somebody's notification centre. `count` says how many things it stands for; `hidden` ones are only
    mailed. `values["others"]`: how many more records of a flood it stands for.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_person", "person_id", "at"),
        Index("ix_notices_record", "person_id", "kind", "entity_id"),
        Index("ix_notices_unread", "person_id", postgresql_where=text("read_at is null")),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    entity: Mapped[str] = mapped_column(Text)
    entity_id: Mapped[UUID]
    actor_name: Mapped[str] = mapped_column(Text, server_default="")
    values: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    count: Mapped[int] = mapped_column(Integer, server_default="1")
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
    hidden: Mapped[bool] = mapped_column(Boolean, server_default="false")

"""A tenant's settings: one small table of named values, read often and cached by its version."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Integer, Text, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock, events
from app.core.tables import Base
from app.core.work import Work


class Setting(Base):
    """`hours`, `holidays`, `zone`, `terms`, `routing`… each one JSON value."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(Integer, server_default="1")


DEFAULTS: dict[str, Any] = {"zone": "America/New_York", "locale": "en_US", "currency": "USD", "terms": {}}


def declare_defaults(**values: Any) -> None:
    """What a setting is before anybody sets it; slices declare theirs at import."""
    DEFAULTS.update(values)


async def get(work: Work, key: str) -> Any:
    """The tenant's value, else the declared default; None for a name that nobody declared."""
    return (await everything(work)).get(key)


async def everything(work: Work) -> dict[str, Any]:
    """All settings with defaults filled in; one read per unit of work."""
    cached = work.info.get("settings")
    if cached is None:
        rows = await work.execute(select(Setting.key, Setting.value))
        cached = work.info["settings"] = {**DEFAULTS, **{row.key: row.value for row in rows}}
    return dict(cached)


async def today(work: Work) -> date:
    """The day that it is in the tenant's zone, by business time: what is due, open until or over goes by it."""
    return clock.now().astimezone(ZoneInfo(await get(work, "zone"))).date()


async def put(work: Work, key: str, value: Any) -> None:
    """Set one value; its version counts up with each change."""
    statement = insert(Setting).values(key=key, value=value)
    await work.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_={"value": statement.excluded.value, "version": text("settings.version + 1")}
        )
    )
    work.info.pop("settings", None)


async def change(work: Work, key: str, before: msgspec.Struct, after: msgspec.Struct, part: str = "") -> bool:
    """Set one value as somebody wants it from now on, with what it was in the audit log; `part` is the one member that they
    change. False when nothing is new."""
    was, now = msgspec.to_builtins(before), msgspec.to_builtins(after)
    if was == now:
        return False
    await put(work, key, now)
    old, new = (was[part], now[part]) if part else (was, now)
    changes = {name: (old[name], new[name]) for name in new if old[name] != new[name]}
    events.record(work, "settings.changed", "tenant", work.tenant.id, changes=changes, fields=[part or key])
    return True

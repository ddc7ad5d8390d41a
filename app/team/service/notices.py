"""Telling people: `notify` is what rooms above call; how and when somebody hears of it is their own choice."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core import clock, live
from app.core.work import Work
from app.team.models import Notice, notice_kind
from app.team.models.notices import TOGETHER


async def notify(work: Work, kind: str, to: Iterable[UUID], entity: str, entity_id: UUID, /, **values: Any) -> None:
    """One line for each of these people but the one who did it. A line that is unread and younger than ten minutes
    takes it in and counts. `values` go into the kind's sentence: names of things, never what is sensitive.

    Raises LookupError for a kind that no room declared.
    """
    declared = notice_kind(kind)
    doer = work.actor.id if work.actor.kind == "person" else None
    for person_id in dict.fromkeys(to):
        if person_id == doer:
            continue
        if not await _taken_in(work, declared.name, person_id, entity_id, values):
            work.add(
                Notice(
                    person_id=person_id,
                    kind=declared.name,
                    entity=entity,
                    entity_id=entity_id,
                    actor_name=work.actor.name,
                    values=values,
                    at=clock.now(),
                )
            )
        live.tell(work, "notices", person_id)


async def _taken_in(work: Work, kind: str, person_id: UUID, entity_id: UUID, values: dict[str, Any]) -> bool:
    recent = await work.scalar(
        select(Notice)
        .where(
            Notice.person_id == person_id,
            Notice.kind == kind,
            Notice.entity_id == entity_id,
            Notice.read_at.is_(None),
            Notice.at > clock.now() - TOGETHER,
        )
        .order_by(Notice.at.desc())
        .limit(1)
        .with_for_update()
    )
    if recent is None:
        return False
    recent.count, recent.values, recent.at = recent.count + 1, values, clock.now()
    return True

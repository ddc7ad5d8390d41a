"""Whose figures these are: reach and filters as SQL, and the address of the list that holds the same leads."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, select

from app.analytics.models import Period, Scope
from app.contacts.models import Contact
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead, Pipeline, Stage
from app.leads.queries import visible
from app.team.models import Member

Part = dict[str, Any]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A scope made ready for one person: conditions over `leads`, and the same as parts of a list's filter."""

    scope: Scope
    where: tuple[ColumnElement[bool], ...]
    parts: tuple[Part, ...]
    whole: bool  # nothing is kept out by reach or filter
    reach_is_all: bool = True
    won: str = ""  # what the first won stage is called here: Enrolled, Signed, Won

    def url(self, *parts: Part) -> str:
        """The list of leads that match: real ones within reach, of this scope, and these parts."""
        everything = [*self.parts, {"field": "test", "op": "is_false"}, *parts]
        return f"/agent/leads?where={quote(msgspec.json.encode({'all': everything}).decode(), safe='')}"


async def view(work: Work, person: Person, scope: Scope) -> View:
    """Three reads at most: the won stage, and the team's members and the pipeline's stages where the scope names them."""
    where: list[ColumnElement[bool]] = [await visible(work, person), ~Lead.test]
    parts: list[Part] = []
    for name, value, column in (
        ("owner", scope.owner, Lead.owner_id),
        ("publisher", scope.publisher, Lead.publisher_id),
        ("offer", scope.offer, Lead.offer_id),
        ("source", scope.source, Lead.source),
    ):
        if value:
            where.append(column == value)
            parts.append({"field": name, "op": "eq", "value": str(value)})
    if scope.state:
        where.append(Lead.contact_id.in_(select(Contact.id).where(Contact.state == scope.state)))
        parts.append({"field": "state", "op": "eq", "value": scope.state})
    if scope.team:
        mates = list(await work.scalars(select(Member.person_id).where(Member.team_id == scope.team)))
        where.append(Lead.owner_id.in_(mates))
        parts.append({"field": "owner", "op": "in", "value": [str(mate) for mate in mates] or [str(UUID(int=0))]})
    if scope.pipeline:
        stages = list(await work.scalars(select(Stage.name).where(Stage.pipeline_id == scope.pipeline)))
        where.append(Lead.pipeline_id == scope.pipeline)
        parts.append({"field": "stage", "op": "in", "value": stages})
    whole = person.reach == "all" and not scope.given()
    return View(
        scope=scope, where=tuple(where), parts=tuple(parts), whole=whole, reach_is_all=person.reach == "all",
        won=await _won(work, scope),
    )  # fmt: skip


async def _won(work: Work, scope: Scope) -> str:
    first = select(Stage.label).join(Pipeline, Pipeline.id == Stage.pipeline_id).where(Stage.kind == "won")
    if scope.pipeline:
        first = first.where(Stage.pipeline_id == scope.pipeline)
    return await work.scalar(first.order_by(Pipeline.position, Stage.position).limit(1)) or ""


def within(field: str, period: Period) -> Part:
    """A moment on one of the period's days, as a list's filter says it."""
    return {"field": field, "op": "between", "value": [period.first.isoformat(), period.last.isoformat()]}

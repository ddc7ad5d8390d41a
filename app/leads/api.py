"""Leads for programs: the list with the same parameters as the page, and one lead."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.params import FromPath

from app.core.fields import json_safe
from app.core.web import HttpRequest, WorkDep
from app.leads import forms, queries
from app.leads.queries import LeadRow


class Amount(msgspec.Struct, frozen=True):
    """Minor units."""

    amount: int
    currency: str


class Owner(msgspec.Struct, frozen=True):
    id: UUID
    name: str


class LeadOut(msgspec.Struct, frozen=True, kw_only=True):
    """A lead as the list gives it."""

    id: UUID
    name: str
    phone: str | None
    email: str | None
    state: str | None
    stage: str
    score: int
    heat: int
    value: Amount
    owner: Owner | None
    source: str
    test: bool
    created_at: Any
    updated_at: Any
    last_contact_at: Any
    next_action_at: Any


class LeadsOut(msgspec.Struct, frozen=True):
    """One screen; `next_cursor` is empty at the end."""

    items: list[LeadOut]
    next_cursor: str


class LeadDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One lead with the values of its fields by name; sealed ones are left out."""

    id: UUID
    contact_id: UUID
    stage: str
    owner: Owner | None
    score: int
    score_reasons: list[dict[str, Any]]
    heat: int
    value: Amount
    test: bool
    fields: dict[str, Any]
    tags: list[str]
    created_at: Any
    updated_at: Any


class LeadApi(Controller):
    path = "/api/v1/leads"
    opt = {"permission": "leads.view"}

    @get("/")
    async def list(self, request: HttpRequest, work: WorkDep) -> LeadsOut:
        """`q`, `where` (condition JSON), `sort`, `cursor`, `limit`."""
        asked = await forms.read_list(work, work.person, request.query_params)
        screen = await queries.screen(work, work.person, asked.asked)
        return LeadsOut([_out(row) for row in screen.rows], screen.cursor)

    @get("/{lead_id:uuid}")
    async def one(self, work: WorkDep, lead_id: FromPath[UUID]) -> LeadDetail:
        it = await queries.lead_page(work, work.person, lead_id)
        owner = Owner(it.lead.owner_id, it.owner) if it.lead.owner_id else None
        return LeadDetail(
            id=it.lead.id,
            contact_id=it.contact.id,
            stage=it.stage.name,
            owner=owner,
            score=it.lead.score,
            score_reasons=it.lead.score_reasons,
            heat=it.lead.heat,
            value=Amount(it.lead.value_amount, it.lead.currency),
            test=it.lead.test,
            fields={name: json_safe(value) for name, value in it.held.items()},
            tags=[name for name, _ in it.tags],
            created_at=it.lead.created_at,
            updated_at=it.lead.updated_at,
        )


def _out(row: LeadRow) -> LeadOut:
    names = [name for name in LeadOut.__struct_fields__ if name not in ("value", "owner")]
    owner = Owner(row.owner_id, row.owner or "") if row.owner_id else None
    plain = {name: getattr(row, name) for name in names}
    return LeadOut(value=Amount(row.value_amount, row.currency), owner=owner, **plain)


HANDLERS: list[Any] = [LeadApi]

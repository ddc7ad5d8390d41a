"""Snippets: one's own at `/agent/snippets`, everybody's at `/admin/snippets`, and the list that `/` opens."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.core.errors import Invalid
from app.core.pages import Toast, form, page, redirect, refused
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads.queries import lead as find_lead
from app.messages import queries, service
from app.messages.models import Snippet
from app.messages.pages.composer import found as found_lead
from themes.catalogue import say

SEND: dict[str, Any] = {"permission": "messages.send"}
MANAGE: dict[str, Any] = {"permission": "settings.manage"}
OWN, SHARED = "/agent/snippets", "/admin/snippets"


class SnippetsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Those that can be changed here, and (beside one's own) everybody's."""

    snippets: list[Snippet]
    others: list[Snippet]
    path: str
    shared: bool
    tokens: list[str]
    typed: dict[str, Any]


class PickPage(msgspec.Struct, frozen=True):
    """What `/` offers, with the tokens of this lead filled in."""

    snippets: list[tuple[str, str]]


@get(OWN, opt=SEND)
async def own_snippets(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    return await page(request, work, "messages/snippets.html", await _context(work, OWN, {}), title=say("Snippets"))


@get(SHARED, opt=MANAGE)
async def shared_snippets(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    context = await _context(work, SHARED, {})
    return await page(request, work, "messages/snippets_shared.html", context, title=say("Snippets"))


@post([OWN, f"{OWN}/{{snippet_id:uuid}}"], opt=SEND)
async def save_own(request: HttpRequest, work: WorkDep) -> Response[Any]:
    return await _save(request, work, OWN, request.path_params.get("snippet_id"))


@post([SHARED, f"{SHARED}/{{snippet_id:uuid}}"], opt=MANAGE)
async def save_shared(request: HttpRequest, work: WorkDep) -> Response[Any]:
    return await _save(request, work, SHARED, request.path_params.get("snippet_id"))


@post(f"{OWN}/{{snippet_id:uuid}}/delete", opt=SEND)
async def delete_own(request: HttpRequest, work: WorkDep, snippet_id: FromPath[UUID]) -> Response[Any]:
    await service.delete_snippet(work, snippet_id, shared=False)
    return redirect(request, OWN, Toast(say("Deleted.")))


@post(f"{SHARED}/{{snippet_id:uuid}}/delete", opt=MANAGE)
async def delete_shared(request: HttpRequest, work: WorkDep, snippet_id: FromPath[UUID]) -> Response[Any]:
    await service.delete_snippet(work, snippet_id, shared=True)
    return redirect(request, SHARED, Toast(say("Deleted.")))


@get("/agent/leads/{lead_id:uuid}/snippets", opt={"permission": "leads.view"})
async def pick(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
    """For the composer and the note box of this lead."""
    await find_lead(work, work.person, lead_id)
    lead, contact = await found_lead(work, lead_id)
    model = await service.tokens_for(work, contact, lead)
    known = [(one.label, service.filled(one.body, model)) for one in await queries.snippets(work, work.person.id)]
    return await page(
        request, work, "messages/pick.html", PickPage(known), title=say("Snippets"), fragment="messages/_pick.html"
    )


async def _save(request: HttpRequest, work: Work, path: str, snippet_id: UUID | None) -> Response[Any]:
    given = await form(request)
    label, body = str(given.get("label") or ""), str(given.get("body") or "")
    try:
        await service.save_snippet(work, snippet_id, label, body, shared=path == SHARED)
    except Invalid as problem:
        context = await _context(work, path, {**given, "id": str(snippet_id or "")})
        template = "messages/snippets_shared.html" if path == SHARED else "messages/snippets.html"
        return await refused(request, work, template, context, problem, title=say("Snippets"))
    return redirect(request, path, Toast(say("Saved.")))


async def _context(work: Work, path: str, typed: dict[str, Any]) -> SnippetsPage:
    shared = path == SHARED
    known = await queries.snippets(work, None if shared else work.person.id)
    tokens = [f"{group}.{name}" for group in ("contact", "owner", "firm") for name in service.TOKENS[group]]
    return SnippetsPage(
        snippets=[one for one in known if (one.owner_id is None) is shared],
        others=[] if shared else [one for one in known if one.owner_id is None],
        path=path,
        shared=shared,
        tokens=tokens,
        typed=typed,
    )


HANDLERS: list[Any] = [own_snippets, shared_snippets, save_own, save_shared, delete_own, delete_shared, pick]

"""`/admin/templates`: the words that are sent again and again, checked by line, with every version that they had."""

from datetime import timedelta
from difflib import ndiff
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.core import clock, drafts
from app.core.errors import FieldError, Invalid, NotFound
from app.core.pages import Toast, form, page, redirect, refused
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.messages import queries, service
from app.messages.models import MessageTemplate, TemplateVersion
from app.messages.pages.trying import Look, draft_key, look, typed_values
from app.messages.service import TOKENS, TemplateValues
from themes.catalogue import say

HOME = "/admin/templates"
MANAGE: dict[str, Any] = {"permission": "templates.manage"}


class ListPage(msgspec.Struct, frozen=True):
    """All templates by channel, with how many messages left from each in 30 days and what uses it."""

    templates: list[MessageTemplate]
    sent: dict[UUID, int]
    uses: dict[str, list[service.Use]]


class EditPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form, and beside it what a real person would get. `drafted`: what is shown was typed but not saved."""

    template_id: UUID | None
    values: TemplateValues
    version: int
    drafted: bool
    draft_key: str
    tokens: dict[str, Any]
    look: Look
    uses: list[service.Use]
    versions: list[TemplateVersion]
    shipped: bool
    errors: list[FieldError] = []


class ComparePage(msgspec.Struct, frozen=True, kw_only=True):
    """A former version beside the present one, field by field: lines with `+`, `-` or ` ` before them."""

    row: MessageTemplate
    then: TemplateVersion
    fields: list[tuple[str, list[tuple[str, str]]]]


@get(HOME, opt=MANAGE)
async def list_templates(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    rows = await queries.templates(work)
    sent = await queries.sent_with(work, clock.now() - timedelta(days=30))
    context = ListPage(rows, sent, await service.uses_of(work, [row.name for row in rows]))
    return await page(request, work, "messages/templates.html", context, title=say("Templates"))


@get(f"{HOME}/new", opt=MANAGE)
async def new_template(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    channel = "sms" if request.query_params.get("channel") == "sms" else "email"
    values = TemplateValues(label="", channel=channel)  # type: ignore[arg-type]
    return await _shown(request, work, None, values, say("New template"))


@get(f"{HOME}/{{template_id:uuid}}", opt=MANAGE)
async def edit_template(request: HttpRequest, work: WorkDep, template_id: FromPath[UUID]) -> Response[bytes]:
    row = await _row(work, template_id)
    return await _shown(request, work, row, values_of(row), row.label)


async def _shown(
    request: HttpRequest, work: Work, row: MessageTemplate | None, values: TemplateValues, title: str
) -> Response[bytes]:
    request.scope["state"]["framed"] = True
    kept = await drafts.kept(work, draft_key(row, values.channel))
    shown = typed_values(kept) if kept else values
    context = await _edit(work, row, shown, str(request.query_params.get("lead") or kept.get("lead") or ""), bool(kept))
    return await page(request, work, "messages/template.html", context, title=title)


@post(f"{HOME}/new", opt=MANAGE)
async def create_template(request: HttpRequest, work: WorkDep) -> Response[Any]:
    return await _saved(request, work, None)


@post(f"{HOME}/{{template_id:uuid}}", opt=MANAGE)
async def save_template(request: HttpRequest, work: WorkDep, template_id: FromPath[UUID]) -> Response[Any]:
    return await _saved(request, work, await _row(work, template_id))


async def _saved(request: HttpRequest, work: Work, row: MessageTemplate | None) -> Response[Any]:
    """Save, or (`try`) only show what a real lead would get. Faults come back by line with everything
    typed.
    """
    request.scope["state"]["framed"] = True
    given = await form(request)
    values, title = typed_values(given), str(given.get("label") or say("New template"))
    try:
        if given.get("try"):
            await service.check_template(work, values)
            context = await _edit(work, row, values, str(given.get("lead") or ""), True)
            return await page(request, work, "messages/template.html", context, title=title)
        seen = int(given["seen"]) if str(given.get("seen", "")).isdigit() else None
        saved = await service.save_template(work, values, template_id=row.id if row else None, seen=seen)
        await drafts.done(work, draft_key(row, values.channel))
    except Invalid as problem:
        work.abandon()
        context = await _edit(work, row, values, str(given.get("lead") or ""), True)
        return await refused(request, work, "messages/template.html", context, problem, title=title)
    return redirect(request, f"{HOME}/{saved.id}", Toast(say("Saved as version %(number)s.", number=saved.version)))


@post(f"{HOME}/{{template_id:uuid}}/discard", opt=MANAGE)
async def discard_draft(request: HttpRequest, work: WorkDep, template_id: FromPath[UUID]) -> Response[Any]:
    """Back to what is saved."""
    row = await _row(work, template_id)
    await drafts.done(work, draft_key(row, row.channel))
    return redirect(request, f"{HOME}/{row.id}")


@post(f"{HOME}/{{template_id:uuid}}/archive", opt=MANAGE)
async def archive_template(request: HttpRequest, work: WorkDep, template_id: FromPath[UUID]) -> Response[Any]:
    row = await _row(work, template_id)
    try:
        row = await service.archive_template(work, template_id)
    except Invalid as problem:
        context = await _edit(work, row, values_of(row), "", False)
        return await refused(request, work, "messages/template.html", context, problem, title=row.label)
    told = say("%(name)s is archived. Messages that were sent stay.", name=row.label)
    return redirect(request, HOME, Toast(told, f"{HOME}/{row.id}/unarchive"))


@post(f"{HOME}/{{template_id:uuid}}/unarchive", opt=MANAGE)
async def unarchive_template(request: HttpRequest, work: WorkDep, template_id: FromPath[UUID]) -> Response[Any]:
    row = await service.unarchive_template(work, template_id)
    return redirect(request, f"{HOME}/{row.id}", Toast(say("%(name)s is back.", name=row.label)))


@get(f"{HOME}/{{template_id:uuid}}/versions/{{version:int}}", opt=MANAGE)
async def compare_version(
    request: HttpRequest, work: WorkDep, template_id: FromPath[UUID], version: FromPath[int]
) -> Response[bytes]:
    row = await _row(work, template_id)
    then = next((each for each in await queries.template_versions(work, row.id) if each.version == version), None)
    if then is None:
        raise NotFound
    now = service.words_of(row)
    fields = [
        (name, _lines(then.words.get(name, ""), now[name])) for name in now if then.words.get(name, "") != now[name]
    ]
    context = ComparePage(row=row, then=then, fields=fields)
    title = say("Version %(number)s", number=version)
    return await page(request, work, "messages/template_version.html", context, title=title)


def _lines(then: str, now: str) -> list[tuple[str, str]]:
    return [(line[0], line[2:]) for line in ndiff(then.splitlines(), now.splitlines()) if line[0] in "+- "]


@post(f"{HOME}/{{template_id:uuid}}/versions/{{version:int}}/restore", opt=MANAGE)
async def restore_version(
    request: HttpRequest, work: WorkDep, template_id: FromPath[UUID], version: FromPath[int]
) -> Response[Any]:
    row = await _row(work, template_id)
    return await _back(request, work, row, service.restore_version(work, row.id, version))


@post(f"{HOME}/{{template_id:uuid}}/reset", opt=MANAGE)
async def reset_template(request: HttpRequest, work: WorkDep, template_id: FromPath[UUID]) -> Response[Any]:
    row = await _row(work, template_id)
    return await _back(request, work, row, service.reset_template(work, row.id))


async def _back(request: HttpRequest, work: Work, row: MessageTemplate, going: Any) -> Response[Any]:
    """To former words, as a new version; words that are not taken any more are said to be so."""
    try:
        saved = await going
    except Invalid as problem:
        context = await _edit(work, row, values_of(row), "", False)
        return await refused(request, work, "messages/template.html", context, problem, title=row.label)
    await drafts.done(work, draft_key(saved, saved.channel))
    return redirect(request, f"{HOME}/{saved.id}", Toast(say("Saved as version %(number)s.", number=saved.version)))


async def _row(work: Work, template_id: UUID) -> MessageTemplate:
    row = await queries.template(work, template_id)
    if row is None or row.archived_at is not None:
        raise NotFound
    return row


def values_of(row: MessageTemplate) -> TemplateValues:
    return TemplateValues(**service.words_of(row))


async def _edit(
    work: Work, row: MessageTemplate | None, values: TemplateValues, lead_id: str, drafted: bool
) -> EditPage:
    key = draft_key(row, values.channel)
    return EditPage(
        template_id=row.id if row else None,
        values=values,
        version=row.version if row else 0,
        drafted=drafted,
        draft_key=key,
        tokens=TOKENS,
        look=await look(work, values, key, lead_id, "en", "wide"),
        uses=(await service.uses_of(work, [row.name])).get(row.name, []) if row else [],
        versions=await queries.template_versions(work, row.id) if row else [],
        shipped=bool(row and service.shipped(work, row) not in (None, values_of(row))),
    )


HANDLERS: list[Any] = [
    list_templates, new_template, edit_template, create_template, save_template, discard_draft, archive_template,
    unarchive_template, compare_version, restore_version, reset_template,
]  # fmt: skip

"""`/admin/templates`: the words that are sent again and again, checked by line, tried with a real lead."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.contacts.models import Contact
from app.core import clock
from app.core.errors import FieldError, Invalid, NotFound
from app.core.pages import Toast, form, page, redirect, refused
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads.queries import lead as find_lead
from app.messages import queries, service
from app.messages.models import MessageTemplate, segments
from app.messages.service import TOKENS, TemplateValues
from themes import liquid

HOME = "/admin/templates"
MANAGE: dict[str, Any] = {"permission": "templates.manage"}


class ListPage(msgspec.Struct, frozen=True):
    """All templates by channel, with how many messages left from each in 30 days."""

    templates: list[MessageTemplate]
    sent: dict[UUID, int]


class EditPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form, and beside it what a real person would get."""

    template_id: UUID | None
    version: int
    values: TemplateValues
    tokens: list[str]
    leads: list[tuple[UUID, str]]
    lead_id: str
    preview: Any
    count: Any
    errors: list[FieldError] = []


@get(HOME, opt=MANAGE)
async def list_templates(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    sent = await queries.sent_with(work, clock.now() - timedelta(days=30))
    return await page(
        request,
        work,
        "messages/templates.html",
        ListPage(await queries.templates(work), sent),
        title="Templates",
    )


@get(f"{HOME}/new", opt=MANAGE)
async def new_template(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    channel = "sms" if request.query_params.get("channel") == "sms" else "email"
    context = await _edit(work, None, TemplateValues(label="", channel=channel), "")  # type: ignore[arg-type]
    return await page(request, work, "messages/template.html", context, title="New template")


@get(f"{HOME}/{{template_id:uuid}}", opt=MANAGE)
async def edit_template(request: HttpRequest, work: WorkDep, template_id: FromPath[UUID]) -> Response[bytes]:
    row = await _row(work, template_id)
    context = await _edit(work, row, _values(row), request.query_params.get("lead", ""))
    return await page(request, work, "messages/template.html", context, title=row.label)


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
    given = await form(request)
    values = _typed(given)
    try:
        if given.get("try"):
            await service.check_template(work, values)
            context = await _edit(work, row, values, str(given.get("lead") or ""))
            return await page(request, work, "messages/template.html", context, title=values.label or "New template")
        saved = await service.save_template(work, values, template_id=row.id if row else None)
    except Invalid as problem:
        work.abandon()
        context = await _edit(work, row, values, "", tried=False)
        return await refused(
            request, work, "messages/template.html", context, problem, title=values.label or "New template"
        )
    return redirect(request, f"{HOME}/{saved.id}", Toast(f"Saved as version {saved.version}."))


@post(f"{HOME}/{{template_id:uuid}}/archive", opt=MANAGE)
async def archive_template(request: HttpRequest, work: WorkDep, template_id: FromPath[UUID]) -> Response[Any]:
    row = await service.archive_template(work, template_id)
    return redirect(request, HOME, Toast(f"{row.label} is archived. Messages that were sent stay."))


async def _row(work: Work, template_id: UUID) -> MessageTemplate:
    row = await queries.template(work, template_id)
    if row is None or row.archived_at is not None:
        raise NotFound
    return row


def _values(row: MessageTemplate) -> TemplateValues:
    return TemplateValues(**{name: getattr(row, name) for name in TemplateValues.__struct_fields__})


def _typed(given: dict[str, Any]) -> TemplateValues:
    texts = {name: str(given.get(name) or "") for name in TemplateValues.__struct_fields__}
    texts["channel"] = texts["channel"] if texts["channel"] in ("email", "sms") else "email"
    texts["purpose"] = (
        texts["purpose"] if texts["purpose"] in ("marketing", "servicing", "transactional") else "marketing"
    )
    return TemplateValues(**texts)  # type: ignore[arg-type]


async def _edit(
    work: Work, row: MessageTemplate | None, values: TemplateValues, lead_id: str, *, tried: bool = True
) -> EditPage:
    leads = await queries.some_leads(work, work.person)
    chosen = lead_id or (str(leads[0][0]) if leads else "")
    preview = await _preview(work, values, chosen) if tried and values.body else None
    return EditPage(
        template_id=row.id if row else None,
        version=row.version if row else 0,
        values=values,
        tokens=liquid.flat(TOKENS),
        leads=leads,
        lead_id=chosen,
        preview=preview,
        count=segments(preview.body if preview else values.body),
    )


async def _preview(work: Work, values: TemplateValues, lead_id: str) -> Any:
    """The words as this lead's person would get them; None while they can't be filled in."""
    try:
        lead = await find_lead(work, work.person, UUID(lead_id)) if lead_id else None
    except (ValueError, NotFound):
        lead = None
    contact = await work.get(Contact, lead.contact_id) if lead else None
    if contact is None:
        return None
    trial = MessageTemplate(name="trial", **{name: getattr(values, name) for name in TemplateValues.__struct_fields__})
    try:
        return await service.fill_in(work, trial, contact, lead)
    except Invalid:
        return None


HANDLERS: list[Any] = [
    list_templates,
    new_template,
    edit_template,
    create_template,
    save_template,
    archive_template,
]

"""What a template becomes for a real person, while it is being written: faults by line, segments, the mail in a frame, and
a test to oneself."""

import hashlib
from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.contacts.models import Contact
from app.core import drafts
from app.core.errors import FieldError, Invalid, NotFound
from app.core.pages import NO_STORE, Toast, form, page, redirect
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads.models import Lead
from app.leads.queries import lead as find_lead
from app.messages import queries, service
from app.messages.models import MessageTemplate, segments
from app.messages.service import TemplateValues, outside
from app.messages.service.words import Words, laid_out
from themes.catalogue import say
from themes.mjml import mail_model

HOME = "/admin/templates"
MANAGE: dict[str, Any] = {"permission": "templates.manage"}
View = Literal["wide", "phone", "dark"]
VIEWS: tuple[View, ...] = ("wide", "phone", "dark")
# A mail carries its styles with it; nothing in it may run or call out.
PAPER = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; font-src 'self'; frame-ancestors 'self';"
    " form-action 'none'; base-uri 'none'"
)
# What the harshest mail programs do to light mail on a dark device.
TURNED = (
    "<style>html{background:#111;filter:invert(1) hue-rotate(180deg)}img{filter:invert(1) hue-rotate(180deg)}</style>"
)


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """`words` is what the chosen lead's person gets, None while it can't be filled in; `address` the mail's frame."""

    key: str
    channel: str
    words: Words | None
    faults: list[FieldError]
    count: Any
    leads: list[tuple[UUID, str]]
    lead_id: str
    language: str
    view: View
    address: str
    has_spanish: bool


def draft_key(row: MessageTemplate | None, channel: str) -> str:
    return f"template-{row.id}" if row else f"template-new-{channel}"


def typed_values(given: dict[str, Any]) -> TemplateValues:
    """The form as it was posted; an odd channel or purpose is the usual one."""
    texts = {name: str(given.get(name) or "") for name in TemplateValues.__struct_fields__}
    texts["channel"] = texts["channel"] if texts["channel"] in ("email", "sms") else "email"
    known = ("marketing", "servicing", "transactional")
    texts["purpose"] = texts["purpose"] if texts["purpose"] in known else "marketing"
    return TemplateValues(**texts)  # type: ignore[arg-type]


async def look(
    work: Work, values: TemplateValues, key: str, lead_id: str, language: str, view: str, q: str = ""
) -> Look:
    leads = await queries.some_leads(work, work.person, q=q)
    chosen = lead_id or (str(leads[0][0]) if leads else "")
    faults = await _faults(work, values)
    words = None if faults else await _words(work, msgspec.to_builtins(values), chosen, language)
    stamp = hashlib.sha256(msgspec.json.encode([values, chosen, language])).hexdigest()[:12]
    known: View = view if view in VIEWS else "wide"  # type: ignore[assignment]
    return Look(
        key=key, channel=values.channel, words=words, faults=faults,
        count=segments(words.body if words else (values.body_es if language == "es" else values.body)),
        leads=leads, lead_id=chosen, language=language, view=known, has_spanish=bool(values.body_es),
        address=f"{HOME}/mail/{key}?lead={chosen}&language={language}&view={known}&v={stamp}",
    )  # fmt: skip


async def _faults(work: Work, values: TemplateValues) -> list[FieldError]:
    if not values.body:
        return []
    try:
        named = msgspec.structs.replace(values, label=values.label or "-", subject=values.subject or "-")
        await service.check_template(work, named)
    except Invalid as problem:
        return problem.errors
    return []


async def _words(work: Work, words: dict[str, Any], lead_id: str, language: str) -> Words | None:
    """None for a lead out of reach, without words, or while a value breaks them. Where there is no lead yet, to somebody invented."""
    found = await _person(work, lead_id)
    if (found is None and lead_id) or not words.get("body"):
        return None
    lead, contact = found or (None, service.invented())
    try:
        return await service.as_somebody(work, words, contact, lead, language)
    except Invalid:
        return None


async def _person(work: Work, lead_id: str) -> tuple[Lead, Contact] | None:
    try:
        row = await find_lead(work, work.person, UUID(lead_id)) if lead_id else None
    except (ValueError, NotFound):
        return None
    contact = await work.get(Contact, row.contact_id) if row else None
    return (row, contact) if row and contact else None


@post(f"{HOME}/look/{{key:str}}", opt=MANAGE)
async def show_look(request: HttpRequest, work: WorkDep, key: FromPath[str]) -> Response[bytes]:
    """While somebody types: keep it as their draft, say what is wrong, show it as the chosen person gets it."""
    given = await form(request)
    await drafts.keep(work, key, {name: value for name, value in given.items() if isinstance(value, str)})
    language = "es" if given.get("language") == "es" else "en"
    asked = (str(given.get("lead") or ""), language, str(given.get("view") or ""), str(given.get("q") or ""))
    context = {"look": await look(work, typed_values(given), key, *asked)}
    return await page(request, work, "messages/_look.html", context, title="")


@get(f"{HOME}/mail/{{key:str}}", opt=MANAGE)
async def show_mail(request: HttpRequest, work: WorkDep, key: FromPath[str]) -> Response[bytes]:
    """The mail as it is laid out, to stand in a frame of the editor. Raises NotFound while it can't be filled in."""
    asked = request.query_params
    language = "es" if asked.get("language") == "es" else "en"
    stored = await drafts.kept(work, key) or await _stored(work, key)
    words = await _words(work, stored, asked.get("lead", ""), language)
    request.scope["state"]["framed"] = True
    if words is None:
        raise NotFound
    leave = f"{outside.origin(work)}/u/preview" if stored.get("purpose") == "marketing" else ""
    made = await laid_out(words, mail_model(outside.look(work), {}, lang=language, unsubscribe_url=leave))
    html = made.html.replace("</head>", f"{TURNED}</head>") if asked.get("view") == "dark" else made.html
    headers = {**NO_STORE, "Content-Security-Policy": PAPER}
    return Response(html.encode(), media_type="text/html; charset=utf-8", headers=headers)


async def _stored(work: Work, key: str) -> dict[str, Any]:
    try:
        row = await queries.template(work, UUID(key.removeprefix("template-")))
    except ValueError:
        return {}
    return service.words_of(row) if row else {}


@post(f"{HOME}/trial/{{key:str}}", opt=MANAGE)
async def send_trial(request: HttpRequest, work: WorkDep, key: FromPath[str]) -> Response[Any]:
    """To oneself, from what stands in the form."""
    given = await form(request)
    values = typed_values(given)
    back = f"{HOME}/{key.removeprefix('template-')}" if not key.startswith("template-new") else f"{HOME}/new"
    asked = str(given.get("lead") or "")
    found = await _person(work, asked)
    faults = await _faults(work, values)
    if faults or (found is None and asked) or values.channel != "email" or not values.body:
        told = faults[0].message if faults else say("Choose whom the test is written as.")
        return redirect(request, back, Toast(told))
    await drafts.keep(work, key, {name: value for name, value in given.items() if isinstance(value, str)})
    await service.send_trial(work, key, found[0].id if found else None, "es" if given.get("language") == "es" else "en")
    return redirect(request, back, Toast(say("A test is on its way to %(address)s.", address=work.person.email)))


HANDLERS: list[Any] = [show_look, show_mail, send_trial]

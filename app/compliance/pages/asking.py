"""`/admin/compliance/ask`: what the gate would say to one person, now or at a time."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get

from app.compliance import forms, queries, service
from app.compliance.models import Verdict
from app.contacts.models import Contact
from app.core import clock, config
from app.core.errors import FieldError, Invalid, invalid
from app.core.pages import page, refused
from app.core.places import zone_label
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes.catalogue import say

URL = "/admin/compliance/ask"
CHANNELS = {"call": "Call", "sms": "Text", "email": "E-mail"}
PURPOSES = {"marketing": "Marketing", "servicing": "Servicing", "transactional": "Transactional"}


class AskPage(msgspec.Struct, frozen=True, kw_only=True):
    """`typed` is the question; `verdict` the answer for `contact`, None before anything was asked."""

    typed: dict[str, Any]
    channels: list[tuple[str, str]]
    purposes: list[tuple[str, str]]
    zone: str
    clock_words: str
    contact: Contact | None = None
    verdict: Verdict | None = None
    clocks: str = ""
    errors: list[FieldError] = []


@get(URL, opt={"permission": "compliance.view"})
async def ask_gate(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    """Nothing is reserved and nothing written down."""
    given = {name: value.strip()[:120] for name, value in request.query_params.items()}
    zone = await config.get(work, "zone")
    local = clock.now().astimezone(ZoneInfo(zone))
    typed = {"q": "", "channel": "call", "purpose": "marketing", "at": f"{local:%Y-%m-%dT%H:%M}", **given}
    blank = AskPage(
        typed=typed,
        channels=list(CHANNELS.items()),
        purposes=list(PURPOSES.items()),
        zone=zone,
        clock_words=zone_label(zone),
    )
    title = say("What would the gate say?")
    if not given.get("q"):
        return await page(request, work, "compliance/ask.html", blank, title=title)
    try:
        contact = await _contact(work, given["q"])
        verdict = await _verdict(work, contact.id, typed, zone)
    except Invalid as problem:
        return await refused(request, work, "compliance/ask.html", blank, problem, title=title)
    clocks = zone_label(verdict.zone) if verdict.zone else ""
    context = msgspec.structs.replace(blank, contact=contact, verdict=verdict, clocks=clocks)
    return await page(request, work, "compliance/ask.html", context, title=title)


async def _contact(work: Work, q: str) -> Contact:
    asked = forms.read_address(q)
    found = await queries.contacts_with(work, phone=asked.phone, email=asked.email)
    if not found:
        raise invalid("q", "Nobody on file has this number or address.", "missing")
    return found[0]


async def _verdict(work: Work, contact_id: UUID, typed: dict[str, Any], zone: str) -> Verdict:
    errors = []
    if typed["channel"] not in CHANNELS:
        errors.append(FieldError("channel", "not_allowed", "Choose a way to reach them."))
    if typed["purpose"] not in PURPOSES:
        errors.append(FieldError("purpose", "not_allowed", "Choose what it is about."))
    try:
        at = _moment(typed["at"], zone)
    except ValueError:
        errors.append(FieldError("at", "invalid_format", "Enter a day and a time."))
        at = clock.now()
    if errors:
        raise Invalid(errors)
    with clock.held_at(at):
        return await service.verdict(
            work, contact_id, typed["channel"], typed["purpose"], automated=bool(typed.get("automated"))
        )


def _moment(typed: str, zone: str) -> datetime:
    """The minute that is going on means now: what was put on a list seconds ago counts. Raises ValueError."""
    now = clock.now()
    at = datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(zone)) if typed else now
    return now if at == now.replace(second=0, microsecond=0) else at


HANDLERS: list[Any] = [ask_gate]

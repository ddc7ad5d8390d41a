"""The call button with its verdict, and the call under way with its script and outcomes."""

from typing import Any
from uuid import UUID

import msgspec

from app.calls import queries
from app.calls.models import OPEN, Call, Outcome
from app.calls.pages.after import Callback, callback_for, follows
from app.compliance import service as compliance
from app.compliance.models import Verdict
from app.contacts.models import Contact
from app.core import clock
from app.core.errors import FieldError, Invalid
from app.core.fields import Field
from app.core.web import HttpRequest
from app.core.work import Work
from app.leads import service as leads
from app.leads.models import Lead
from app.leads.queries import lead as find_lead
from app.messages.service import filled, tokens_for, usual_purpose
from themes.catalogue import say


class BarPage(msgspec.Struct, frozen=True, kw_only=True):
    """The call button, or the call that is going on, with its outcomes. `follows` says in words what each does."""

    lead: Lead
    contact: Contact
    call: Call | None
    going: bool
    seconds: int
    verdict: Verdict
    wait: str
    outcomes: list[Outcome]
    follows: dict[str, str]
    picked: str
    notes: str
    script: str
    callback: Callback
    demanded: list[Field]
    answers: dict[str, Any]
    only_going: bool = False
    here: str = ""
    errors: list[FieldError] = []


async def bar(
    work: Work, lead_id: UUID, *, typed: dict[str, Any] | None = None, problem: Invalid | None = None, here: str = ""
) -> BarPage:
    """Raises NotFound for a lead out of reach."""
    lead = await find_lead(work, work.person, lead_id)
    contact = await work.get(Contact, lead.contact_id)
    assert contact is not None
    call = await queries.open_call(work, work.person, lead_id)
    verdict = await compliance.verdict(work, contact.id, "call", await usual_purpose(work, contact.id))
    outcomes, typed = await queries.outcomes(work), typed or {}
    stages = await leads.stages(work, lead.pipeline_id)
    picked = str(typed.get("outcome") or _likely(call, outcomes))
    return BarPage(
        lead=lead,
        contact=contact,
        call=call,
        going=bool(call and call.state in OPEN),
        seconds=seconds(call),
        verdict=verdict,
        wait=wait(verdict),
        outcomes=outcomes,
        follows={each.name: follows(each, {stage.name: stage.label for stage in stages}) for each in outcomes},
        picked=picked,
        notes=str(typed.get("notes") or (call.notes if call else "")),
        script=await _script(work, lead, contact) if call else "",
        callback=callback_for(work, contact, verdict, str(typed.get("callback_at") or "")),
        demanded=await demanded(work, lead, picked, outcomes, problem),
        answers=typed,
        here=here,
        errors=problem.errors if problem else [],
    )


async def _script(work: Work, lead: Lead, contact: Contact) -> str:
    found = await queries.script(work, lead)
    return filled(found.text, await tokens_for(work, contact, lead)) if found else ""


async def demanded(
    work: Work, lead: Lead, picked: str, outcomes: list[Outcome], problem: Invalid | None
) -> list[Field]:
    """The fields that the refused move still wants, to be filled in at once."""
    if problem is None:
        return []
    outcome = next((each for each in outcomes if each.name == picked), None)
    stage = next((s for s in await leads.stages(work, lead.pipeline_id) if outcome and s.name == outcome.stage), None)
    if stage is None:
        return []
    wanted = {error.field for error in problem.errors}
    return [field for field in await leads.demanded(work, stage) if field.name in wanted]


def _likely(call: Call | None, outcomes: list[Outcome]) -> str:
    """What the line itself says: nobody answered, a machine did."""
    guess = {
        "no_answer": "no_answer",
        "busy": "no_answer",
        "canceled": "no_answer",
        "voicemail": "voicemail",
        "failed": "no_answer",
    }
    name = guess.get(call.state, "") if call else ""
    return name if any(each.name == name for each in outcomes) else ""


def seconds(call: Call | None) -> int:
    if call is None or call.answered_at is None:
        return 0
    return call.seconds or max(0, int(((call.ended_at or clock.now()) - call.answered_at).total_seconds()))


def wait(verdict: Verdict) -> str:
    """How long until the first lawful minute: "in 42 min"."""
    if verdict.allowed or verdict.next_lawful_at is None:
        return ""
    minutes = max(1, -(-int((verdict.next_lawful_at - clock.now()).total_seconds()) // 60))
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return say("in %(days)s days", days=hours // 24)
    if not hours:
        return say("in %(minutes)s min", minutes=minutes)
    if not rest:
        return say("in %(hours)s h", hours=hours)
    return say("in %(hours)s h %(minutes)s min", hours=hours, minutes=rest)


def title(context: BarPage) -> str:
    return f"{context.contact.name} · {say('Call')}"


def here_of(request: HttpRequest) -> str:
    return "queue" if request.query_params.get("in") == "queue" else ""

"""A lead in five lines, for whoever is about to call: who, what they want, what qualifies them, last
contact, first words.
"""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select

from app.calls.models import Call, Outcome
from app.calls.queries import outcomes
from app.core import clock, config, fields
from app.core.fields import Field, format_value
from app.core.permissions import Person
from app.core.work import Work
from app.leads.queries import LeadPage
from app.tasks.queries import TaskView
from themes import formats
from themes.catalogue import say

FACTS = 4
REASONS = 3
FRESH = timedelta(hours=1)


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """Each line as its parts; a part that is not known is left out."""

    who: list[str]
    wants: list[str]
    qualifies: list[str]
    last: str
    first_words: str
    promised: TaskView | None


async def brief(work: Work, person: Person, it: LeadPage) -> Brief:
    zone, lead, contact = ZoneInfo(person.zone), it.lead, it.contact
    call = await _last_call(work, lead.id)
    endings = {each.name: each for each in await outcomes(work, retired=True)}
    promised = next((task for task in it.tasks if task.kind == "call" and task.due_at), None)
    place = ", ".join(part for part in (contact.city, contact.state) if part)
    return Brief(
        who=[part for part in (contact.name, place, _language(it, contact.language)) if part],
        wants=[*_facts(it, person.locale, zone), say("from %(source)s", source=lead.source) if lead.source else ""],
        qualifies=[reason["label"] for reason in lead.score_reasons if reason["points"] > 0][:REASONS],
        last=_last(call, endings, lead.last_contact_at, person),
        first_words=_first_words(it, call, endings, promised, await config.get(work, "zone")) if contact.phone else "",
        promised=promised,
    )


def _facts(it: LeadPage, locale: str, zone: ZoneInfo) -> list[str]:
    """The tenant's own fields that are filled in, the amounts first."""
    held = [field for field in it.fieldset.custom if field.name in it.held and not field.sensitive]
    held.sort(key=lambda field: (field.type != "money", field.position))
    return [f"{field.label} {_shown(field, it, locale, zone)}" for field in held[:FACTS]]


def _shown(field: Field, it: LeadPage, locale: str, zone: ZoneInfo) -> str:
    text = format_value(field, it.held[field.name], locale, zone, short=True)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _language(it: LeadPage, code: str) -> str:
    if code == "en":
        return ""
    return say("speaks %(language)s", language=fields.in_sentence(it.fieldset["language"].label_of(code)))


async def _last_call(work: Work, lead_id: UUID) -> Call | None:
    made = select(Call).where(Call.lead_id == lead_id, Call.state != "refused", Call.outcome.is_not(None))
    return (await work.scalars(made.order_by(Call.at.desc(), Call.id.desc()).limit(1))).first()


def _last(call: Call | None, endings: dict[str, Outcome], at: datetime | None, person: Person) -> str:
    if call is not None:
        by = say("you") if call.agent_id == person.id else call.agent_name or say("somebody")
        note = f": “{call.notes.strip()[:120]}”" if call.notes.strip() else ""
        ending = endings.get(call.outcome or "")
        ended = ending.label if ending else say("Called")
        return say("%(outcome)s by %(who)s, %(ago)s", outcome=ended, who=by, ago=_ago(call.at)) + note
    return say("Contacted %(ago)s", ago=_ago(at)) if at else say("Never contacted")


def _ago(at: datetime) -> str:
    apart = clock.now() - at
    if apart < FRESH:
        return say("%(minutes)s min ago", minutes=max(1, int(apart.total_seconds() // 60)))
    if apart < timedelta(days=1):
        return say("%(hours)s h ago", hours=int(apart.total_seconds() // 3600))
    return say("yesterday") if apart.days == 1 else say("%(days)s days ago", days=apart.days)


def _first_words(
    it: LeadPage, call: Call | None, endings: dict[str, Outcome], promised: TaskView | None, zone: str
) -> str:
    """A line to begin with, from what happened last. A task to try again is no promise."""
    name = it.contact.first_name or say("there")
    missed = call is not None and _missed(call, endings.get(call.outcome or ""))
    if not missed and promised is not None and promised.due_at is not None and promised.due_at <= clock.now() + FRESH:
        return say("“Hello %(name)s, you asked me to call back about now.”", name=name)
    if call is not None and call.state == "voicemail":
        return say("“Hello %(name)s, I left you a message %(ago)s.”", name=name, ago=_ago(call.at))
    if call is not None and missed:
        return say("“Hello %(name)s, I tried to reach you %(ago)s.”", name=name, ago=_ago(call.at))
    if it.lead.last_contact_at is not None:
        ago = _ago(it.lead.last_contact_at)
        return say("“Hello %(name)s, we spoke %(ago)s. Is now a good moment?”", name=name, ago=ago)
    return _after_a_form(name, it.lead.created_at, zone)


def _missed(call: Call, ending: Outcome | None) -> bool:
    """Nobody spoke with them, and nothing was agreed."""
    silent = call.state in ("no_answer", "busy", "voicemail") or (ending is not None and ending.next == "retry")
    return silent and call.callback_at is None


def _after_a_form(name: str, came: datetime, zone: str) -> str:
    if clock.now() - came < FRESH:
        return say("“Hello %(name)s, you sent us a form just now. I'm calling about that.”", name=name)
    day = came.astimezone(ZoneInfo(zone)).date()
    if day == clock.now().astimezone(ZoneInfo(zone)).date():
        return say("“Hello %(name)s, you sent us a form earlier today. I'm calling about that.”", name=name)
    weekday = formats.weekday(day)
    return say("“Hello %(name)s, you sent us a form on %(day)s. I'm calling about that.”", name=name, day=weekday)

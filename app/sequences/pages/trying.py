"""A step tried out: a message as one real lead would get it with what the gate says now, and what a webhook sends."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from app.compliance import service as compliance
from app.contacts.models import Contact
from app.core.errors import Invalid, NotFound
from app.core.work import Work
from app.leads.queries import lead as find_lead
from app.messages.queries import some_leads
from app.messages.service import (
    TOKENS,
    TemplateValues,
    Words,
    check_template,
    fill_in,
    find_template,
    held_back,
    tokens_for,
)
from app.sequences.models import Sequence, Webhook
from app.sequences.service import message
from themes.catalogue import say

TOKEN = re.compile(r"\{[{%][^}%]*?\b(\w+)\.(\w+)")


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """`words` is None where they can't be filled in; `closed` says why this trade may not use the channel for it,
    `verdict` what the gate says about the chosen lead now, `becomes` what each token is for them (token, value), those
    that the template uses first.
    """

    template_url: str = ""
    tokens: str = ""
    words: Words | None = None
    closed: str = ""
    verdict: Any = None
    held: str = ""
    becomes: tuple[list[tuple[str, str]], list[tuple[str, str]]] = ([], [])
    leads: list[tuple[UUID, str]] = []
    lead_id: str = ""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """`body` is what the address would get about the chosen lead, as JSON; "" where there is nobody yet."""

    body: str
    leads: list[tuple[UUID, str]]
    lead_id: str


async def sample(work: Work, row: Sequence, names: list[str], lead_id: str) -> Sample:
    leads = await some_leads(work, work.person)
    chosen = lead_id or (str(leads[0][0]) if leads else "")
    lead = await _lead(work, chosen)
    step = Webhook(id="step", url="https://example.com/", fields=tuple(names))
    sent = await message(work, row, step, lead.id, "one for each person and step") if lead else None
    body = msgspec.json.format(msgspec.json.encode(sent), indent=2).decode() if sent else ""
    return Sample(body=body, leads=leads, lead_id=chosen)


async def trial(work: Work, kind: str, template: str, lead_id: str) -> Trial:
    """An unknown template or lead shows nothing. Raises NotFound for a kind that sends nothing."""
    if kind not in ("email", "sms"):
        raise NotFound
    leads = await some_leads(work, work.person)
    chosen = lead_id or (str(leads[0][0]) if leads else "")
    try:
        row = await find_template(work, template, kind)  # type: ignore[arg-type]
    except Invalid:
        return Trial(leads=leads, lead_id=chosen)
    lead = await _lead(work, chosen)
    contact = await work.get(Contact, lead.contact_id) if lead else None
    words = verdict = None
    if contact is not None:
        words = await _filled(work, row, contact, lead)
        verdict = await compliance.verdict(work, contact.id, kind, row.purpose, automated=True)  # type: ignore[arg-type]
    held = await held_back(work, kind, row.purpose)
    return Trial(
        held=held[1] if held else "",
        template_url=f"/admin/templates/{row.id}",
        tokens=row.body,
        words=words,
        closed=await _closed(work, row),
        verdict=verdict,
        becomes=_becomes(row, await tokens_for(work, contact, lead)) if contact is not None else ([], []),
        leads=leads,
        lead_id=chosen,
    )


def _becomes(row: Any, model: Mapping[str, Any]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Tokens that the template uses, then the others that a sequence can fill in."""
    words = " ".join((row.subject, row.body, row.button_label, row.button_link))
    used = list(dict.fromkeys(TOKEN.findall(words)))
    known = [(group, name) for group, names in TOKENS.items() for name in names if group in model]
    more = [token for token in known if token not in used]
    return _named(used, model), _named(more, model)


def _named(tokens: list[tuple[str, str]], model: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(f"{group}.{name}", str(model.get(group, {}).get(name, ""))) for group, name in tokens]


async def _lead(work: Work, lead_id: str) -> Any:
    try:
        return await find_lead(work, work.person, UUID(lead_id))
    except (ValueError, NotFound):
        return None


async def _filled(work: Work, row: Any, contact: Contact, lead: Any) -> Words | None:
    try:
        return await fill_in(work, row, contact, lead)
    except Invalid:
        return None


async def _closed(work: Work, row: Any) -> str:
    values = {name: getattr(row, name) for name in TemplateValues.__struct_fields__}
    try:
        await check_template(work, TemplateValues(**values))
    except Invalid as problem:
        return " ".join(
            say("%(fault)s Use e-mail or a call task.", fault=say(error.message))
            if error.code == "not_eligible"
            else say(error.message)
            for error in problem.errors
        )
    return ""

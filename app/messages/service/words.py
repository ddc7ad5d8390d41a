"""From a template to the words that one person gets."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import select

from app.access.models import PersonRow
from app.contacts.models import Contact
from app.core import blueprints, clock, config
from app.core.errors import FieldError, Invalid
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.messages.models import MessageTemplate
from app.messages.service.outside import firm_name, origin, own_number
from themes import liquid
from themes.blocks import blocks_as_text, frame, plain_blocks, read_blocks
from themes.catalogue import say
from themes.formats import money, phone
from themes.mjml import CompiledEmail, RenderedEmail, render_email
from themes.tokens import brand_of
from themes.view import viewing

SHIPPED = ("subject", "body", "button_label", "button_link", "subject_es", "body_es", "button_label_es")
# What a template may name. Higher slices add theirs with `declare_tokens`; they are empty where nobody gives
# them.
TOKENS: dict[str, Any] = {
    "contact": {
        "first_name": "First name",
        "last_name": "Last name",
        "name": "Name",
        "city": "City",
        "state": "State",
    },
    "lead": {"stage": "Stage", "value": "Value", "source": "Source"},
    "owner": {"name": "Owner", "first_name": "Owner's first name", "email": "Owner's e-mail"},
    "firm": {
        "name": "Your name",
        "phone": "Your phone",
        "email": "Your e-mail",
        "site": "Your site",
        "portal": "Portal link",
    },
    "invoice": {"number": "Number", "amount": "Amount", "due": "Due date", "link": "Link"},
    "program": {"creditor": "Creditor", "amount": "Amount", "date": "Date", "link": "Link"},
    "appointment": {"when": "When", "link": "Link"},
}


def declare_tokens(group: str, **labels: str) -> None:
    """Slices name what their messages can say: `declare_tokens("invoice", number="Number")`."""
    TOKENS.setdefault(group, {}).update(labels)


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A message without its layout. `button` is (label, link), empty for none."""

    body: str
    subject: str = ""
    button: tuple[str, str] | None = None


async def tokens_for(work: Work, contact: Contact, lead: Lead | None) -> dict[str, Any]:
    """What templates see of this person, formatted for their reader."""
    settings, brand = await config.everything(work), brand_of(work.tenant.brand)
    stage = await work.get(Stage, lead.stage_id) if lead else None
    owner = await _owner(work, lead)
    locale = "es_US" if contact.language == "es" else settings["locale"]
    with viewing({"locale": locale, "zone": settings["zone"]}, clock.now):
        value = money(lead.value_amount, lead.currency, short=True) if lead and lead.value_amount else ""
        number = phone(brand.support_phone or await own_number(work))
    return {
        "contact": {
            "first_name": contact.first_name, "last_name": contact.last_name, "name": contact.name, "city": contact.city or "",
            "state": contact.state or "",
        },
        "lead": {"stage": stage.label if stage else "", "value": value, "source": lead.source if lead else ""},
        "owner": owner or {"name": firm_name(work, brand), "first_name": firm_name(work, brand), "email": brand.support_email},
        "firm": {
            "name": firm_name(work, brand), "phone": number, "email": brand.support_email, "site": origin(work),
            "portal": f"{origin(work)}/portal",
        },
    }  # fmt: skip


async def _owner(work: Work, lead: Lead | None) -> dict[str, str] | None:
    if lead is None or lead.owner_id is None:
        return None
    row = (await work.execute(select(PersonRow.name, PersonRow.email).where(PersonRow.id == lead.owner_id))).first()
    return {"name": row.name, "first_name": row.name.split(" ")[0], "email": row.email} if row else None


async def fill_in(
    work: Work,
    template: MessageTemplate,
    contact: Contact,
    lead: Lead | None,
    extra: Mapping[str, Any] | None = None,
) -> Words:
    """The template as this person would get it, in their language where it has words for it.

    Raises Invalid where a value breaks it.
    """
    model = on_one_line({**(await tokens_for(work, contact, lead)), **(extra or {})})
    trust_shipped()
    texts = spoken(template, contact.language or "en")
    try:
        rows = await liquid.render_set([liquid.Piece(text, "text") for text in texts], [model])
    except liquid.TemplateFailed as failed:
        told = say(
            "%(template)s, line %(line)s: %(fault)s",
            template=template.label,
            line=failed.fault.line,
            fault=say(failed.fault.message),
        )
        raise Invalid([FieldError("template", "template_failed", told)]) from failed
    subject, body, label, link = (text.strip() for text in rows[0])
    return Words(subject=" ".join(subject.split()), body=body, button=(label, link) if label and link else None)


_TOKEN = re.compile(r"\{\{\s*(\w+)\.(\w+)\s*\}\}")


def filled(text: str, model: Mapping[str, Any]) -> str:
    """Plain words with their tokens filled in and no more logic than that: scripts and snippets. A token that nobody
    knows stays as it was typed.
    """
    return _TOKEN.sub(lambda found: str(model.get(found[1], {}).get(found[2], found[0])), text)


def spoken(template: MessageTemplate, language: str) -> list[str]:
    """Subject, body, button and its link in this language; English where the other has no body."""
    if language == "es" and template.body_es:
        subject, label = template.subject_es or template.subject, template.button_label_es or template.button_label
        return [subject, template.body_es, label, template.button_link.strip()]
    return [template.subject, template.body, template.button_label, template.button_link.strip()]


def on_one_line(model: Any) -> Any:
    """Values without line breaks: what somebody entered as their name must not begin a block of its own."""
    if isinstance(model, str):
        return " ".join(model.split())
    if isinstance(model, Mapping):
        return {name: on_one_line(value) for name, value in model.items()}
    return [on_one_line(value) for value in model] if isinstance(model, list | tuple) else model


@cache
def trust_shipped() -> None:
    """Words that ship with the product are rendered in this process; only what a tenant wrote goes to the
    jail.
    """
    for name in blueprints.names():
        for row in blueprints.load(name).get("templates") or []:
            for key in SHIPPED:
                liquid.trust(str(row.get(key) or "").strip())
    liquid.trust("")


@cache
def _frame() -> CompiledEmail:
    """Our one layout for all messages: the words come in as values, so nothing that anybody typed is ever a
    template.
    """
    made = frame()
    for text in (made.subject, made.text, made.html):
        liquid.trust(text)
    return made


async def laid_out(words: Words, model: Mapping[str, Any], *, built: bool = True) -> RenderedEmail:
    """Subject, text part and HTML in the brand's layout. `model` comes from `themes.mjml.mail_model`.

    `built`: the words come from a template, whose blocks count; what a person just typed is shown as typed.
    """
    blocks = read_blocks(words.body) if built else plain_blocks(words.body)
    if words.button:
        blocks.append({"kind": "button", "label": words.button[0], "link": words.button[1]})
    own = {"subject": words.subject, "blocks": blocks, "text_part": blocks_as_text(blocks)}
    return await render_email(_frame(), {**model, **own})

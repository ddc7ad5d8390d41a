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
from themes.formats import money, phone
from themes.mjml import CompiledEmail, RenderedEmail, render_email
from themes.paragraphs import Button, ours
from themes.tokens import brand_of
from themes.view import viewing

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
    """The template as this person would get it. Raises Invalid where a value breaks it."""
    model = {**(await tokens_for(work, contact, lead)), **(extra or {})}
    trust_shipped()
    texts = [template.subject, template.body, template.button_label, template.button_link.strip()]
    try:
        rows = await liquid.render_set([liquid.Piece(text, "text") for text in texts], [model])
    except liquid.TemplateFailed as failed:
        raise Invalid(
            [
                FieldError(
                    "template",
                    "template_failed",
                    f"{template.label}, line {failed.fault.line}: {failed.fault.message}",
                )
            ]
        ) from failed
    subject, body, label, link = (text.strip() for text in rows[0])
    return Words(subject=" ".join(subject.split()), body=body, button=(label, link) if label and link else None)


_TOKEN = re.compile(r"\{\{\s*(\w+)\.(\w+)\s*\}\}")


def filled(text: str, model: Mapping[str, Any]) -> str:
    """Plain words with their tokens filled in and no more logic than that: scripts and snippets. A token that nobody
    knows stays as it was typed.
    """
    return _TOKEN.sub(lambda found: str(model.get(found[1], {}).get(found[2], found[0])), text)


@cache
def trust_shipped() -> None:
    """Words that ship with the product are rendered in this process; only what a tenant wrote goes to the
    jail.
    """
    for name in blueprints.names():
        for row in blueprints.load(name).get("templates") or []:
            for key in ("subject", "body", "button_label", "button_link"):
                liquid.trust(str(row.get(key) or "").strip())
    liquid.trust("")


@cache
def _frame(with_button: bool) -> CompiledEmail:
    """Our one layout for all messages: the words come in as values, so nothing that anybody typed is ever a
    template.
    """
    button = Button("{{ button_label }}", "{{ button_link }}") if with_button else None
    blocks = "{% for line in lines %}{{ line }}\n{% endfor %}"
    return ours("{{ subject }}", blocks, button)


async def laid_out(words: Words, model: Mapping[str, Any]) -> RenderedEmail:
    """Subject, text part and HTML in the brand's layout. `model` comes from `themes.mjml.mail_model`."""
    label, link = words.button or ("", "")
    own = {
        "subject": words.subject,
        "lines": [line or " " for line in words.body.split("\n")],
        "button_label": label,
        "button_link": link,
    }
    return await render_email(_frame(words.button is not None), {**model, **own})

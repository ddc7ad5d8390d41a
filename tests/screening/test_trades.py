"""What each blueprint asks and sends fits together: questions, letters, languages."""

import pytest
from sqlalchemy import select

from app.core import blueprints, conditions, fields
from app.core.work import unit
from app.leads.models.fields import lost_reasons
from app.messages.models import Message, MessageTemplate
from app.screening import service
from tests.contacting import a_lead, acting, at

pytestmark = pytest.mark.anyio
TRADES = {"harbor": "debt-resolution", "summit": "sales", "keystone": "mva-intake", "willow": "customer-care"}
SPANISH = ("welcome", "missed_call")
# What is never said to a client of a debt firm, nor to somebody who was injured.
NEVER = {
    "debt-resolution": ("guarantee", "forgive ", "government", "erase", "save up to"),
    "mva-intake": ("worth", "you will win", "compensation of", "guarantee"),
}


@pytest.mark.parametrize("slug", ["harbor", "summit", "keystone"])
async def test_the_questionnaire_asks_fields_that_exist_with_reasons_and_letters_that_exist(cast, slug):
    async with unit(tenant=cast.tenants[slug]) as work:
        chosen = await service.setup(work)
        assert chosen is not None
        known = await fields.registry(work, "lead")
        reasons = {name for name, *_ in await lost_reasons(work)}
        letters = set(await work.scalars(select(MessageTemplate.name)))
    asked = [question for screen in chosen.screens for question in screen.questions]
    assert len(asked) >= 12 and {question.field for question in asked} <= set(known.names)
    assert len({question.field for question in asked}) == len(asked), "nothing is asked twice"
    for when in (*(question.when for question in asked), *(one.when for one in chosen.declines)):
        conditions.check(when, known)
    assert {one.reason for one in chosen.declines} <= reasons
    assert {one.template for one in chosen.declines if one.template} <= letters


@pytest.mark.parametrize("slug", TRADES)
async def test_what_starts_is_there_in_spanish_too(cast, slug):
    names = {one["name"]: one for one in blueprints.load(TRADES[slug])["templates"]}
    for name in SPANISH:
        assert names[name]["body_es"], name
    for name, one in names.items():
        if "body_es" in one:
            assert bool(one.get("subject")) == bool(one.get("subject_es")), name
            assert bool(one.get("button_label")) == bool(one.get("button_label_es")), name


@pytest.mark.parametrize("trade", NEVER)
def test_words_that_a_trade_never_uses(trade):
    for one in blueprints.load(trade)["templates"]:
        said = " ".join(str(one.get(key, "")) for key in ("subject", "body", "subject_es", "body_es")).lower()
        assert [word for word in NEVER[trade] if word in said] == [], one["name"]


async def test_a_template_is_sent_in_the_persons_language_where_there_is_one(cast):
    from app.contacts import service as contacts
    from app.messages import service as messages

    with at():
        lead = await a_lead(cast, "harbor")
        async with acting(cast, "harbor") as work:
            await contacts.update(work, lead.contact_id, {"language": "es"})
        async with acting(cast, "harbor") as work:
            await messages.send_email(work, lead.contact_id, lead_id=lead.id, template="welcome", key="a")
            await messages.send_email(work, lead.contact_id, lead_id=lead.id, template="invoice_notice", key="b")
            await messages.send_email(
                work, lead.contact_id, lead_id=lead.id, template="welcome", text="My own", key="c"
            )
        async with unit(tenant=cast.tenants["harbor"]) as work:
            sent = {one.key: one.body for one in await work.scalars(select(Message))}
    assert sent["a"].startswith("Hola Dana")
    assert sent["b"].startswith("Hello Dana"), "no Spanish one is there"
    assert sent["c"] == "My own", "what an agent wrote stays"

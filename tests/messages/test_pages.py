"""The composer and the template pages, as agents and administrators meet them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.messages.models import Message, MessageTemplate
from tests.contacting import a_lead, at, rows

pytestmark = pytest.mark.anyio
NIGHT = datetime(2026, 3, 11, 3, 0, tzinfo=UTC)


async def template_named(cast: Any, slug: str, name: str) -> MessageTemplate:
    return (await rows(cast, slug, select(MessageTemplate).where(MessageTemplate.name == name)))[0]


async def test_the_verdict_stands_before_a_word_is_typed(cast: Any) -> None:
    browser = await cast.browser("harbor", "luis")
    with at():
        lead = await a_lead(cast)
        text = await browser.get(f"/agent/leads/{lead.id}/composer?channel=sms", headers={"HX-Request": "true"})
        mail = await browser.get(f"/agent/leads/{lead.id}/composer?channel=email", headers={"HX-Request": "true"})
        reach = await browser.get(f"/agent/leads/{lead.id}/reach", headers={"HX-Request": "true"})
        whole = await browser.get(f"/agent/leads/{lead.id}/composer?channel=email")
    assert "Carriers refuse marketing texts for debt relief" in text.text and "<html" not in text.text
    assert ">OK</span>" in mail.text
    assert "OK until 8:00 pm Eastern · 0 of 3 in 24 h" in reach.text
    assert "<html" in whole.text and "Send e-mail" in whole.text


async def test_a_refused_text_keeps_the_words_and_names_the_law(cast: Any) -> None:
    browser = await cast.browser("summit", "luis")
    with at(NIGHT):
        lead = await a_lead(cast, "summit")
        answer = await browser.post(f"/agent/leads/{lead.id}/messages", {"channel": "sms", "text": "Are you awake?"})
    assert answer.status_code == 409
    assert "Are you awake?" in answer.text and "Florida allows texts from 8:00 am to 8:00 pm" in answer.text
    (message,) = await rows(cast, "summit", select(Message))
    assert message.state == "refused"


async def test_a_template_is_filled_in_as_this_person_and_sent_once(cast: Any) -> None:
    browser = await cast.browser("harbor", "luis")
    with at():
        lead = await a_lead(cast)
        welcome = await template_named(cast, "harbor", "welcome")
        url = f"/agent/leads/{lead.id}/composer?channel=email&template={welcome.id}"
        assert "Hello Dana," in (await browser.get(url)).text
        form = {
            "channel": "email",
            "template": str(welcome.id),
            "subject": "Hi",
            "text": "Hello Dana, shortly.",
            "once": "a1",
        }
        for _ in range(2):
            assert (await browser.post(f"/agent/leads/{lead.id}/messages", form)).status_code == 303
    (message,) = await rows(cast, "harbor", select(Message))
    assert (message.body, message.author_name) == ("Hello Dana, shortly.", "Luis Ortega")


async def test_an_empty_message_comes_back_as_a_form(cast: Any) -> None:
    browser = await cast.browser("harbor", "luis")
    with at():
        lead = await a_lead(cast)
        answer = await browser.post(
            f"/agent/leads/{lead.id}/messages", {"channel": "email", "subject": "Hi", "text": ""}
        )
    assert answer.status_code == 422 and "Write the message first." in answer.text
    assert await rows(cast, "harbor", select(Message)) == []


async def test_every_shipped_template_speaks(cast: Any) -> None:
    for slug in ("harbor", "summit", "keystone", "willow"):
        browser = await cast.browser(slug, "ada")
        with at():
            await a_lead(cast, slug)
            listed = await browser.get("/admin/templates")
            assert listed.status_code == 200
            for row in await rows(cast, slug, select(MessageTemplate)):
                assert row.label in listed.text.replace("&#39;", "'")
                shown = await browser.get(f"/admin/templates/{row.id}")
                assert shown.status_code == 200 and "As it arrives" in shown.text, (slug, row.name)


async def test_a_fault_is_told_by_line_and_nothing_typed_is_lost(cast: Any) -> None:
    browser = await cast.browser("harbor", "ada")
    row = await template_named(cast, "harbor", "welcome")
    form = {
        "label": "Welcome",
        "channel": "email",
        "purpose": "marketing",
        "subject": "Hi",
        "body": "Hello\n{{ contact.fist_name }}",
    }
    with at():
        answer = await browser.post(f"/admin/templates/{row.id}", form)
        assert answer.status_code == 422
        assert "Line 2: There is no token called contact.fist_name. Did you mean contact.first_name?" in answer.text
        assert "{{ contact.fist_name }}" in answer.text
        good = await browser.post(f"/admin/templates/{row.id}", {**form, "body": "Hello {{ contact.first_name }}"})
    assert good.status_code == 303
    assert (await template_named(cast, "harbor", "welcome")).version == 2


async def test_a_marketing_text_for_debt_relief_is_not_saved_and_says_why(cast: Any) -> None:
    form = {
        "label": "Offer",
        "channel": "sms",
        "purpose": "marketing",
        "body": "Hello {{ contact.first_name }}",
    }
    for slug, status in (("harbor", 422), ("summit", 303)):
        browser = await cast.browser(slug, "ada")
        answer = await browser.post("/admin/templates/new", form)
        assert answer.status_code == status
        if status == 422:
            assert "Carriers refuse marketing texts for debt relief" in answer.text and "30949" in answer.text
    harbor = await cast.browser("harbor", "ada")
    assert (await harbor.post("/admin/templates/new", {**form, "purpose": "servicing"})).status_code == 303


async def test_agents_do_not_change_templates(cast: Any) -> None:
    agent, admin = await cast.browser("harbor", "luis"), await cast.browser("harbor", "ada")
    assert (await agent.get("/admin/templates")).status_code == 404
    assert (await admin.get("/admin/templates")).status_code == 200


async def test_messages_of_others_are_not_listed(cast: Any) -> None:
    with at():
        lead = await a_lead(cast, owner="maria")
        maria, luis, ada = [await cast.browser("harbor", name) for name in ("maria", "luis", "ada")]
        await maria.post(
            f"/agent/leads/{lead.id}/messages", {"channel": "email", "subject": "Hi", "text": "A secret word"}
        )
        seen = [
            "A secret word" in (await browser.get("/agent/messages?view=all")).text for browser in (maria, luis, ada)
        ]
    assert seen == [True, False, True]

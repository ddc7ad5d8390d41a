"""Templates as their writers meet them: blocks, languages, versions, a test to oneself, and where each is used."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.contacts.models import Contact
from app.messages import service
from app.messages.models import Message, MessageTemplate, TemplateVersion
from app.messages.service.words import Words, laid_out
from tests.contacting import a_lead, acting, at, rows, simulator
from tests.drive import drain
from themes.blocks import read_blocks
from themes.mjml import Look, mail_model

pytestmark = pytest.mark.anyio
HOME = "/admin/templates"


async def named(cast: Any, name: str, slug: str = "harbor") -> MessageTemplate:
    return (await rows(cast, slug, select(MessageTemplate).where(MessageTemplate.name == name)))[0]


def form(**changes: Any) -> dict[str, Any]:
    return {
        "label": "Hello", "channel": "email", "purpose": "marketing", "subject": "Hello {{ contact.first_name }}",
        "body": "# For you\n\nHello {{ contact.first_name }},\n\n- one\n- two\n\nCity :: {{ contact.city }}\n\n[Open](https://example.com/x)",
        **changes,
    }  # fmt: skip


async def created(cast: Any, browser: Any, **changes: Any) -> str:
    answer = await browser.post(f"{HOME}/new", form(**changes))
    assert answer.status_code == 303
    return answer.headers["location"]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Hello", ["paragraph"]),
        ("# Head\n\nBody\n\n---", ["heading", "paragraph", "divider"]),
        ("- a\n- b\n\n[Go](https://example.com)", ["list", "button"]),
        ("Name :: Dana\nDate :: Friday", ["facts"]),
        ("See [Go](https://example.com) here", ["paragraph"]),
        ("[Go](javascript:alert(1))", ["paragraph"]),
        ("# Two\nlines", ["paragraph"]),
    ],
)
def test_blocks_are_read_from_plain_text(text: str, kinds: list[str]) -> None:
    assert [block["kind"] for block in read_blocks(text)] == kinds


async def test_blocks_arrive_as_what_they_are_and_what_is_typed_stays_typed(cast: Any) -> None:
    words = Words(subject="S", body="# Head\n\n<b>bold</b>\n\nCity :: Tampa\n\n[Go](https://example.com/?a=1&b=2)")
    built = await laid_out(words, mail_model(Look(name="Firm"), {}))
    plain = await laid_out(words, mail_model(Look(name="Firm"), {}), built=False)
    assert ">Head</h1>" in built.html and "&lt;b&gt;bold" in built.html and ">Tampa</td>" in built.html
    assert 'href="https://example.com/?a=1&amp;b=2"' in built.html and "Go: https://example.com/?a=1&b=2" in built.text
    assert "# Head" in plain.html and "<h1" not in plain.html and "[Go](" in plain.html


async def test_a_value_begins_no_block_of_its_own(cast: Any) -> None:
    with at():
        lead = await a_lead(cast, first_name="Dana\n\n[Pay](https://evil.example/)\n\n# Now")
        async with acting(cast, "harbor") as work:
            contact = await work.get(Contact, lead.contact_id)
            said = service.words_of(await service.find_template(work, "welcome"))
            row = MessageTemplate(name="x", **{**said, "body": "Hi {{ contact.first_name }}!"})
            words = await service.fill_in(work, row, contact, lead)
    assert [block["kind"] for block in read_blocks(words.body)] == ["paragraph"]


async def test_whoever_reads_spanish_gets_the_spanish_words(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    url = await created(cast, ada, subject_es="Hola {{ contact.first_name }}", body_es="Buenos días.\n\n# Para usted")
    template = (await rows(cast, "harbor", select(MessageTemplate).where(MessageTemplate.label == "Hello")))[0]
    with at():
        english, spanish = await a_lead(cast), await a_lead(cast, phone="+17275550143", email="ana@example.net")
        async with acting(cast, "harbor") as work:
            (await work.get(Contact, spanish.contact_id)).language = "es"
        async with acting(cast, "harbor") as work:
            said = [
                await service.send_email(work, lead.contact_id, lead_id=lead.id, template=template.id)
                for lead in (english, spanish)
            ]
    assert [message.subject for message in said] == ["Hello Dana", "Hola Dana"]
    assert said[1].body.startswith("Buenos días.") and url


async def test_every_version_is_kept_compared_and_brought_back(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    url = await created(cast, ada)
    assert (await ada.post(url, form(body="Something else.", seen="1"))).status_code == 303
    compared = await ada.get(f"{url}/versions/1")
    assert "<del># For you</del>" in compared.text and "<ins>Something else.</ins>" in compared.text
    assert (await ada.post(f"{url}/versions/1/restore")).status_code == 303
    (row,) = await rows(cast, "harbor", select(MessageTemplate).where(MessageTemplate.label == "Hello"))
    kept = await rows(cast, "harbor", select(TemplateVersion).where(TemplateVersion.template_id == row.id))
    assert row.body.startswith("# For you") and row.version == 3
    assert sorted(each.version for each in kept) == [1, 2, 3] and {each.saved_by for each in kept} == {"Ada Admin"}
    assert (await ada.get(f"{url}/versions/9")).status_code == 404


async def test_words_that_came_with_the_blueprint_come_back(cast: Any) -> None:
    ada, welcome = await cast.browser("harbor", "ada"), await named(cast, "welcome")
    changed = {**service.words_of(welcome), "body": "Ours."}
    assert (await ada.post(f"{HOME}/{welcome.id}", changed)).status_code == 303
    assert "Back to the words it came with" in (await ada.get(f"{HOME}/{welcome.id}")).text
    assert (await ada.post(f"{HOME}/{welcome.id}/reset")).status_code == 303
    after = await named(cast, "welcome")
    assert (after.body, after.version) == (welcome.body, welcome.version + 2)
    own = await created(cast, ada)
    assert (await ada.post(f"{own}/reset")).status_code == 404


async def test_two_who_write_at_once_are_told(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    url = await created(cast, ada)
    assert (await ada.post(url, form(body="First.", seen="1"))).status_code == 303
    late = await ada.post(url, form(body="Second.", seen="1"))
    assert late.status_code == 422 and "saved version 2 meanwhile" in late.text and "Second." in late.text
    assert 'name="seen" value="2"' in late.text
    assert (await ada.post(url, form(body="Second.", seen="2"))).status_code == 303


async def test_the_preview_shows_a_chosen_person_faults_by_line_and_keeps_the_draft(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    with at():
        lead = await a_lead(cast)
    url = await created(cast, ada)
    key = f"template-{url.rsplit('/', 1)[1]}"
    look = await ada.post(f"{HOME}/look/{key}", form(lead=str(lead.id), subject="Dear {{ contact.last_name }}"))
    assert "Dear Reyes" in look.text and f"{HOME}/mail/{key}?lead={lead.id}" in look.text and "<html" not in look.text
    mail = await ada.get(f"{HOME}/mail/{key}?lead={lead.id}")
    assert ">For you</h1>" in mail.text and "Hello Dana," in mail.text
    assert "script-src" not in mail.headers["content-security-policy"]
    faulty = await ada.post(f"{HOME}/look/{key}", form(body="One\n{{ contact.frist_name }}", lead=str(lead.id)))
    assert "Line 2" in faulty.text and "Did you mean contact.first_name?" in faulty.text
    again = await ada.get(url)
    assert "contact.frist_name" in again.text and "Not saved yet" in again.text
    assert (await ada.post(f"{url}/discard")).status_code == 303
    assert "frist_name" not in (await ada.get(url)).text


async def test_somebody_else_is_found_by_a_part_of_the_name(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    with at():
        await a_lead(cast)
        other = await a_lead(cast, first_name="Zelda", phone="+17275550144", email="zelda@example.net")
    look = await ada.post(f"{HOME}/look/template-new-email", form(q="zeld"))
    assert f'value="{other.id}"' in look.text and "Dana" not in look.text.partition("</select>")[0]


async def test_a_test_goes_to_its_writer_alone_marked_as_one(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast)
        for _ in range(3):
            sent = await ada.post(f"{HOME}/trial/template-new-email", form(lead=str(lead.id)))
            assert sent.status_code == 303
        await drain(cast.runtime)
        mails = peer.mails("ada@example.com")
        assert peer.mails("dana@example.net") == [] and len(mails) == 3
        assert (await ada.post(f"{HOME}/trial/template-new-email", form(lead=str(lead.id)))).status_code == 429
    assert mails[0].headers["Subject"] == "[Test] Hello Dana" and mails[0].headers["X-Test"] == "template"
    assert await rows(cast, "harbor", select(Message)) == []


async def test_before_there_is_anybody_an_invented_person_is_written_to(cast: Any) -> None:
    """A new tenant sees and tests its letters before the first lead."""
    ada = await cast.browser("summit", "ada")
    url = await created(cast, ada)
    page, key = (await ada.get(url)).text, f"template-{url.rsplit('/', 1)[1]}"
    assert "Dana Reyes, who is invented" in page and "Send me a test" in page
    assert "Hello Dana," in (await ada.get(f"{HOME}/mail/{key}?lead=")).text
    assert (await ada.get(f"{HOME}/mail/{key}?lead={uuid4()}")).status_code == 404
    with at(), simulator(cast.runtime) as peer:
        assert (await ada.post(f"{HOME}/trial/{key}", form())).status_code == 303
        await drain(cast.runtime)
        (mail,) = peer.mails("ada@example.com")
    assert mail.headers["Subject"] == "[Test] Hello Dana"


async def test_what_something_uses_is_not_taken_away(cast: Any) -> None:
    ada, welcome = await cast.browser("harbor", "ada"), await named(cast, "welcome")
    page = await ada.get(f"{HOME}/{welcome.id}")
    assert "/admin/sequences/" in page.text
    refused = await ada.post(f"{HOME}/{welcome.id}/archive")
    assert refused.status_code == 422 and "Choose another template there first" in refused.text
    own = await created(cast, ada)
    assert (await ada.post(f"{own}/archive")).status_code == 303 and (await ada.get(own)).status_code == 404
    assert (await ada.post(f"{own}/unarchive")).status_code == 303 and (await ada.get(own)).status_code == 200


async def test_templates_are_for_whoever_may_change_them(cast: Any) -> None:
    for who, expected in (("ada", 200), ("luis", 404)):
        browser = await cast.browser("harbor", who)
        assert (await browser.get(HOME)).status_code == expected
        assert (await browser.post(f"{HOME}/look/template-new-email", form())).status_code == expected

"""What the firm does reaches a client's open page by itself, and moves nothing under the hand that types."""

from typing import Any

import pytest
from playwright.async_api import expect

from app.core.work import unit
from app.messages import service as messages
from app.programs.models import Program
from app.support import service as support
from tests.browser.stage import PHONE, staged
from tests.contacting import acting
from tests.drive import drain
from tests.programs.making import a_client, a_program, an_offer
from tests.support.making import SLUG, a_ticket
from tests.support.making import a_client as a_customer

pytestmark = pytest.mark.anyio
TYPED = "Before I say yes, I would like to"
PLACE = "document.querySelector('textarea').getBoundingClientRect().top"


async def clients(cast: Any, *names: str) -> list[Program]:
    """Each in a program of their own."""
    made = [await a_program(cast.tenants["harbor"], first=name) for name in names]
    for name, program in zip(names, made, strict=True):
        await a_client(cast, "harbor", program.contact_id, name)
    return made


async def say(cast: Any, program: Program, text: str) -> None:
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await messages.write_out(work, program.contact_id, text)


async def test_a_message_arrives_while_the_client_types_and_only_with_them(cast: Any) -> None:
    dana, _ = await clients(cast, "Dana", "Erin")
    async with staged(cast) as stage:
        page = await stage.seat("harbor", "dana", "/portal/messages", size=PHONE)
        other = await stage.seat("harbor", "erin", "/portal/messages", size=PHONE)
        await page.wait_for_load_state("networkidle")
        await page.locator("textarea").press_sequentially(TYPED)
        before = await page.evaluate(PLACE)
        for number in range(4):
            await say(cast, dana, f"Word {number} of your advisor. " * 12)
        await expect(page.locator("#talk li")).to_have_count(4)
        await expect(page.locator("textarea")).to_have_value(TYPED)
        await expect(page.locator("textarea")).to_be_focused()
        assert abs(await page.evaluate(PLACE) - before) < 2, "the field moved under the hand"
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator("#talk li").last).to_contain_text(TYPED)
        await expect(other.locator("#talk")).to_contain_text("No messages yet")


async def test_home_and_the_bell_tell_of_an_offer_and_of_a_message_by_themselves(cast: Any) -> None:
    (dana,) = await clients(cast, "Dana")
    harbor = cast.tenants["harbor"]
    async with staged(cast) as stage:
        page = await stage.seat("harbor", "dana", "/portal", size=PHONE)
        await page.wait_for_load_state("networkidle")
        await expect(page.locator("#home")).to_contain_text("Nothing to do just now")
        await say(cast, dana, "Call me when you can.")
        await expect(page.locator("#home")).to_contain_text("One new message for you")
        await drain(cast.runtime, harbor)
        await expect(page.locator("#bell .count")).to_have_text("1")
        await an_offer(harbor, dana)
        await expect(page.locator("#home")).to_contain_text("First Example Bank would take $1,500.00")


async def test_a_clients_yes_reaches_the_programs_open_page_but_not_a_form_in_use(cast: Any) -> None:
    (dana,) = await clients(cast, "Dana")
    offer = await an_offer(cast.tenants["harbor"], dana)
    async with staged(cast) as stage:
        luis = await stage.seat("harbor", "luis", f"/agent/programs/{dana.id}")
        client = await stage.seat("harbor", "dana", f"/portal/offers/{offer}", size=PHONE)
        await luis.wait_for_load_state("networkidle")
        await luis.locator("summary", has_text="Enter an offer").first.click()
        await luis.get_by_label("The creditor takes").first.fill("2,000")
        await client.get_by_role("button", name="Approve").click()
        await client.wait_for_url("**/portal")
        await luis.wait_for_timeout(1_200)
        await expect(luis.get_by_label("The creditor takes").first).to_have_value("2,000")
        await luis.locator("summary", has_text="Enter an offer").first.click()
        await expect(luis.locator("#debts")).to_contain_text("client approved, just now")


async def test_an_answer_to_a_request_reaches_its_open_page(cast: Any) -> None:
    ticket, lead = await a_ticket(cast, channel="portal")
    await a_customer(cast, lead)
    async with staged(cast) as stage:
        page = await stage.seat(SLUG, "cleo", f"/portal/tickets/{ticket.id}", size=PHONE)
        await page.wait_for_load_state("networkidle")
        await page.locator("textarea").fill(TYPED)
        async with acting(cast, SLUG) as work:
            await support.note(work, ticket.id, "A secret among us")
            await support.reply(work, ticket.id, support.Reply(text="Which kettle is it?", channel="portal"))
        await expect(page.locator("#said")).to_contain_text("Which kettle is it?")
        await expect(page.locator("#said")).not_to_contain_text("secret")
        await expect(page.locator("textarea")).to_have_value(TYPED)


async def test_staff_see_the_clients_words_and_that_theirs_were_read(cast: Any) -> None:
    (dana,) = await clients(cast, "Dana")
    harbor = cast.tenants["harbor"]
    await say(cast, dana, "Shall we go on?")
    async with staged(cast) as stage:
        luis = await stage.seat("harbor", "luis", f"/agent/leads/{dana.lead_id}")
        await expect(luis.locator("#secure-thread")).to_contain_text("not read yet")
        await stage.seat("harbor", "dana", "/portal/messages", size=PHONE)
        await expect(luis.locator("#secure-thread")).not_to_contain_text("not read yet")
        async with unit(tenant=harbor) as work:
            await messages.write_in(work, dana.contact_id, "Yes, please.")
        await expect(luis.locator("#secure-thread")).to_contain_text("Yes, please.")

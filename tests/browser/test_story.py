"""The story of the demo in a real browser, act by act: a tenant opens, a lead comes, is worked, the house changes, a client
agrees, and the figures stand at the top.
"""

import re
from io import BytesIO

import httpx
import pytest
from playwright.async_api import expect
from pypdf import PdfReader
from sqlalchemy import select, update

from app.billing.models import Invoice
from app.calls.service import Logged, OutcomeValues, log_call
from app.core.meters import read, write
from app.core.work import unit
from app.leads.models import Lead
from app.programs.models import Settlement
from tests.browser.serving import listening
from tests.browser.stage import PHONE, looks_right, staged
from tests.contacting import a_lead, acting, at, simulator
from tests.drive import drain
from tests.programs.making import a_client, a_program, an_offer, settled
from tests.provider.test_console import drop
from tests.publishers.conftest import lead, open_desk
from tests.publishers.test_portal import sign_in

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def test_act_one_a_tenant_is_opened_and_wears_its_colour_on_its_own_host(cast, runtime):
    try:
        async with staged(cast) as stage:
            page = await stage.seat("console", "northwind", "/console")
            await expect(page.locator("main")).to_contain_text("Harbor Debt Relief")
            await expect(page.locator("main")).not_to_contain_text("Keystone Injury Law")
            await looks_right(page)
            await page.goto(stage.url("console", "/console/tenants/new"))
            await page.fill("[name=name]", "Cedar Finance")
            await page.fill("[name=slug]", "cedar")
            await expect(page.locator("#slug-verdict")).to_contain_text("free")
            await page.locator("[name=blueprint][value=debt-resolution]").check(force=True)
            await page.fill("[name=admin_email]", "cora@example.com")
            await looks_right(page)
            await page.get_by_role("button", name="Create tenant").click()
            await page.wait_for_url(re.compile("/console/.*[0-9a-f-]{36}"))
            await drain(runtime)
            await page.reload()
            await expect(page.locator("main")).to_contain_text("is ready")
            await looks_right(page)
            runtime.directory.forget()
            async with page.context.expect_page() as opened:
                await page.get_by_role("link", name="Open").click()
            visitor = await opened.value
            await visitor.wait_for_load_state()
            assert visitor.url == stage.url("cedar", "/login")
            await expect(visitor).to_have_title(re.compile("Cedar Finance"))
            assert "marquee" not in (await visitor.content()).lower()
            await looks_right(visitor)
            await page.goto(stage.url("console", "/console"))
            await expect(page.locator("main")).to_contain_text("Cedar Finance")
    finally:
        await drop(runtime, "cedar")


async def test_act_two_a_posted_lead_slides_in_and_every_answer_is_told(cast):
    desk = await open_desk(cast, name="Clearwater Media")
    await sign_in(cast, desk, "hugo")
    async with staged(cast) as stage:
        page = await stage.seat("harbor", "hugo", "/publisher/leads?test=all")
        await listening(page)
        headers = {"Authorization": f"Bearer {desk.secret}", "Host": f"harbor.localhost:{stage.port}"}
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{stage.port}", headers=headers, trust_env=False
        ) as curl:

            async def post(**changes):
                return (await curl.post("/intake/v1/leads", json=lead(**changes))).json()

            first = await post(ref="A-1")
            assert first["status"] == "accepted" and first["price"] == {"amount": 4500, "currency": "USD"}
            await expect(page.locator("#sent")).to_contain_text("A-1", timeout=15_000)
            assert (await post(ref="A-2"))["status"] == "duplicate"
            (reason,) = (await post(number=143, zip=None, ref="A-3"))["reasons"]
            assert (reason["field"], reason["code"]) == ("zip", "missing") and reason["message"]
            test = await post(number=144, test=True, ref="A-4")
            assert test["status"] == "accepted" and not (test.get("price") or {}).get("amount")
        await expect(page.locator("#sent")).to_contain_text("A-4", timeout=15_000)
        await expect(page.locator("#sent")).to_contain_text("Test")
        await looks_right(page)
        for path in ("/publisher", "/publisher/spec"):
            await page.goto(stage.url("harbor", path))
            await looks_right(page)


async def test_act_three_the_agent_calls_writes_and_is_refused_by_the_third_call(cast):
    with at(), simulator(cast.runtime):
        dana = await a_lead(cast)
        carla = await a_lead(cast, phone="+18135550143", email="carla@example.net", first_name="Carla")
        async with acting(cast, "harbor") as work:
            for _ in range(3):
                given = Logged(outcome=OutcomeValues(outcome="no_answer"))
                await log_call(work, carla.id, work.person, given)
        async with unit(tenant=cast.tenants["harbor"]) as work:
            await work.execute(update(Lead).where(Lead.id == dana.id).values(value_amount=5_000_000))
        async with staged(cast) as stage:
            page = await stage.seat("harbor", "luis", f"/agent?lead={dana.id}")
            await page.wait_for_load_state("networkidle")
            await looks_right(page)
            await page.keyboard.press("c")
            await expect(page.locator("#call-state")).to_contain_text("Calling")
            await expect(page.locator("#field-call-notes")).to_be_focused()
            await page.keyboard.press("Escape")
            await page.keyboard.press("2")
            await expect(page.locator("#field-callback_at")).not_to_have_value("")
            await page.keyboard.press("Enter")
            await expect(page.locator("ui-toasts")).to_contain_text("Callback")
            await page.goto(stage.url("harbor", f"/agent?lead={carla.id}"))
            await page.wait_for_load_state("networkidle")
            bar = page.locator("#call-bar")
            await expect(bar.get_by_role("button", name="Call Carla")).to_have_count(0)
            await bar.locator("summary:visible").first.click()
            await expect(bar).to_contain_text("Fla. Stat.")
            await looks_right(page)
            await page.keyboard.press("?")
            await expect(page.locator("dialog[open], [popover]:popover-open").first).to_be_visible()


async def test_act_four_a_yellow_brand_is_worn_at_once_and_routing_swaps(cast, runtime):
    async with staged(cast) as stage:
        luis = await stage.seat("harbor", "luis", "/agent")
        sheet = luis.locator("link[href*='/brand/brand-'], link[href*='default']").last
        before = await sheet.get_attribute("href")
        ada = await stage.seat("harbor", "ada", "/admin/brand")
        await ada.locator("[name=colour]").first.fill("#ffd400")
        await looks_right(ada)
        await ada.locator("button[name=then][value=publish]").first.click()
        await ada.wait_for_load_state("load")
        await expect(ada.locator("main")).to_contain_text(re.compile("dark text|contrast|readable", re.I))
        assert (await drain(runtime))["failed"] == 0
        runtime.directory.forget()
        await luis.reload()
        assert await sheet.get_attribute("href") != before
        await looks_right(luis)
        for path in ("/admin/sequences", "/admin/audit"):
            await ada.goto(stage.url("harbor", path))
            await looks_right(ada)
        await ada.goto(stage.url("harbor", "/admin/routing"))
        names = ada.locator("#rules .row-link")
        first, second = await names.nth(0).inner_text(), await names.nth(1).inner_text()
        await ada.get_by_role("button", name="Up").first.click()
        await expect(names.nth(0)).to_have_text(second)
        await expect(names.nth(1)).to_have_text(first)
        await expect(ada.locator("main")).to_contain_text("A draft, not live yet.")
        await looks_right(ada)


async def test_act_five_the_client_agrees_on_a_phone_and_reads_the_bill(cast, runtime):
    harbor = cast.tenants["harbor"]
    program = await a_program(harbor)
    await settled(harbor, await an_offer(harbor, program))
    offer = await an_offer(harbor, program, 1, 250_000)
    dana = await a_client(cast, "harbor", program.contact_id, "Dana")
    assert (await drain(runtime))["failed"] == 0
    async with staged(cast) as stage:
        page = await stage.seat("harbor", "dana", "/portal", size=PHONE)
        await expect(page.locator("main")).to_contain_text("1 of 3 debts settled")
        await looks_right(page)
        await page.goto(stage.url("harbor", f"/portal/offers/{offer}"))
        await looks_right(page)
        await page.get_by_role("button", name="Approve").click()
        await expect(page.locator("main")).not_to_contain_text("would take")
        await page.goto(stage.url("harbor", "/portal/invoices"))
        await looks_right(page)
        async with unit(tenant=harbor) as work:
            invoice = (await work.scalars(select(Invoice))).one()
            assert (await work.get(Settlement, offer)).state == "approved"
        bill = await dana.get(f"/portal/invoices/{invoice.id}")
        answer = await dana.get(re.search(r"/portal/documents/[0-9a-f-]+", bill.text)[0])
        words = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
        assert "Harbor Debt Relief" in words and str(invoice.number) in words and "marquee" not in words.lower()


async def test_act_six_the_figures_stand_at_the_top(cast, runtime):
    desk = await open_desk(cast)
    assert (await desk.post(lead())).json()["status"] == "accepted"
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await write(await read(work), "")
    async with staged(cast) as stage:
        ada = await stage.seat("harbor", "ada", "/admin/reports")
        await looks_right(ada)
        olga = await stage.seat("console", "northwind", "/console")
        row = olga.locator("main").get_by_role("row").filter(has_text="Harbor Debt Relief")
        await expect(row.get_by_role("cell", name="1", exact=True)).to_be_visible()
        await looks_right(olga)

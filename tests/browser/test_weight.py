"""What a first view weighs, how often it asks the database, and whether anything jumps: printed, and held to design §4.

    .venv/bin/python -m pytest tests/browser/test_weight.py -s

Bytes are those on the wire with a cold cache (gzip: without TLS browsers take nothing better), charts apart and, for
clients, the brand's font apart: the words stand there before it comes. Statements are those of the page's own request,
those that bind the tenant among them. Fifty rows stand in every list.
"""

from collections import Counter
from contextlib import asynccontextmanager

import msgspec
import pytest
from playwright.async_api import async_playwright

from app.access import service as access
from app.core.work import unit
from tests.browser.screenshots import FLAGS
from tests.browser.serving import PROGRAM, served
from tests.counting import counted
from tests.leads.making import a_lead, person_id
from tests.programs.making import a_client, a_program, an_offer, settled
from tests.publishers.conftest import lead as posted
from tests.publishers.conftest import open_desk
from tests.world import PASSWORD

pytestmark = pytest.mark.anyio
STAFF, CLIENT, LIST, JUMP = 120, 60, 40, 0.05
SHIFT = """() => new Promise(done => {
  let sum = 0
  new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) sum += e.value }))
    .observe({type: "layout-shift", buffered: true})
  setTimeout(() => done(sum), 400)
})"""


class View(msgspec.Struct):
    """A page of somebody: its path, how many statements it may use, whether it is a list of fifty rows."""

    who: str
    path: str
    statements: int
    rows: bool = False


VIEWS = [
    View("visitor", "/login", 5),
    View("luis", "/agent", 30),  # with a lead at hand, in the hours in which people may be called
    View("luis", "/agent/leads", 22, rows=True),
    View("luis", "/agent/leads/{lead}", 30),
    View("luis", "/agent/board", 24),
    View("luis", "/agent/tasks", 12),
    View("luis", "/agent/messages", 12),
    View("luis", "/account", 12),
    View("ada", "/admin", 40),
    View("ada", "/admin/people", 10),
    View("ada", "/admin/audit", 12, rows=True),
    View("ada", "/admin/scoring", 30),
    View("ada", "/admin/routing", 26),
    View("ada", "/admin/sequences", 18),
    View("ada", "/admin/compliance", 14),
    View("ada", "/admin/brand", 12),
    View("ada", "/admin/publishers", 12),
    View("ada", "/admin/reports", 12),
    View("pia", "/publisher", 15),
    View("pia", "/publisher/leads", 12, rows=True),
    View("pia", "/publisher/spec", 14),
    View("dana", "/portal", 22),
    View("dana", "/portal/program", 24),
    View("dana", "/portal/documents", 12),
    View("dana", "/portal/messages", 16),
    View("dana", "/portal/more", 18),
]


@asynccontextmanager
async def looking(cast):
    """A browser, and how to open a page in it with nothing in its cache: bytes on the wire and layout shift."""
    async with served(cast.app) as port, async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=PROGRAM, args=FLAGS)

        async def look(browser, path):
            context = await chromium.new_context(viewport={"width": 1280, "height": 800})
            jar = [
                {"name": c.name, "value": c.value, "domain": "harbor.localhost", "path": "/"}
                for c in browser.client.cookies.jar
            ]
            await context.add_cookies(jar)
            page = await context.new_page()
            wire, kinds, parts = await context.new_cdp_session(page), {}, Counter()
            await wire.send("Network.enable")
            wire.on("Network.responseReceived", lambda got: kinds.update({got["requestId"]: got["type"]}))
            wire.on(
                "Network.loadingFinished",
                lambda end: parts.update({kinds.get(end["requestId"], "Other"): end["encodedDataLength"] / 1000}),
            )
            await page.goto(f"http://harbor.localhost:{port}{path}")
            jump = await page.evaluate(SHIFT)
            await context.close()
            return parts, jump

        yield look
        await chromium.close()


async def people(cast, rows=50):
    """Browsers by name, in a tenant with so many leads of luis, a publisher with as many posted ones, a client half-way."""
    harbor, owner = cast.tenants["harbor"], await person_id(cast, "luis")
    leads = [await a_lead(cast, owner_id=owner, total_debt=20_000) for _ in range(rows)]
    desk = await open_desk(cast)
    for number in range(rows):
        await desk.post(posted(phone=f"727555{2000 + number}", email=f"p{number}@example.com"))
    async with unit(tenant=harbor) as work:
        await access.create_person(
            work,
            email="pia@example.com",
            name="Pia Partner",
            role="publisher",
            password=PASSWORD,
            party_id=desk.publisher_id,
        )
    program = await a_program(harbor)
    dana = await a_client(cast, "harbor", program.contact_id, "Dana")
    await settled(harbor, await an_offer(harbor, program, 1))
    await an_offer(harbor, program)
    staff = {name: await cast.browser("harbor", name) for name in ("luis", "ada", "pia")}
    return {**staff, "dana": dana, "visitor": cast.visitor("harbor")}, leads[0]


async def test_first_views_keep_to_their_weight(cast):
    who, lead_id = await people(cast)
    faults = []
    async with looking(cast) as look:
        for view in VIEWS:
            path = view.path.format(lead=lead_id)
            await who[view.who].get(path)  # what is cached by process is cached
            with counted() as said:
                answer = await who[view.who].get(path)
            parts, jump = await look(who[view.who], path)
            client = view.who in ("dana", "visitor")
            most, html = CLIENT if client else STAFF, parts["Document"]
            weight = parts.total() - (parts["Font"] if client else 0)
            print(
                f"{view.who:8}{view.path:26}{weight:6.1f} kB, font {parts['Font']:4.1f}, HTML {html:5.1f} of"
                f" {len(answer.content) / 1000:5.1f}, {len(said):3} statements, jumps {jump:.3f}"
            )
            checks = {
                f"answers {answer.status_code}": answer.status_code == 200,
                f"{weight:.0f} kB of {most}": weight <= most,
                f"{html:.0f} kB HTML of {LIST}": not view.rows or html <= LIST,
                f"jumps by {jump:.3f}": jump <= JUMP,
                f"{len(said)} statements of {view.statements}": len(said) <= view.statements,
            }
            faults += [f"{view.path}: {what}" for what, holds in checks.items() if not holds]
    assert not faults, "\n".join(faults)

"""Somebody who reads Spanish: client and visitor meet no English sentence of ours."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from app.access.models import PersonRow
from app.contacts.models import Contact
from app.core.work import unit
from app.leads.models import Lead
from app.messages.models import Message
from app.portal import service
from app.portal.models import EVENTS
from tests.programs.making import a_client, a_lead, a_program, an_offer, settled

pytestmark = pytest.mark.anyio
# Words that no Spanish sentence has; names, brands and what people wrote themselves hold none of them.
ENGLISH = re.compile(
    r"\b(the|and|your|you|we|with|this|that|from|not|are|has|have|choose|enter|send|sign|page|next|what|when|how|"
    r"please|back|new|solved|show|open|close|call|message|amount|day|of|is|for|to|by|in|on|or|yes|name|more|settled|deposits?|"
    r"debts?|documents|invoices?|home|password|code|months?|monday|friday|saturday|january|march|december|november)\b",
    re.IGNORECASE,
)
OURS = (
    "First Example Bank",
    "Second Example Bank",
    "Third Example Bank",
    "Harbor Debt Relief",
    "New York",
    "Willow Care",
    "English",
)


def english(answer, without=()):
    """Every English word that the page shows or says to a screen reader, with what stands around it; leaves out what
    stands in the elements `without`."""
    tags = "|".join(("script", "style", "svg", "kbd", *without))
    body = re.sub(rf"<({tags})\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    labels = " ".join(re.findall(r'\b(?:aria-label|placeholder|alt|title)="([^"]*)"', body))
    titles = re.findall(r"<title>(.*?)</title>", body)
    words = unescape(re.sub(r"\s+", " ", f"{re.sub(r'<[^>]+>', ' ', body)} | {labels} | {titles}"))
    for name in OURS:
        words = words.replace(name, "…")
    return {words[max(0, hit.start() - 40) : hit.end() + 40] for hit in ENGLISH.finditer(words)}


@pytest.fixture
async def ana(cast):
    """A client half-way through a program, who chose Spanish."""
    harbor = cast.tenants["harbor"]
    program = await a_program(harbor, first="Ana")
    browser = await a_client(cast, "harbor", program.contact_id, "Ana")
    await settled(harbor, await an_offer(harbor, program, 1))
    offer = await an_offer(harbor, program)
    assert (await browser.post("/language", {"lang": "es"})).status_code == 303
    return browser, program, offer


WALK = (
    "/portal", "/portal/program", "/portal/documents", "/portal/invoices", "/portal/messages", "/portal/more", "/portal/leaving",
    "/account", "/account/confirm", "/account/password", "/portal/nowhere",
)  # fmt: skip


async def test_a_client_reads_spanish_on_every_page(ana):
    browser, _, _ = ana
    pages = {path: await browser.get(path, follow_redirects=True) for path in WALK}
    assert [path for path, page in pages.items() if 'lang="es"' not in page.text] == []
    found = [f"{path}: {each}" for path, page in pages.items() for each in english(page)]
    assert not found, "\n".join(found)
    assert [page.status_code for page in pages.values()] == [200] * (len(WALK) - 1) + [404]


async def test_an_offer_its_question_and_its_yes_are_spanish(ana):
    browser, _, offer = ana
    shown = await browser.get(f"/portal/offers/{offer}")
    assert english(shown) == set() and "$1,500.00" in shown.text
    refused = await browser.post(f"/portal/offers/{offer}/ask", {"question": ""})
    assert refused.status_code == 422 and english(refused) == set()
    assert (await browser.post(f"/portal/offers/{offer}/approve")).status_code == 303
    assert english(await browser.get("/portal")) == set()


VISITS = (
    "/login",
    "/login/link",
    "/login/reset",
    "/login/code",
    "/nowhere",
    "/invitation/no-such-token",
    "/login/link/no-such-token",
)


async def test_a_visitor_reads_spanish_before_signing_in(cast):
    visitor, spanish = cast.visitor("harbor"), {"Accept-Language": "es-MX,es;q=0.9"}
    pages = {path: await visitor.get(path, headers=spanish, follow_redirects=True) for path in VISITS}
    assert [path for path, page in pages.items() if 'lang="es"' not in page.text] == []
    found = [f"{path}: {each}" for path, page in pages.items() for each in english(page)]
    assert not found, "\n".join(found)


async def test_a_language_that_was_chosen_before_signing_in_is_kept(cast):
    program = await a_program(cast.tenants["harbor"], first="Ana")
    browser = await a_client(cast, "harbor", program.contact_id, "Ana")
    browser.client.cookies.set("lang", "es", domain="harbor.localhost")
    page = await browser.get("/portal", follow_redirects=True)
    assert page.status_code == 200 and 'lang="es"' in page.text and english(page) == set()
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert (await work.get(Contact, program.contact_id)).language == "es", "mails and texts too"
    await browser.post("/language", {"lang": "en"})
    browser.client.cookies.set("lang", "es", domain="harbor.localhost")
    assert 'lang="en"' in (await browser.get("/portal", follow_redirects=True)).text, "their own choice stays"


async def test_every_notice_is_written_in_the_clients_language(ana, cast):
    _, program, _ = ana
    harbor = cast.tenants["harbor"]
    async with unit(tenant=harbor) as work:
        person = (await work.scalars(select(PersonRow).where(PersonRow.party_id == program.contact_id))).one()
        await service.choose(work, person.id, {name: ["email"] for name in EVENTS})
        for name in EVENTS:
            await service.tell(work, name, program.contact_id, program.id, f"told:{name}")
        found = select(Message.body).where(Message.channel == "email", Message.cause["notice"].astext.in_(EVENTS))
        bodies = list(await work.scalars(found))
    assert len(bodies) >= len(EVENTS) and all("Inicie sesión para verlo." in body for body in bodies)
    assert [hit[0] for body in bodies for hit in ENGLISH.finditer(body.replace("Harbor Debt Relief", "…"))] == []


async def test_a_refused_sign_in_says_why_in_spanish(cast):
    visitor = cast.visitor("harbor")
    first = await visitor.get("/login", headers={"Accept-Language": "es"})
    token = re.search(r'name="csrf-token" content="([^"]+)"', first.text)[1]
    typed = {"email": "ada@example.com", "password": "wrong words here", "_csrf": token}
    refused = await visitor.post("/login", typed, headers={"Accept-Language": "es"})
    assert refused.status_code == 422 and "no coinciden" in refused.text and english(refused) == set()
    same = await visitor.post("/login", typed, headers={"Accept-Language": "en"})
    assert "don&#39;t match" in same.text


async def test_a_customer_reads_requests_in_spanish(cast):
    lead_id = await a_lead(cast.tenants["willow"], "Ana")
    async with unit(tenant=cast.tenants["willow"]) as work:
        lead = await work.get(Lead, lead_id)
    browser = await a_client(cast, "willow", lead.contact_id, "Ana")
    await browser.post("/language", {"lang": "es"})
    refused = await browser.post("/portal/tickets", {"subject": "", "body": ""})
    assert refused.status_code == 422 and english(refused) == set()
    sent = await browser.post("/portal/tickets", {"subject": "Mi factura", "body": "No la encuentro."})
    assert sent.status_code == 303
    for path in ("/portal", "/portal/tickets", sent.headers["location"]):
        assert english(await browser.get(path)) == set(), path

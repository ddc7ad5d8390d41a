"""The desk of the demo: its guide walks and links, its mailbox finds, its contracts hold."""

import json
from datetime import timedelta
from html import unescape
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
from sqlalchemy import select

from app.access.models import Token
from app.core import clock
from app.core.ports.simulator.peer import Simulator
from app.core.work import unit
from app.demo import handbook
from app.demo.desk import letter
from app.demo.desk.pages import Desk
from app.demo.handbook import Handbook, Person, PublisherEntry, TenantEntry
from tests.browser.serving import served
from tests.contacting import a_lead
from tests.programs.making import a_client, a_program
from tests.world import PASSWORD

pytestmark = pytest.mark.anyio
SECRET = "simulator-secret"


def book() -> Handbook:
    url = "http://harbor.localhost:8000"
    people = [
        Person(role="admin", email="ada@example.com", password=PASSWORD, name="Ada Admin", totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
        Person(role="agent", email="luis@example.com", password=PASSWORD, name="Luis Ortega"),
        Person(role="client", email="dana@example.com", password=PASSWORD, name="Dana Reyes", about="half-way: 2 of 6"),
    ]  # fmt: skip
    harbor = TenantEntry("harbor", "Harbor", "debt-resolution", "N", url, people, [PublisherEntry("C", "key-1", ["c"])])
    console = [Person(role="reseller", email="nora@example.com", password=PASSWORD, name="Nora Winters")]
    return Handbook("http://console.localhost:8000", "http://localhost:8001", console, [harbor])


@pytest.fixture
async def desk(runtime, tmp_path, monkeypatch):
    file = tmp_path / "demo.json"
    monkeypatch.setattr(handbook, "path", lambda: file)
    file.write_bytes(msgspec.json.encode(book()))
    app = Desk(Simulator(tmp_path / "desk.sqlite", secret=SECRET, pace=0))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8001") as client:
        client.desk = app
        yield client


async def test_the_guide_names_everybody_with_a_code_and_links_that_sign_in(desk):
    page = (await desk.get("/guide")).text
    for words in (
        "Ada Admin",
        "Nora Winters",
        "luis@example.com",
        PASSWORD,
        "private window",
        "Authorization: Bearer key-1",
    ):
        assert words in page.replace("&#39;", "'")
    assert "login?email=luis%40example.com&amp;next=/agent" in page
    assert "manifest" not in page  # it is no site to be installed, and has no page for when there is no network
    assert page.count("The client") == 1 and "half-way: 2 of 6" in page


async def test_the_guide_says_so_while_there_is_no_world(desk):
    handbook.path().unlink()
    assert "The world is being made" in (await desk.get("/guide")).text


async def test_the_mailbox_finds_by_words_by_person_and_by_kind(desk):
    exchange = desk.desk.simulator.exchange
    exchange.take_text("+17275550142", "+18135550199", "Your papers are ready", "k1", "")
    exchange.take_text("+17275550143", "+18135550199", "See you at four", "k2", "")
    for url, there, gone in (
        ("/", "Your papers are ready", "Nothing has left"),
        ("/?q=papers", "Your papers are ready", "See you at four"),
        ("/?to=%2B17275550143", "See you at four", "Your papers are ready"),
        ("/?channel=email", "Nothing matches", "See you at four"),
    ):
        page = (await desk.get(url)).text
        assert there in page and gone not in page, url
    (first, _) = desk.desk.store.messages()
    shown = (await desk.get(f"/messages/{first.id}")).text
    assert f'datetime="{first.at[:19]}' in shown and " Eastern" in shown


async def test_the_contract_of_messages_and_inbound_holds(desk):
    desk.desk.simulator.exchange.take_text("+17275550142", "+18135550199", "Hello", "k1", "")
    (first,) = json.loads((await desk.get("/messages.json?to=%2B17275550142")).text)
    assert {"id", "channel", "to", "from", "subject", "at", "headers", "text", "html"} <= first.keys()
    assert first["text"] == "Hello"
    assert json.loads((await desk.get(f"/messages.json?after={first['id']}")).text) == []
    said = {"channel": "sms", "from": "+17275550142", "to": "+18135550199", "text": "STOP"}
    assert (await desk.post("/inbound", json=said)).status_code == 201
    assert (await desk.post("/inbound", data=said)).status_code == 415


async def test_a_world_made_on_another_port_moves_with_the_demo(desk):
    handbook.move_to(lambda host: f"http://{host}:9100", "http://localhost:9101")
    moved = handbook.read()
    assert (moved.console, moved.mailbox) == ("http://console.localhost:9100", "http://localhost:9101")
    assert moved.tenants[0].url == "http://harbor.localhost:9100" and moved.tenants[0].people[1].name == "Luis Ortega"


async def test_no_foreign_site_moves_the_clock(desk):
    away = {"sec-fetch-site": "cross-site"}
    assert (await desk.post("/trickle", data={"on": "0"}, headers=away)).status_code == 421
    assert (await desk.post("/trickle", data={"on": "0"})).status_code == 303


async def test_the_clock_moves_on_to_a_time_of_day_and_never_back(desk, monkeypatch):
    shifted = []

    async def shift(_owner, by):
        shifted.append(clock.real_now() + by)
        clock.use_offset(by)

    monkeypatch.setattr(clock, "shift", shift)
    try:
        for at in ("10:40", "22:30", "10:40"):
            before = clock.now()
            assert (await desk.post("/clock", data={"at": at})).status_code == 303
            gone = shifted[-1] - before
            assert timedelta(0) < gone <= timedelta(days=1, hours=1)
            assert f"{shifted[-1].astimezone(ZoneInfo('America/New_York')):%H:%M}" == at
    finally:
        clock.use_offset(timedelta(0))


async def test_the_call_of_the_guide_is_a_new_post_each_time(desk):
    page = unescape((await desk.get("/guide")).text)
    assert '"certificate_id":"cert-' in page and "$(date +%s)" in page
    assert "fern.localhost:8000/login" in page


async def test_the_newest_lead_is_shown_in_the_queue_of_whoever_got_it(desk, cast):
    assert "/newest" in (await desk.get("/guide")).text
    there = (await desk.get("/newest")).headers["location"]
    assert there.startswith("http://harbor.localhost:8000/login?email=luis%40example.com&next=/agent")
    lead = await a_lead(cast)
    there = (await desk.get("/newest")).headers["location"]
    assert "luis%40example.com" in there and there.endswith(quote(f"/agent?lead={lead.id}"))


async def test_a_mail_with_the_way_in_is_asked_for_at_the_products_own_page(desk, cast, monkeypatch):
    program = await a_program(cast.tenants["harbor"])
    await a_client(cast, "harbor", program.contact_id, "Dana")
    monkeypatch.setattr(letter, "LOOKS", 1)
    settings, usual = cast.runtime.settings, cast.runtime.settings.port
    async with served(cast.app) as port:
        msgspec.structs.force_setattr(settings, "port", port)
        try:
            answer = await desk.get("/way-in")
        finally:
            msgspec.structs.force_setattr(settings, "port", usual)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?to=dana%40example.com")
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert list(await work.scalars(select(Token.purpose))) == ["link"]

"""Nothing that leaves a host names the platform, what it is made of, or another organisation (T13)."""

import pytest

from app.core.boot import worker_kernel
from tenants import provision
from tests.access.test_mailed import ask, mailbox, mails
from tests.isolation.routes import every_route

pytestmark = pytest.mark.anyio
__all__ = ["mailbox"]  # the fixture

PLATFORM = ("marquee", "litestar", "uvicorn", "granian", "python")
OTHERS = ("summit learning", "keystone injury", "willow care", "northwind", "bluefin")
STREAMS = {"/live"}
ODD = ("/nothing-here", "/admin/nothing", "/brand/none.css", "/assets/none.js", "/brand/files/none.png")


def canaries(answer):
    """Which of the words stand in the body, a header or a cookie."""
    told = answer.text.lower() + str(list(answer.headers.multi_items())).lower()
    return [word for word in (*PLATFORM, *OTHERS) if word in told]


def addresses(app):
    found = {route.path for route in every_route(app) if route.method == "GET" and route.template not in STREAMS}
    assert {"/login", "/admin/brand", "/manifest.webmanifest", "/robots.txt"} <= found
    return sorted(found) + list(ODD)


@pytest.mark.parametrize("who", [None, "ada", "luis"])
async def test_no_page_error_header_or_cookie_tells(app, cast, who):
    browser = await cast.browser("harbor", who) if who else cast.visitor("harbor")
    told = {path: found for path in addresses(app) if (found := canaries(await browser.get(path)))}
    assert told == {}


async def test_the_scan_sees_what_it_looks_for(cast):
    """The same look at the tenants whose names are the canaries finds them."""
    for slug, word in (
        ("summit", "summit learning"),
        ("keystone", "keystone injury"),
        ("willow", "willow care"),
    ):
        assert canaries(await cast.visitor(slug).get("/login")) == [word]


async def test_refused_forms_and_programs_are_told_nothing_either(app, cast):
    visitor = cast.visitor("harbor")
    told = {}
    for route in every_route(app):
        if route.method == "POST" and (found := canaries(await visitor.post(route.path, {"x": "y"}))):
            told[str(route)] = found
    assert told == {}


async def test_a_mail_names_its_tenant_alone(cast, runtime, mailbox):
    await ask(cast.visitor("harbor"), "/login/link")
    (message,) = await mails(runtime, cast, mailbox, "luis@example.com")
    raw = message.raw.decode("utf-8", "replace").lower()
    assert "harbor debt relief" in raw
    assert [word for word in (*PLATFORM, *OTHERS) if word in raw] == []


async def test_the_notice_of_a_suspended_tenant_is_its_own(cast, runtime):
    await provision.set_state(worker_kernel(), cast.tenants["harbor"].id, "suspended")
    runtime.directory.forget()
    answer = await cast.visitor("harbor").get("/login")
    assert answer.status_code == 503 and "Harbor Debt Relief" in answer.text
    assert canaries(answer) == []

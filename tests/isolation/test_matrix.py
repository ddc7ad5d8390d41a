"""Every route as anonymous, as the wrong role, on the wrong tenant; each denial beside the rightful person's success (T1, T6)."""

from uuid import uuid4

import pytest

from app.access import service as access
from app.contacts import service as contacts
from app.core import permissions
from app.core.web import PUBLIC, SIGNED_IN
from app.core.work import unit
from app.leads import service as leads
from app.publishers import service as publishers
from tests.isolation.routes import every_route, guarded
from tests.world import PASSWORD

pytestmark = pytest.mark.anyio


@pytest.fixture
async def everybody(cast):
    """A browser for each role of harbor and for the console's people."""
    harbor = cast.tenants["harbor"]
    async with unit(tenant=harbor) as work:
        publisher = await publishers.create_publisher(
            work, name="Matrix Media", email="matrix@example.com", state="live"
        )
        contact = await contacts.create(work, {"first_name": "Cleo", "email": "cleo@example.com"})
        for first, role, party in (
            ("pia", "publisher", publisher.id),
            ("cleo", "client", contact.id),
            ("mona", "manager", None),
        ):
            await access.create_person(
                work, email=f"{first}@example.com", name=first.title(), role=role, password=PASSWORD, party_id=party
            )
    people = {"admin": "ada", "manager": "mona", "agent": "luis", "publisher": "pia", "client": "cleo"}
    browsers = {role: await cast.browser("harbor", name) for role, name in people.items()}
    browsers["operator"] = await cast.browser("console", "olga")
    browsers["reseller"] = await cast.browser("console", "northwind")
    return browsers


async def rights_of(cast, slug):
    from sqlalchemy import select

    from app.access.models import PersonRow, Role

    async with unit(tenant=cast.tenants[slug]) as work:
        rows = await work.execute(select(Role.name, Role.permissions).join(PersonRow, PersonRow.role_id == Role.id))
        return {row.name: set(row.permissions) for row in rows}


async def call(browser, route):
    return await (
        browser.get(route.path)
        if route.method == "GET"
        else browser.client.request(route.method, route.path, headers={"X-CSRF-Token": browser.csrf})
    )


async def test_every_route_declares_a_permission_that_exists(app):
    known = {permission.name for permission in permissions.catalogue()} | {PUBLIC, SIGNED_IN, "intake.post"}
    undeclared = [str(route) for route in every_route(app) if route.permission not in known]
    assert undeclared == []


async def test_anonymous_gets_nothing_but_the_sign_in(app, cast):
    visitor, wrong = cast.visitor("harbor"), []
    for route in guarded(app):
        answer = await call(visitor, route)
        turned_away = answer.status_code in (401, 403) or (
            answer.status_code == 303 and answer.headers["location"].startswith("/login")
        )
        if not turned_away:
            wrong.append((str(route), answer.status_code))
    assert wrong == []


async def test_no_role_reaches_what_it_has_no_right_to(app, cast, everybody):
    rights = await rights_of(cast, "harbor") | await rights_of(cast, "console")
    wrong = []
    for role, browser in everybody.items():
        for route in guarded(app):
            if route.permission == SIGNED_IN or route.permission in rights[role]:
                continue
            answer = await call(browser, route)
            if answer.status_code != 404:
                wrong.append((role, str(route), answer.status_code))
    assert wrong == []


async def test_every_page_opens_for_somebody_with_the_right(app, cast, everybody):
    rights = await rights_of(cast, "harbor") | await rights_of(cast, "console")
    wrong = []
    for route in guarded(app):
        if route.method != "GET" or not route.fixed or route.template in STREAMS:
            continue
        able = [role for role in everybody if route.permission in rights[role] or route.permission == SIGNED_IN]
        answers = {role: (await call(everybody[role], route)).status_code for role in able[:2]}
        if not any(status in (200, 204, 303, 422) for status in answers.values()):
            wrong.append((str(route), answers))
    assert wrong == []


STREAMS = {"/live"}


async def test_a_session_of_one_tenant_is_nobody_on_another(app, cast, everybody):
    """The cookie of harbor's administrator, shown to summit."""
    foreign = cast.visitor("summit")
    foreign.client.cookies = everybody["admin"].client.cookies
    foreign.csrf = everybody["admin"].csrf
    wrong = []
    for route in guarded(app):
        answer = await call(foreign, route)
        turned_away = answer.status_code in (401, 403) or (
            answer.status_code == 303 and answer.headers["location"].startswith("/login")
        )
        if not turned_away:
            wrong.append((str(route), answer.status_code))
    assert wrong == []


async def test_another_tenants_lead_looks_like_none(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        contact = await contacts.create(work, {"first_name": "Dana", "email": "dana.matrix@example.com"})
        lead = await leads.create(work, contact.id, leads.LeadValues(source="test"))
    at_home, abroad = await cast.browser("harbor", "ada"), await cast.browser("summit", "ada")
    assert (await at_home.get(f"/agent/leads/{lead.id}")).status_code == 200
    foreign, random = await abroad.get(f"/agent/leads/{lead.id}"), await abroad.get(f"/agent/leads/{uuid4()}")
    assert foreign.status_code == random.status_code == 404
    assert len(foreign.content) == len(random.content)


async def test_an_unknown_host_learns_nothing(cast):
    import httpx

    transport = httpx.ASGITransport(cast.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://nobody.example.com") as client:
        answer = await client.get("/login")
    assert answer.status_code == 404
    assert not any(tenant.name in answer.text for tenant in cast.tenants.values())


async def test_the_platforms_name_stands_nowhere(app, cast, everybody):
    """Pages, headers, cookies of every role (T13)."""
    wrong = []
    for role, browser in everybody.items():
        if role == "operator":
            continue
        for route in guarded(app):
            if route.method != "GET" or not route.fixed or route.template in STREAMS:
                continue
            answer = await call(browser, route)
            told = answer.text + str(answer.headers)
            if "marquee" in told.lower() or "litestar" in told.lower() or "uvicorn" in told.lower():
                wrong.append((role, str(route)))
    assert wrong == []

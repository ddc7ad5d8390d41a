"""Support comes in for a while: with a reason, in sight, once, and without touching credentials."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.access import service as access
from app.access.models import AuditEntry, PersonRow, Token
from app.access.queries import meters
from app.core import config
from app.core.errors import Forbidden, Invalid
from app.core.work import unit
from tests.access import people
from tests.access.doors import at, cookie, read_token, sign_in
from tests.world import PASSWORD, id_of

pytestmark = pytest.mark.anyio


async def granted(cast, slug="harbor", **options):
    async with unit(tenant=cast.tenants[slug]) as work:
        given = {
            "by": "Olga Operator",
            "by_id": id_of("olga"),
            "reason": "Ticket 42: import stuck",
            **options,
        }
        return f"/handoff/{await access.grant_handoff(work, **given)}"


async def inside(cast, **options):
    browser, url = at(cast, "harbor", "203.0.113.3"), await granted(cast, **options)
    page = await read_token(browser, url)
    assert "Ticket 42: import stuck" in page.text
    answer = await browser.post(url)
    assert answer.status_code == 303
    await read_token(browser, "/account")
    return browser


async def test_a_handover_works_once_and_says_who_and_why(cast):
    url = await granted(cast)
    for _ in range(2):
        assert (await at(cast, "harbor").get(url)).status_code == 200, "looking uses nothing up"
    browser = at(cast, "harbor", "203.0.113.3")
    await read_token(browser, url)
    entered = await browser.post(url)
    assert (entered.status_code, entered.headers["location"]) == (303, "/admin")
    assert (await at(cast, "harbor").get(url)).status_code == 410
    async with unit(tenant=cast.tenants["harbor"]) as work:
        entries = {
            row.action: row for row in await work.scalars(select(AuditEntry).where(AuditEntry.action.like("support.%")))
        }
    entry = entries["support.entered"]
    assert (
        entry.changes["reason"] == [None, "Ticket 42: import stuck"] and entry.actor_name == "Olga Operator (support)"
    )
    assert entry.address == "203.0.113.3" and "support.granted" in entries


async def test_it_leads_on_to_a_page_of_this_house_alone(cast):
    for asked, lands in (("/admin/jobs", "/admin/jobs"), ("https://elsewhere.example.com", "/admin")):
        browser, url = at(cast, "harbor", "203.0.113.3"), await granted(cast)
        assert 'name="to"' in (await read_token(browser, f"{url}?to={asked}")).text
        assert (await browser.post(url, {"to": asked})).headers["location"] == lands


async def test_every_page_says_that_this_is_support(cast):
    support, admin = await inside(cast), await cast.browser("harbor", "ada")
    for url in ("/account", "/admin/people", "/admin/audit"):
        assert "Support session" in (await support.get(url)).text
        assert "Support session" not in (await admin.get(url)).text


async def test_it_is_good_for_a_minute_and_in_this_tenant_alone(cast):
    url = await granted(cast)
    assert (await at(cast, "summit").get(url)).status_code == 410
    for seconds, status in ((50, 200), (15, 410)):
        async with unit(tenant=cast.tenants["harbor"]) as work:
            await work.execute(update(Token).values(expires_at=Token.expires_at - timedelta(seconds=seconds)))
        assert (await at(cast, "harbor").get(url)).status_code == status


async def test_the_stay_ends_after_an_hour(cast):
    browser = await inside(cast)
    for minutes, status in ((58, 200), (3, 303)):
        await people.age_sessions(cast, "harbor", expires_at=timedelta(minutes=minutes))
        assert (await browser.get("/account")).status_code == status


FORBIDDEN = [
    "/account/profile",
    "/account/preferences",
    "/account/confirm",
    "/account/password",
    "/account/two-factor",
    "/account/two-factor/off",
    "/account/recovery-codes",
    "/account/sessions/end-others",
    "/admin/people/invite",
    "/admin/people/{luis}/role",
    "/admin/people/{luis}/deactivate",
    "/admin/people/{luis}/second-factor/reset",
    "/admin/people/{luis}/invitation",
    "/admin/roles/sessions",
    "/admin/roles/support",
]


@pytest.mark.parametrize("url", FORBIDDEN)
async def test_credentials_and_people_are_out_of_reach(cast, url):
    url = url.format(luis=(await people.row(cast, "harbor", "luis")).id)
    support = await inside(cast)
    assert (await support.get("/admin/people")).status_code == 200
    refused = await support.post(url, {"role": "manager", "email": "evil@example.com"})
    assert refused.status_code == 403 and "support session" in refused.text
    admin = await cast.browser("harbor", "ada")
    assert (await admin.post(url, {"role": "manager", "email": "evil@example.com"})).status_code != 403


async def test_what_support_does_bears_its_name_also_in_somebody_elses_place(cast):
    luis = await people.row(cast, "harbor", "luis")
    browser = await inside(cast, person_id=luis.id)
    assert "luis@example.com" in (await browser.get("/account")).text
    assert (await browser.get("/admin/people")).status_code == 404, "what Luis may not, support may not in his place"
    await browser.post("/logout")
    async with unit(tenant=cast.tenants["harbor"]) as work:
        entry = (await work.scalars(select(AuditEntry).where(AuditEntry.action == "person.signed_out"))).one()
    assert entry.actor_name == "Olga Operator (support) as Luis Ortega"


async def test_the_stand_in_is_nobody_of_the_tenants(cast):
    await inside(cast)
    await inside(cast)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        rows = list(await work.scalars(select(PersonRow).where(PersonRow.support)))
    assert len(rows) == 1 and rows[0].password_hash is None
    admin = await cast.browser("harbor", "ada")
    assert "Olga" not in (await admin.get("/admin/people")).text
    assert (await admin.get(f"/admin/people/{rows[0].id}")).status_code == 404


async def test_a_tenant_may_keep_support_out(cast):
    pending = await granted(cast)
    browser = at(cast, "harbor")
    await read_token(browser, pending)
    admin = await cast.browser("harbor", "ada")
    assert (await admin.post("/admin/roles/support", {})).status_code == 303
    with pytest.raises(Forbidden, match="has not allowed"):
        await granted(cast)
    assert (await browser.post(pending)).status_code == 410
    await admin.post("/admin/roles/support", {"allowed": "1"})
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert await config.get(work, "support_access") is True
    assert await granted(cast)


@pytest.mark.parametrize(
    "options", [{"reason": "  "}, {"reason": "why"}, {"role": "nonsense"}, {"person_id": id_of("nobody")}]
)
async def test_no_reason_no_entry(cast, options):
    with pytest.raises(Invalid):
        await granted(cast, **options)
    assert await granted(cast)


async def test_the_id_changes_at_the_door(cast):
    browser, url = at(cast, "harbor"), await granted(cast)
    await read_token(browser, url)
    before = cookie(browser)
    await browser.post(url)
    assert cookie(browser) != before and before.startswith("anon.")


async def test_support_takes_no_seat_and_is_not_taken_for_the_tenants_own_people(cast):
    async def counted():
        async with unit(tenant=cast.tenants["harbor"]) as work:
            return await meters.seats(work, None), await meters.last_sign_in(work, None)

    before = await counted()
    await inside(cast)
    assert await counted() == before and before[0] > 0
    door = at(cast, "harbor", "203.0.113.9")
    await sign_in(door, "luis@example.com", "not the password")
    assert await counted() == before
    await sign_in(door, "luis@example.com", PASSWORD)
    seats, came = await counted()
    assert seats == before[0] and came > before[1]

"""Inviting, changing and removing people; what roles demand; who may give what to whom."""

import pytest
from sqlalchemy import select

from app.access import service as access
from app.access.models import PersonRow, Role, Session, Token
from app.access.service import links
from app.core import events
from app.core.errors import Invalid
from app.core.work import unit
from tests.access import people
from tests.access.doors import at, cookie, plant, sign_in
from tests.world import PASSWORD, id_of

pytestmark = pytest.mark.anyio


async def person_url(cast, first, slug="harbor"):
    return f"/admin/people/{(await people.row(cast, slug, first)).id}"


async def test_the_list_is_found_by_name_state_and_surface(cast):
    admin = await cast.browser("harbor", "ada")
    await people.change(cast, "harbor", "maria", state="deactivated")
    page = (await admin.get("/admin/people")).text
    assert "Luis Ortega" in page and "Maria Chen" not in page and "Needed" not in page
    assert "Maria Chen" in (await admin.get("/admin/people?state=deactivated")).text
    found = (await admin.get("/admin/people?q=ORTEGA")).text
    assert "Luis Ortega" in found and "Ada Admin" not in found.split('id="people"')[1]
    assert "Nothing matches" in (await admin.get("/admin/people?q=100%25_")).text
    assert "No client has an account yet" in (await admin.get("/admin/people?show=client")).text
    rows = await admin.get("/admin/people?q=luis", headers={"HX-Request": "true"})
    assert "<html" not in rows.text and "Luis Ortega" in rows.text


async def test_many_people_come_in_pages(cast):
    import html
    import re

    async with unit(tenant=cast.tenants["harbor"]) as work:
        role = (await work.scalars(select(Role).where(Role.name == "agent"))).one()
        from uuid_utils.compat import uuid7

        from app.core import clock

        for number in range(120):
            name = f"Zed {number % 7} o'Neil | {number}"
            work.add(
                PersonRow(
                    id=uuid7(),
                    email=f"z{number}@example.com",
                    name=name,
                    role_id=role.id,
                    created_at=clock.now(),
                )
            )
    admin, seen, url = await cast.browser("harbor", "ada"), [], "/admin/people?q=zed"
    while url:
        page = (await admin.get(url)).text
        seen += re.findall(r"z(\d+)@example", page)
        following = re.search(r'href="(/admin/people\?[^"]*after=[^"]+)"', page)
        url = html.unescape(following[1]) if following else ""
    assert len(seen) == 120 and len(set(seen)) == 120


async def test_inviting_by_the_form(cast):
    admin = await cast.browser("harbor", "ada")
    page = await admin.get("/admin/people/invite")
    assert 'value="agent"' in page.text and 'value="client"' not in page.text
    sent = await admin.post("/admin/people/invite", {"email": "Nora@Example.com", "name": "Nora", "role": "agent"})
    assert sent.status_code == 303
    nora = await people.row(cast, "harbor", "nora")
    assert (nora.state, nora.password_hash) == ("invited", None)
    assert "Invited" in (await admin.get(sent.headers["location"])).text
    for fields, said in (
        ({"email": "nora@example.com", "role": "agent"}, "has an account here already"),
        ({"email": "nonsense", "role": "agent"}, "This is not an e-mail address"),
        ({"email": "new@example.com", "role": "nonsense"}, "There is no role"),
        ({"email": "new@example.com", "role": "client"}, "can&#39;t give the role"),
    ):
        refused = await admin.post("/admin/people/invite", fields)
        assert refused.status_code == 422 and said in refused.text and f'value="{fields["email"]}"' in refused.text
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert await access.find_person(work, "new@example.com") is None


VERBS = [
    "role",
    "deactivate",
    "reactivate",
    "second-factor/reset",
    "sessions/end",
    "invitation",
    "invitation/revoke",
]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("slug", "who"), [("harbor", "maria"), ("summit", "ada")])
async def test_only_those_who_manage_people_here_may(cast, slug, who, verb):
    browser, url = await cast.browser(slug, who), await person_url(cast, "luis")
    answer = await browser.post(f"{url}/{verb}", {"role": "manager"})
    nowhere = await browser.post(f"/admin/people/{id_of('nobody')}/{verb}", {"role": "manager"})
    assert answer.status_code == nowhere.status_code == 404
    assert len(answer.content) == len(nowhere.content)
    admin = await cast.browser("harbor", "ada")
    assert (await admin.post(f"{url}/{verb}", {"role": "manager"})).status_code != 404


async def test_a_new_role_counts_from_the_next_request(cast):
    luis, admin = await cast.browser("harbor", "luis"), await cast.browser("harbor", "ada")
    assert (await luis.get("/admin/people")).status_code == 404
    await admin.post(f"{await person_url(cast, 'luis')}/role", {"role": "manager"})
    assert (await luis.get("/admin/people")).status_code == 303, "open sessions end"
    fresh = at(cast, "harbor")
    await sign_in(fresh, "luis@example.com")
    assert (await fresh.get("/admin/people")).status_code == 200


async def test_a_right_taken_from_a_role_is_gone_with_the_next_request(cast):
    admin = await cast.browser("harbor", "ada")
    assert (await admin.get("/admin/audit")).status_code == 200
    async with unit(tenant=cast.tenants["harbor"]) as work:
        role = (await work.scalars(select(Role).where(Role.name == "admin"))).one()
        role.permissions = [one for one in role.permissions if one != "audit.view"]
    assert (await admin.get("/admin/audit")).status_code == 404
    assert (await admin.get("/admin/people")).status_code == 200


async def test_nobody_gives_more_than_they_have(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        manager = (await work.scalars(select(Role).where(Role.name == "manager"))).one()
        manager.permissions = [*manager.permissions, "people.manage"]
    await people.change(cast, "harbor", "maria", role_id=manager.id)
    maria, url = await cast.browser("harbor", "maria"), await person_url(cast, "luis")
    raised = await maria.post(f"{url}/role", {"role": "admin"})
    assert raised.status_code == 422 and "can&#39;t give the role" in raised.text
    invited = await maria.post("/admin/people/invite", {"email": "new@example.com", "role": "admin"})
    assert invited.status_code == 422
    above = await maria.post(f"{await person_url(cast, 'ada')}/deactivate")
    assert above.status_code == 422 or above.status_code == 400
    assert (await people.row(cast, "harbor", "ada")).state == "active"
    assert (await maria.post(f"{url}/role", {"role": "manager"})).status_code == 303


async def credentials(cast):
    """Every way in that Luis holds: (what it is, how it is tried), each good now."""
    inside = cookie(await cast.browser("harbor", "luis"))
    async with unit(tenant=cast.tenants["harbor"]) as work:
        luis = (await work.scalars(select(PersonRow).where(PersonRow.email == "luis@example.com"))).one()
        pending = await access.open_session(work, luis, step="code", address="", agent="")
        mailed = {
            purpose: links.link_text(work, await links.issue(work, purpose, person_id=luis.id))
            for purpose in ("link", "reset")
        }
        handoff = await access.grant_handoff(work, by="Olga", by_id=id_of("olga"), reason="He asked", person_id=luis.id)

    async def by_cookie(token, url="/account"):
        browser = at(cast, "harbor")
        plant(browser, token)
        return (await browser.get(url)).status_code == 200

    async def by_page(url):
        return (await at(cast, "harbor").get(url)).status_code == 200

    async def by_password():
        return (await sign_in(at(cast, "harbor"), "luis@example.com", PASSWORD)).status_code == 303

    return {
        "session": lambda: by_cookie(inside),
        "half a session": lambda: by_cookie(pending, "/login/code"),
        "mailed link": lambda: by_page(f"/login/link/{mailed['link']}"),
        "reset": lambda: by_page(f"/login/reset/{mailed['reset']}"),
        "hand-over": lambda: by_page(f"/handoff/{handoff}"),
        "password": by_password,
    }


async def test_whoever_is_deactivated_is_out_by_every_door_at_once(cast):
    doors = await credentials(cast)
    for name, knock in doors.items():
        assert await knock(), name
    admin = await cast.browser("harbor", "ada")
    answer = await admin.post(f"{await person_url(cast, 'luis')}/deactivate")
    assert answer.status_code == 303
    for name, knock in doors.items():
        assert not await knock(), name
    async with unit(tenant=cast.tenants["harbor"]) as work:
        luis = (await work.scalars(select(PersonRow).where(PersonRow.email == "luis@example.com"))).one()
        assert not list(await work.scalars(select(Session).where(Session.person_id == luis.id)))
        assert not list(await work.scalars(select(Token).where(Token.person_id == luis.id, Token.used_at.is_(None))))
    assert (await sign_in(at(cast, "harbor"), "maria@example.com")).status_code == 303


async def test_deactivating_can_be_undone_and_others_hear_of_it(cast):
    heard = []
    remember = events.inside("person.deactivated")(lambda work, event: _hear(heard, event))
    try:
        admin, url = await cast.browser("harbor", "ada"), await person_url(cast, "luis")
        await admin.post(f"{url}/deactivate")
        await admin.post(f"{url}/deactivate")
        assert len(heard) == 1, "done once however often it is asked"
        assert (await admin.post(f"{url}/reactivate")).status_code == 303
        assert (await sign_in(at(cast, "harbor"), "luis@example.com")).status_code == 303
    finally:
        events._inside[:] = [pair for pair in events._inside if pair[1] is not remember]


async def _hear(heard, event):
    heard.append(event.entity_id)


async def test_the_last_administrator_stays(cast):
    admin, url = await cast.browser("harbor", "ada"), await person_url(cast, "ada")
    assert (await admin.post(f"{url}/deactivate")).status_code == 409
    demoted = await admin.post(f"{url}/role", {"role": "agent"})
    assert demoted.status_code == 409 and "is the last one here" in demoted.text
    await admin.post(f"{await person_url(cast, 'luis')}/role", {"role": "admin"})
    assert (await admin.post(f"{url}/role", {"role": "agent"})).status_code == 303


async def test_a_reseller_reaches_only_its_own_people(cast):
    """The console is one tenant for all resellers; its people are not."""
    reseller, operator = await cast.browser("console", "northwind"), await cast.browser("console", "olga")
    page = (await reseller.get("/admin/people")).text
    assert "Northwind Partners" in page and "Bluefin" not in page and "Olga" not in page
    everyone = (await operator.get("/admin/people")).text
    assert "Bluefin" in everyone and "Olga" in everyone
    other = await person_url(cast, "bluefin", "console")
    assert [(await one.get(other)).status_code for one in (reseller, operator)] == [404, 200]
    for verb in VERBS:
        assert (await reseller.post(f"{other}/{verb}", {"role": "reseller"})).status_code == 404
    invited = await reseller.post("/admin/people/invite", {"email": "nora@example.com", "role": "reseller"})
    assert invited.status_code == 303
    assert (await people.row(cast, "console", "nora")).party_id == id_of("northwind")
    raised = await reseller.post("/admin/people/invite", {"email": "evil@example.com", "role": "operator"})
    assert raised.status_code == 422
    async with unit(tenant=cast.tenants["console"]) as work:
        role = (await work.scalars(select(Role).where(Role.name == "reseller"))).one()
    url = f"/admin/roles/{role.id}/second-factor"
    assert (await reseller.post(url, {"required": "1"})).status_code == 404
    assert (await reseller.post("/admin/roles/support", {})).status_code == 404
    assert (await operator.post(url, {"required": "1"})).status_code == 303
    assert (await sign_in(at(cast, "console"), "bluefin@example.com")).headers["location"] == "/login/enrol"


async def test_roles_and_rules(cast):
    admin = await cast.browser("harbor", "ada")
    page = (await admin.get("/admin/roles")).text
    assert "Invite, change and deactivate people" in page and "2 people" in page
    assert (
        await admin.post("/admin/roles/sessions", {"idle_minutes": "10", "absolute_hours": "24"})
    ).status_code == 422
    assert (
        await admin.post("/admin/roles/sessions", {"idle_minutes": "30", "absolute_hours": "24"})
    ).status_code == 303
    from datetime import timedelta

    await people.age_sessions(cast, "harbor", last_seen=timedelta(minutes=29))
    assert (await admin.get("/admin/roles")).status_code == 200
    await people.age_sessions(cast, "harbor", last_seen=timedelta(minutes=31))
    assert (await admin.get("/admin/roles")).status_code == 303


async def test_a_taken_address_and_an_unknown_role_are_refused_before_anything_is_written(cast):
    for email, role in (("luis@example.com", "agent"), ("new@example.com", "nonsense")):
        with pytest.raises(Invalid):
            async with unit(tenant=cast.tenants["harbor"]) as work:
                await access.create_person(work, email=email, name="N", role=role)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        person = await access.create_person(work, email=" New@Example.com ", name="N", role="agent", password=PASSWORD)
    assert person.email == "new@example.com"


async def test_the_blueprint_again_keeps_what_the_tenant_decided(cast):
    from app.core import blueprints

    await people.demand_totp(cast, "harbor", "agent")
    async with unit(tenant=cast.tenants["harbor"]) as work:
        before = {role.name: role.id for role in await work.scalars(select(Role))}
        section = blueprints.load("debt-resolution")["roles"]
        await access.configure_roles(work, section)
        await access.configure_role_labels(work, {"agent": "Debt advisor"})
        after = {role.name: role for role in await work.scalars(select(Role))}
    assert {name: role.id for name, role in after.items()} == before
    assert after["agent"].require_totp and after["agent"].label == "Debt advisor"


@pytest.mark.parametrize(
    ("slug", "label"),
    [("harbor", "Debt advisor"), ("summit", "Sales rep"), ("keystone", "Intake specialist")],
)
async def test_roles_are_called_as_the_business_calls_them(cast, slug, label):
    admin = await cast.browser(slug, "ada")
    page = (await admin.get("/admin/people")).text
    assert f"<td>{label}</td>" in page and "<td>Agent</td>" not in page


LIST = (
    'E-mail, Name\r\nnora@example.com, Nora Novak\r\n\r\n"omar@example.com","Omar, the younger"\r\npia@example.com\r\n'
)


async def invited(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        rows = await work.scalars(select(PersonRow).where(PersonRow.state == "invited").order_by(PersonRow.email))
        return [(row.email, row.name) for row in rows]


@pytest.mark.parametrize("as_file", [False, True])
async def test_a_list_invites_several_at_once(cast, as_file):
    admin = await cast.browser("harbor", "ada")
    files = {"file": ("people.csv", LIST.encode("utf-8-sig"), "text/csv")} if as_file else None
    form = {"lines": "" if as_file else LIST, "role": "agent"}
    answer = await admin.post("/admin/people/invite-several", form, files=files)
    assert answer.status_code == 303
    assert await invited(cast) == [
        ("nora@example.com", "Nora Novak"),
        ("omar@example.com", "Omar, the younger"),
        ("pia@example.com", "pia@example.com"),
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "Enter at least one e-mail."),
        ("nora@example.com\nnonsense, N", "Line 2: “nonsense” is no e-mail."),
        ("E-mail;Name\n\nnora@example.com;N\n\0x;N", "Line 4: “x” is no e-mail."),
        ("nora@example.com\nluis@example.com", "Line 2: luis@example.com has an account here already."),
        ("nora@example.com\nNORA@example.com", "Line 2: nora@example.com stands in an earlier line too."),
        ("\n".join(f"n{number}@example.com" for number in range(201)), "These are 201 lines"),
    ],
)
async def test_with_a_fault_in_any_line_nobody_is_invited(cast, lines, said):
    admin = await cast.browser("harbor", "ada")
    answer = await admin.post("/admin/people/invite-several", {"lines": lines, "role": "agent"})
    assert answer.status_code == 422 and said in answer.text and await invited(cast) == []
    assert not lines or lines.split("\n")[-1].strip("\0") in answer.text


async def test_a_list_gives_no_role_that_one_could_not_give(cast):
    admin = await cast.browser("harbor", "ada")
    refused = await admin.post("/admin/people/invite-several", {"lines": "nora@example.com", "role": "client"})
    assert refused.status_code == 422 and await invited(cast) == []
    binary = {"file": ("people.xlsx", b"PK\x03\x04\xff\xfe", "application/octet-stream")}
    refused = await admin.post("/admin/people/invite-several", {"role": "agent"}, files=binary)
    assert refused.status_code == 422 and "Save the sheet as CSV" in refused.text


async def test_the_homes_line_on_second_factors_leads_to_exactly_those_people(cast):
    import re

    from app.access.queries.needs import needs

    admin = await cast.browser("harbor", "ada")
    async with unit(tenant=cast.tenants["harbor"]) as work:
        role = (await work.scalars(select(Role).where(Role.name == "agent"))).one()
        role.require_totp = True
    await people.change(cast, "harbor", "maria", state="deactivated")
    from tests.contacting import acting

    async with acting(cast, "harbor", "ada") as work:
        told = {need.url: need.count for need in await needs(work, work.person)}
    for url, names in (("/admin/people?factor=owed", {"Luis Ortega"}), ("/admin/people?factor=off", {"Ada Admin"})):
        listed = (await admin.get(url)).text.split('id="people"')[1]
        found = set(re.findall(r'row-link" href="/admin/people/[^"]+">([^<]+)<', listed))
        assert found == names and told[url] == len(found)

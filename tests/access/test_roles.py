"""A tenant's own roles: nobody makes one that may more than they, and changes count at once."""

import pytest
from sqlalchemy import select

from app.access.models import AuditEntry, Role
from app.core.work import unit
from tests.access import people
from tests.access.doors import at, sign_in

pytestmark = pytest.mark.anyio


async def role(cast, name, slug="harbor"):
    async with unit(tenant=cast.tenants[slug]) as work:
        return (await work.scalars(select(Role).where(Role.name == name))).first()


async def made(cast, label="Team lead", like="agent"):
    admin = await cast.browser("harbor", "ada")
    source = await role(cast, like)
    answer = await admin.post("/admin/roles/new", {"label": label, "like": str(source.id)})
    assert answer.status_code == 303, answer.text[-800:]
    return admin, answer.headers["location"]


async def test_a_role_is_made_like_another_and_then_given_its_own_rights(cast):
    admin, url = await made(cast)
    agent, mine = await role(cast, "agent"), await role(cast, "team-lead")
    assert (mine.permissions, mine.reach, mine.home, mine.builtin) == (
        agent.permissions,
        agent.reach,
        agent.home,
        False,
    )
    page = (await admin.get(url)).text
    assert 'value="audit.view"' in page and "Delete role" in page
    form = {"label": "Team leader", "reach": "team", "rights": ["people.view", "audit.view", "leads.view"]}
    assert (await admin.post(url, form)).status_code == 303
    mine = await role(cast, "team-lead")
    known = {"people.view", "audit.view"} | ({"leads.view"} & set(agent.permissions))
    assert known <= set(mine.permissions) and (mine.label, mine.reach) == ("Team leader", "team")
    assert "Team leader" in (await admin.get("/admin/roles")).text
    async with unit(tenant=cast.tenants["harbor"]) as work:
        entry = (await work.scalars(select(AuditEntry).where(AuditEntry.action == "role.changed"))).one()
    assert "audit.view" in entry.changes["permissions"][1] and entry.changes["reach"] == ["own", "team"]


async def test_people_with_the_role_feel_a_change_with_their_next_request(cast):
    admin, url = await made(cast)
    luis = await people.row(cast, "harbor", "luis")
    assert (await admin.post(f"/admin/people/{luis.id}/role", {"role": "team-lead"})).status_code == 303
    browser = at(cast, "harbor")
    await sign_in(browser, "luis@example.com")
    assert (await browser.get("/admin/audit")).status_code == 404
    await admin.post(url, {"label": "Team lead", "reach": "own", "rights": ["audit.view"]})
    assert (await browser.get("/admin/audit")).status_code == 200
    refused = await admin.post(f"{url}/delete")
    assert refused.status_code == 409 and "1 person has the role" in refused.text
    await admin.post(f"/admin/people/{luis.id}/role", {"role": "agent"})
    assert (await admin.post(f"{url}/delete")).status_code == 303 and await role(cast, "team-lead") is None


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"label": "", "reach": "own", "rights": "audit.view"}, "Enter a name."),
        ({"label": "Agent two", "reach": "own"}, "Choose at least one right."),
        ({"label": "Manager", "reach": "own", "rights": "audit.view"}, "There is a role"),
        ({"label": "Agent two", "reach": "everything", "rights": "audit.view"}, "Choose one of the list."),
    ],
)
async def test_what_is_refused_is_said_and_nothing_changes(cast, form, said):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        admin_role = (await work.scalars(select(Role).where(Role.name == "admin"))).one()
        from app.core import permissions

        # in a test with few slices only their rights are known; the rest of the role stays untouched
        known = {one.name for one in permissions.catalogue()}
        admin_role.permissions = sorted(set(admin_role.permissions) & known)
        manager = (await work.scalars(select(Role).where(Role.name == "manager"))).one()
        manager.permissions = sorted(set(manager.permissions) & known)
    admin, url = await made(cast, "Agent two", like="manager")
    before = await role(cast, "agent-two")
    answer = await admin.post(url, form)
    after = await role(cast, "agent-two")
    assert answer.status_code == 422 and said in answer.text
    assert (before.label, before.reach, before.permissions) == (after.label, after.reach, after.permissions)


async def test_nobody_hands_on_what_they_do_not_have(cast):
    admin, url = await made(cast, "Deputy")
    await admin.post(url, {"label": "Deputy", "reach": "own", "rights": ["people.view", "people.manage"]})
    luis = await people.row(cast, "harbor", "luis")
    await admin.post(f"/admin/people/{luis.id}/role", {"role": "deputy"})
    deputy = at(cast, "harbor")
    await sign_in(deputy, "luis@example.com")
    from tests.access.doors import read_token

    page = await read_token(deputy, url)
    assert 'value="people.view"' in page.text and 'value="audit.view"' not in page.text
    await deputy.post(
        url, {"label": "Deputy", "reach": "own", "rights": ["people.view", "people.manage", "audit.view"]}
    )
    assert "audit.view" not in (await role(cast, "deputy")).permissions
    above = await role(cast, "admin")
    refused = await deputy.post("/admin/roles/new", {"label": "Above", "like": str(above.id)})
    assert refused.status_code == 422 and await role(cast, "above") is None


async def test_rights_of_built_in_roles_and_other_surfaces_are_out_of_reach(cast):
    admin = await cast.browser("harbor", "ada")
    for name in ("agent", "admin", "client"):
        url = f"/admin/roles/{(await role(cast, name)).id}"
        assert (await admin.get(url)).status_code == (404 if name == "client" else 200)
        assert (await admin.post(url, {"label": "X", "reach": "all", "rights": "audit.view"})).status_code == 404
        assert (await admin.post(f"{url}/delete")).status_code == 404
    client = await role(cast, "client")
    assert (await admin.post(f"/admin/roles/{client.id}/scope", {"reach": "all"})).status_code == 404
    assert (await admin.post("/admin/roles/new", {"label": "Other", "like": str(client.id)})).status_code == 404
    assert (await admin.post("/admin/roles/new", {"label": "Other", "like": "x"})).status_code == 422


async def test_whose_records_a_built_in_role_sees_is_the_tenants_choice(cast):
    admin, agent = await cast.browser("harbor", "ada"), await role(cast, "agent")
    url = f"/admin/roles/{agent.id}"
    assert "Luis Ortega" in (await admin.get(url)).text, "who has it"
    assert (await admin.post(f"{url}/scope", {"reach": "team"})).status_code == 303
    after = await role(cast, "agent")
    assert (after.reach, after.unassigned, after.permissions) == ("team", False, agent.permissions)
    assert "Their team’s records" in (await admin.get("/admin/roles")).text
    assert (await admin.post(f"{url}/scope", {"reach": "galaxy"})).status_code == 422


async def test_nobody_lets_others_see_more_than_they_see(cast):
    admin, url = await made(cast, "Deputy")
    rights = {"label": "Deputy", "unassigned": "1", "rights": ["people.view", "people.manage"]}
    assert (await admin.post(url, {**rights, "reach": "team"})).status_code == 303
    luis = await people.row(cast, "harbor", "luis")
    await admin.post(f"/admin/people/{luis.id}/role", {"role": "deputy"})
    deputy = at(cast, "harbor")
    await sign_in(deputy, "luis@example.com")
    from tests.access.doors import read_token

    await read_token(deputy, url)
    assert (await deputy.post(url, {**rights, "reach": "all"})).status_code == 422
    assert (await deputy.post(url, {**rights, "reach": "own"})).status_code == 303
    agent = await role(cast, "agent")
    assert (await deputy.post(f"/admin/roles/{agent.id}/scope", {"reach": "all"})).status_code == 422
    assert (await role(cast, "agent")).reach == "own"


async def test_what_a_change_will_do_is_told_before_it_is_saved(cast):
    admin, url = await made(cast)
    before = await role(cast, "team-lead")
    told = await admin.post(f"{url}/effect", {"label": "Team lead", "reach": "all", "rights": ["audit.view"]})
    assert "Read and search the audit log" in told.text and "All records" in told.text
    assert "No longer may" in told.text
    assert (await role(cast, "team-lead")).permissions == before.permissions

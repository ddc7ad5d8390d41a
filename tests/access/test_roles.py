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


async def test_built_in_roles_and_other_surfaces_are_out_of_reach(cast):
    admin = await cast.browser("harbor", "ada")
    for name in ("agent", "admin", "client"):
        url = f"/admin/roles/{(await role(cast, name)).id}"
        assert (await admin.get(url)).status_code == 404
        assert (await admin.post(url, {"label": "X", "reach": "all", "rights": "audit.view"})).status_code == 404
        assert (await admin.post(f"{url}/delete")).status_code == 404
    client = await role(cast, "client")
    assert (await admin.post("/admin/roles/new", {"label": "Other", "like": str(client.id)})).status_code == 404
    assert (await admin.post("/admin/roles/new", {"label": "Other", "like": "x"})).status_code == 422


async def test_the_last_role_that_manages_people_keeps_that_right(cast):
    admin, url = await made(cast, "Owner", like="admin")
    ada = await people.row(cast, "harbor", "ada")
    await people.change(cast, "harbor", "ada", role_id=(await role(cast, "owner")).id)
    assert (await admin.get(url)).status_code == 200
    refused = await admin.post(url, {"label": "Owner", "reach": "all", "rights": "people.view"})
    assert refused.status_code == 409 and ada.id
    assert "people.manage" in (await role(cast, "owner")).permissions


async def test_resellers_share_roles_and_change_none(cast):
    reseller, operator = await cast.browser("console", "northwind"), await cast.browser("console", "olga")
    like = await role(cast, "reseller", "console")
    form = {"label": "Helper", "like": str(like.id)}
    assert (await reseller.post("/admin/roles/new", form)).status_code == 404
    assert (await operator.post("/admin/roles/new", form)).status_code in (303, 422)


async def test_publishers_and_clients_are_managed_by_staff_though_their_rights_are_others(cast):
    from app.access import service as access
    from tests.world import PASSWORD

    async with unit(tenant=cast.tenants["harbor"]) as work:
        dana = await access.create_person(
            work, email="dana@example.com", name="Dana Reyes", role="client", password=PASSWORD
        )
    admin = await cast.browser("harbor", "ada")
    assert "Dana Reyes" in (await admin.get("/admin/people?show=client")).text
    assert (await admin.post(f"/admin/people/{dana.id}/deactivate")).status_code == 303
    assert (await people.row(cast, "harbor", "dana")).state == "deactivated"
    assert (await admin.post(f"/admin/people/{dana.id}/reactivate")).status_code == 303
    refused = await admin.post(f"/admin/people/{dana.id}/role", {"role": "agent"})
    assert refused.status_code == 422, "nobody moves between surfaces"

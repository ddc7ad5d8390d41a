"""The console: each reseller sees and touches its own tenants only; a tenant is made once, however often the job runs."""

import io
import re
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import select, text

from app.access import service as access
from app.access.models import PersonRow
from app.access.pages import cookie_name
from app.core.boot import worker_kernel
from app.core.work import unit
from app.provider.models import TenantOrder
from tenants import provision
from tests.drive import drain
from tests.world import PASSWORD, id_of

pytestmark = pytest.mark.anyio


async def drop(runtime, slug):
    """Tests that make tenants take them away again: schemas and roles are not put back by themselves."""
    runtime.directory.forget()
    tenant = await runtime.directory.by_slug(slug)
    if tenant is not None:
        await provision.delete(worker_kernel(), tenant.id)


@pytest.mark.parametrize(
    ("who", "seen", "unseen"),
    [
        ("northwind", ["Harbor Debt Relief", "Summit Learning"], ["Keystone Injury Law", "Willow Care", "Bluefin"]),
        ("bluefin", ["Keystone Injury Law", "Willow Care"], ["Harbor Debt Relief", "Summit Learning", "Northwind"]),
        ("olga", ["Harbor Debt Relief", "Summit Learning", "Keystone Injury Law", "Willow Care"], []),
    ],
)
async def test_everybody_sees_their_own_tenants(cast, who, seen, unseen):
    browser = await cast.browser("console", who)
    home = await browser.get("/console")
    assert home.status_code == 200
    assert all(name in home.text for name in seen)
    assert not any(name in home.text for name in unseen)


ROUTES = [("get", ""), ("get", "/menu"), ("get", "/usage.csv"), ("post", "/open"), ("post", "/state")]


@pytest.mark.parametrize(("method", "tail"), ROUTES)
async def test_another_resellers_tenant_looks_like_none(cast, method, tail):
    browser = await cast.browser("console", "bluefin")
    answers = {}
    for name, tenant_id in {"foreign": id_of("harbor"), "random": uuid4(), "own": id_of("keystone")}.items():
        call = browser.get if method == "get" else browser.post
        answers[name] = await call(f"/console/tenants/{tenant_id}{tail}")
    assert answers["foreign"].status_code == answers["random"].status_code == 404
    assert len(answers["foreign"].content) == len(answers["random"].content)
    assert answers["own"].status_code in (200, 422)


async def test_only_the_operator_has_resellers(cast):
    assert (await (await cast.browser("console", "olga")).get("/console/resellers")).status_code == 200
    assert (await (await cast.browser("console", "northwind")).get("/console/resellers")).status_code == 404


async def test_the_console_stands_on_its_own_host_only(cast):
    assert (await (await cast.browser("harbor", "ada")).get("/console")).status_code == 404


def form(slug, /, **changes):
    fields = {
        "name": "Cedar Finance", "slug": slug, "blueprint": "debt-resolution", "colour": "#7a4f9a", "admin_name": "Cora",
        "admin_email": "cora@example.com",
    }  # fmt: skip
    return fields | changes


async def test_a_tenant_is_made_by_the_worker_and_its_admin_invited(cast, runtime):
    browser = await cast.browser("console", "northwind")
    try:
        sent = await browser.post("/console/tenants", form("cedar"))
        assert sent.status_code == 303
        await drain(runtime)
        shown = await browser.get(sent.headers["location"])
        assert "is ready" in shown.text and "/invitation/" in shown.text
        runtime.directory.forget()
        tenant = await runtime.directory.by_slug("cedar")
        assert tenant.reseller_id == id_of("northwind") and tenant.brand["colour"] == "#7a4f9a"
        async with unit(tenant=tenant) as work:
            assert list(await work.scalars(select(PersonRow.email))) == ["cora@example.com"]
    finally:
        await drop(runtime, "cedar")


async def test_the_same_order_twice_makes_one_tenant(cast, runtime):
    browser = await cast.browser("console", "northwind")
    try:
        sent = await browser.post("/console/tenants", form("birch"))
        await drain(runtime)
        console = cast.tenants["console"]
        order_id = sent.headers["location"].rsplit("/", 1)[1]
        async with unit(tenant=console) as work:  # as after a crash before the answer was noted
            order = await work.get(TenantOrder, order_id)
            order.step = "making"
            from app.core import agenda

            await agenda.add(work, "tenants.provision", order.id)
        await drain(runtime)
        async with runtime.directory.control().connect() as connection:
            assert await connection.scalar(text("select count(*) from control.tenants where slug = 'birch'")) == 1
    finally:
        await drop(runtime, "birch")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"slug": "harbor"}, "is taken"),
        ({"slug": "Ha rbor!"}, "lower-case letters"),
        ({"slug": "admin"}, "kept for the platform"),
        ({"name": ""}, "Enter the organisation"),
        ({"blueprint": ""}, "Choose what kind"),
        ({"admin_email": ""}, "Enter the e-mail"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_faulty_form_comes_back_with_what_was_typed(cast, changes, says):
    browser = await cast.browser("console", "northwind")
    answer = await browser.post("/console/tenants", form("elm", **changes))
    assert answer.status_code == 422 and says in answer.text
    assert "cora@example.com" in answer.text or "admin_email" in changes


async def test_an_address_taken_meanwhile_brings_the_form_back(cast, runtime):
    browser = await cast.browser("console", "northwind")
    from app.core.boot import worker_kernel

    sent = await browser.post("/console/tenants", form("aspen"))
    spec = provision.Spec(id=uuid4(), slug="aspen", name="Other", blueprint="sales", hosts=("aspen.localhost",))
    try:
        await provision.create(worker_kernel(), spec)
        await drain(runtime)
        shown = await browser.get(sent.headers["location"])
        assert "is taken" in shown.text and "Cedar Finance" in shown.text
    finally:
        await drop(runtime, "aspen")


async def test_deleting_takes_the_name_and_leaves_nothing(cast, runtime):
    from app.core.boot import worker_kernel

    spec = provision.Spec(
        id=uuid4(),
        slug="larch",
        name="Larch & Co",
        blueprint="sales",
        hosts=("larch.localhost",),
        reseller_id=id_of("northwind"),
    )
    tenant = await provision.create(worker_kernel(), spec)
    browser = await cast.browser("console", "northwind")
    url = f"/console/tenants/{tenant.id}/state"
    assert (await browser.post(url, {"action": "delete", "typed_name": "larch"})).status_code == 422
    assert (await browser.post(url, {"action": "delete", "typed_name": "Larch & Co"})).status_code == 303
    await drain(runtime)
    async with worker_kernel().owner.connect() as connection:
        left = await connection.scalar(
            text(
                "select (select count(*) from pg_namespace where nspname = :s) + (select count(*) from pg_roles where rolname = :s)"
            ),
            {"s": tenant.schema},
        )
        freed = await connection.scalar(text("select control.slug_is_free('larch', now())"))
    assert left == 0 and freed is False


async def test_open_hands_over_once_with_a_reason(cast, runtime):
    browser = await cast.browser("console", "northwind")
    url = f"/console/tenants/{id_of('harbor')}/open"
    assert (await browser.post(url, {"reason": ""})).status_code == 422
    for reason, to, onward in (("asked by phone to look at routing", "", ""), ("a job waits", "/admin/jobs", "?to=/admin/jobs"),
                               ("a job waits", "https://elsewhere.example.com", "")):  # fmt: skip
        opened = await browser.post(url, {"reason": reason, "to": to})
        assert opened.status_code == 200, "a form may not be led to another host, a page may"
        way = re.search(r'content="0;url=([^"]+)"', opened.text)[1]
        assert re.fullmatch(r"http://harbor\.localhost:8000/handoff/[\w.-]+" + re.escape(onward), way)
        assert f'href="{way}"' in opened.text


async def plan_of(runtime, slug):
    async with runtime.directory.control().connect() as connection:
        return await connection.scalar(text("select plan from control.tenants where slug = :slug"), {"slug": slug})


async def test_several_are_suspended_at_once_and_only_ones_own(cast, runtime):
    console, browser = cast.tenants["console"], await cast.browser("console", "northwind")
    ids = [str(id_of(slug)) for slug in ("harbor", "summit", "keystone")]
    answer = await browser.post("/console/tenants/several", {"ids": ids, "action": "suspend"})
    assert answer.status_code == 303
    assert (await drain(runtime, console))["failed"] == 0
    home = await browser.get("/console?state=suspended")
    assert "Harbor Debt Relief" in home.text and "Summit Learning" in home.text
    other = await (await cast.browser("console", "bluefin")).get("/console?state=active")
    assert "Keystone Injury Law" in other.text  # another reseller's stays as it is
    await browser.post("/console/tenants/several", {"ids": ids, "action": "resume"})
    await drain(runtime, console)
    assert "Harbor Debt Relief" in (await browser.get("/console?state=active")).text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"action": "suspend"}, "Select 1 to 200"),
        ({"ids": "nonsense", "action": "suspend"}, "found"),
        ({"ids": str(uuid4()), "action": "delete"}, "Choose one"),
    ],
    ids=["none", "no id", "not for several"],
)
async def test_what_is_no_choice_of_several_is_said_and_changes_nothing(cast, runtime, data, said):
    browser = await cast.browser("console", "northwind")
    answer = await browser.post("/console/tenants/several", data, headers={"HX-Request": "true"})
    assert answer.status_code < 500
    assert sum((await drain(runtime, cast.tenants["console"])).values()) == 0


async def test_the_list_is_found_sorted_and_taken_away_as_a_file(cast):
    browser = await cast.browser("console", "olga")
    found = (await browser.get("/console?q=harb", headers={"HX-Request": "true"})).text
    assert "Harbor Debt Relief" in found and "Willow Care" not in found
    by_name = (await browser.get("/console?sort=name", headers={"HX-Request": "true"})).text
    assert (
        by_name.index("Harbor Debt Relief")
        < by_name.index("Keystone")
        < by_name.index("Summit")
        < by_name.index("Willow")
    )
    file = await browser.get("/console/tenants.csv?blueprint=sales")
    assert file.headers["Content-Type"].startswith("text/csv")
    assert "Summit Learning" in file.text and "Harbor" not in file.text


async def test_a_line_of_the_list_is_opened_exported_suspended_and_resumed(cast, runtime):
    nora, url = await cast.browser("console", "northwind"), f"/console/tenants/{id_of('harbor')}"
    menu = await nora.get(f"{url}/menu?next=/console%3Fq%3Dharbor", headers={"HX-Request": "true"})
    assert "<html" not in menu.text and f"{url}#open" in menu.text and f"{url}#usage" in menu.text
    assert 'value="suspend"' in menu.text and 'value="/console?q=harbor"' in menu.text
    assert f"{url}/menu" in (await nora.get("/console")).text and 'id="usage"' in (await nora.get(url)).text
    figures = (await nora.get(f"{url}/usage.csv")).content.decode("utf-8-sig").splitlines()
    assert figures[0] == '"Day","Leads","Seats","Messages"' and len(figures) == 31
    asked = await nora.post(f"{url}/state", {"action": "suspend", "next": "/console?q=harbor"})
    assert (asked.status_code, asked.headers["Location"]) == (303, "/console?q=harbor")
    await drain(runtime)
    try:
        assert 'value="resume"' in (await nora.get(f"{url}/menu")).text
    finally:
        await nora.post(f"{url}/state", {"action": "resume"})
        await drain(runtime)
    assert 'value="suspend"' in (await nora.get(f"{url}/menu")).text


async def test_a_plan_is_what_use_is_measured_against(cast, runtime):
    browser, harbor = await cast.browser("console", "northwind"), id_of("harbor")
    assert (await browser.post(f"/console/tenants/{harbor}/plan", {"plan": "nothing"})).status_code == 422
    assert (await browser.post(f"/console/tenants/{harbor}/plan", {"plan": "starter"})).status_code == 303
    assert (await browser.post(f"/console/tenants/{id_of('keystone')}/plan", {"plan": "starter"})).status_code == 404
    await drain(runtime, cast.tenants["console"])
    assert await plan_of(runtime, "harbor") == "starter" and await plan_of(runtime, "keystone") is None
    async with worker_kernel().owner.begin() as connection:
        await connection.execute(
            text(
                "insert into control.meters (tenant_id, meter, day, value, as_of) values (:id, 'leads', current_date, 950, now()),"
                " (:id, 'last_sign_in', current_date, extract(epoch from now())::bigint, now())"
            ),
            {"id": harbor},
        )
    page = (await browser.get("/console")).text
    assert "95% of its leads used" in page
    assert "/ 5" in page  # seats of the plan


async def test_a_blueprint_shows_what_comes_with_it(cast):
    browser = await cast.browser("console", "northwind")
    page = (await browser.get("/console/blueprints/debt-resolution")).text
    assert "Pipelines" in page and "Sequences" in page and "Qualified" in page
    assert (await browser.get("/console/blueprints/operator")).status_code == 404
    assert (await browser.get("/console/blueprints/none")).status_code == 404


async def test_a_blueprint_is_told_without_names_that_only_programs_use(cast):
    page = (await (await cast.browser("console", "northwind")).get("/console/blueprints/debt-resolution")).text
    assert "Total debt" in page and "total_debt" not in page and "creditor_count" not in page


async def test_the_operator_tells_everybody_something_and_takes_it_back(cast, runtime):
    olga, nora = await cast.browser("console", "olga"), await cast.browser("console", "northwind")
    assert (await nora.post("/console/announcements", {"text": "x", "tone": "info", "days": "1"})).status_code == 404
    assert (await olga.post("/console/announcements", {"text": "", "tone": "info", "days": "1"})).status_code == 422
    await olga.post("/console/announcements", {"text": "Maintenance on Sunday", "tone": "warning", "days": "2"})
    await drain(runtime, cast.tenants["console"])
    assert "Maintenance on Sunday" in (await nora.get("/console")).text
    page = (await olga.get("/console/resellers")).text
    url = page.split('action="/console/announcements/')[1].split('"')[0]
    await olga.post(f"/console/announcements/{url}", {})
    await drain(runtime, cast.tenants["console"])
    assert "Maintenance on Sunday" not in (await nora.get("/console")).text


async def test_a_suspended_resellers_people_see_nothing_until_it_is_resumed(cast, runtime):
    olga, nora = await cast.browser("console", "olga"), await cast.browser("console", "northwind")
    url = f"/console/resellers/{id_of('northwind')}/state"
    assert (await nora.post(url, {"action": "resume"})).status_code == 404
    await olga.post(url, {"action": "suspend"})
    await drain(runtime, cast.tenants["console"])
    assert (await nora.get("/console")).status_code == 404
    assert (await (await cast.browser("console", "bluefin")).get("/console")).status_code == 200
    await olga.post(url, {"action": "resume"})
    await drain(runtime, cast.tenants["console"])
    assert (await nora.get("/console")).status_code == 200


async def test_a_reseller_chooses_its_look_and_new_tenants_begin_with_it(cast, runtime):
    nora, olga = await cast.browser("console", "northwind"), await cast.browser("console", "olga")
    assert (await olga.get("/console/brand")).status_code == 404
    assert (await nora.post("/console/brand", {"product_name": "Northwind", "colour": "blue-ish"})).status_code == 422
    picture = {"logo": ("logo.png", a_logo(), "image/png")}
    saved = await nora.client.post(
        "/console/brand", data={"product_name": "Northwind Cloud", "colour": "#225588"}, files=picture,
        headers={"X-CSRF-Token": nora.csrf},
    )  # fmt: skip
    assert saved.status_code == 303
    await drain(runtime, cast.tenants["console"])
    home = (await nora.get("/console")).text
    assert "Northwind Cloud" in home and "/brand/files/" in home
    key = home.split("/brand/files/")[1].split('"')[0]
    assert (await nora.get(f"/brand/files/{key}")).status_code == 200
    await nora.post("/console/tenants", form("aspen", colour=""))
    await drain(runtime, cast.tenants["console"])
    runtime.directory.forget()
    try:
        tenant = await runtime.directory.by_slug("aspen")
        assert tenant.brand["logo"] == key and tenant.brand["colour"] == "#225588"
        assert tenant.brand["product_name"] == "Cedar Finance"
        assert (await cast.visitor_at(tenant).get(f"/brand/files/{key}")).status_code == 200
    finally:
        await drop(runtime, "aspen")


async def test_a_new_tenant_begins_with_the_logo_that_came_with_its_form(cast, runtime):
    nora = await cast.browser("console", "northwind")
    picture = {"logo": ("logo.png", a_logo(), "image/png")}
    sent = await nora.client.post(
        "/console/tenants", data=form("rowan"), files=picture, headers={"X-CSRF-Token": nora.csrf}
    )
    assert sent.status_code == 303
    await drain(runtime, cast.tenants["console"])
    runtime.directory.forget()
    try:
        tenant = await runtime.directory.by_slug("rowan")
        shown = await cast.visitor_at(tenant).get(f"/brand/files/{tenant.brand['logo']}")
        assert shown.status_code == 200 and shown.headers["content-type"].startswith("image/")
    finally:
        await drop(runtime, "rowan")


def a_logo():
    out = io.BytesIO()
    Image.new("RGB", (240, 80), "#225588").save(out, "PNG")
    return out.getvalue()


async def test_each_reseller_reads_its_own_doings_alone(cast, runtime):
    nora, bruno = await cast.browser("console", "northwind"), await cast.browser("console", "bluefin")
    await nora.post(f"/console/tenants/{id_of('harbor')}/plan", {"plan": "growth"})
    own, other = (await nora.get("/admin/audit")).text, (await bruno.get("/admin/audit")).text
    assert "gave another plan to a tenant" in rows_of(own)
    assert "gave another plan to a tenant" not in rows_of(other)
    olga = await cast.browser("console", "olga")
    theirs, whole = (await nora.get("/admin/audit/chain")).text, (await olga.get("/admin/audit/chain")).text
    assert "unbroken" in theirs and not re.search(r"\d entr", theirs) and re.search(r"\d entr", whole)


def rows_of(page):
    """The lines of the log, without the filters above it."""
    return page.split("<tbody", 1)[-1] if "<tbody" in page else ""


async def test_the_operator_makes_a_reseller_and_asks_its_first_people_in(cast, runtime):
    olga = await cast.browser("console", "olga")
    made = {"name": "Larch Group", "slug": "larch", "colour": "#446622", "email": "lea@larch.example.com"}
    assert (await olga.post("/console/resellers", made)).status_code == 303
    await drain(runtime, cast.tenants["console"])
    console = cast.tenants["console"]
    try:
        async with unit(tenant=console) as work:
            lea = (await work.scalars(select(PersonRow).where(PersonRow.email == made["email"]))).one()
        url = f"/console/resellers/{lea.party_id}"
        assert lea.state == "invited" and made["email"] in (await olga.get(url)).text
        refused = await olga.post(f"{url}/people", {"email": "nobody", "role": "reseller_staff"})
        assert refused.status_code == 422 and "Enter an e-mail address" in refused.text
        taken = await olga.post(f"{url}/people", {"email": "sam@larch.example.com", "role": "operator"})
        assert taken.status_code == 422
        asked = await olga.post(f"{url}/people", {"email": "sam@larch.example.com", "role": "reseller_staff"})
        assert asked.status_code == 303
        async with unit(tenant=console) as work:
            await access.set_password(work, lea.id, PASSWORD)
            lea = await work.get(PersonRow, lea.id)
            token = await access.open_session(work, lea, step="in", address="127.0.0.1", agent="test")
        browser = cast.visitor("console")
        browser.client.cookies.set(cookie_name(), token)
        home = await browser.get("/console")
        assert home.status_code == 200 and "No tenants yet" in home.text and "Harbor" not in home.text
        assert (
            await olga.post(f"/admin/people/{lea.id}/deactivate")
        ).status_code == 409  # the last who could ask others in
        assert (
            await olga.post(f"{url}/people", {"email": "ann@larch.example.com", "role": "reseller"})
        ).status_code == 303
        async with unit(tenant=console) as work:
            ann = (await work.scalars(select(PersonRow).where(PersonRow.email == "ann@larch.example.com"))).one()
            await access.set_password(work, ann.id, PASSWORD)
        assert (await olga.post(f"/admin/people/{lea.id}/deactivate")).status_code == 303
        assert (await browser.get("/console")).status_code == 303  # to the sign-in
    finally:
        async with worker_kernel().owner.begin() as connection:
            await connection.execute(text("delete from control.resellers where slug = 'larch'"))


async def test_only_the_operator_asks_people_into_resellers(cast):
    url = f"/console/resellers/{id_of('northwind')}"
    olga, nora = await cast.browser("console", "olga"), await cast.browser("console", "northwind")
    assert (
        (await nora.get(url)).status_code
        == (await nora.post(f"{url}/people", {"email": "x@example.com"})).status_code
        == 404
    )
    assert (await olga.get(url)).status_code == 200
    assert "Reseller staff" not in (await olga.get("/admin/people/invite")).text  # it would be nobody's staff
    assert "Reseller staff" in (await nora.get("/admin/people/invite")).text


async def test_somebody_of_a_reseller_who_stands_for_none_sees_nothing(cast):
    async with unit(tenant=cast.tenants["console"]) as work:
        await access.create_person(
            work, email="loose@example.com", name="Loose End", role="reseller", password=PASSWORD
        )
    assert (await (await cast.browser("console", "loose")).get("/console")).status_code == 404
    assert (await (await cast.browser("console", "olga")).get("/console")).status_code == 200

"""The console: each reseller sees and touches its own tenants only; a tenant is made once, however often the job runs."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text

from app.access.models import PersonRow
from app.core.work import unit
from app.provider.models import TenantOrder
from tenants import provision
from tests.drive import drain
from tests.world import id_of

pytestmark = pytest.mark.anyio


async def drop(runtime, slug):
    """Tests that make tenants take them away again: schemas and roles are not put back by themselves."""
    from app.core.boot import worker_kernel

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


ROUTES = [("get", ""), ("post", "/open"), ("post", "/state")]


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
    opened = await browser.post(url, {"reason": "asked by phone to look at routing"})
    assert opened.status_code == 303 and opened.headers["location"].startswith("http://harbor.localhost:8000/handoff/")

"""What an organisation's plan allows, seen by its own administrators as its provider sees it."""

import pytest
from sqlalchemy import text

from app.core import plan
from app.core.boot import worker_kernel
from app.core.plan import OwnPlan, Use
from tests.drive import drain
from tests.world import id_of

pytestmark = pytest.mark.anyio
PAGE = "/admin/plan"


async def has_used(slug, **figures):
    async with worker_kernel().owner.begin() as connection:
        for meter, value in figures.items():
            await connection.execute(
                text(
                    "insert into control.meters (tenant_id, meter, day, value, as_of)"
                    " values (:id, :meter, current_date, :value, now())"
                ),
                {"id": id_of(slug), "meter": meter, "value": value},
            )


async def test_without_a_plan_use_is_shown_and_nothing_is_limited(cast):
    ada = await cast.browser("harbor", "ada")
    await has_used("harbor", seats=3, leads=1234)
    page = (await ada.get(PAGE)).text
    assert "No plan" in page and "1,234" in page and "<progress" not in page
    assert PAGE in (await ada.get("/admin/settings")).text


async def test_use_stands_beside_what_the_plan_allows_and_home_tells_it_in_time(cast, runtime):
    northwind, ada = await cast.browser("console", "northwind"), await cast.browser("harbor", "ada")
    await northwind.post(f"/console/tenants/{id_of('harbor')}/plan", {"plan": "starter"})
    await drain(runtime, cast.tenants["console"])
    await has_used("harbor", seats=5, leads=899, messages=4500)
    await has_used("keystone", leads=77)
    page = (await ada.get(PAGE)).text
    assert "Starter" in page and "5 of 5" in page and "899 of 1,000" in page and "4,500 of 5,000" in page
    assert "Ask your provider" in page and "Northwind" not in page
    home = (await ada.get("/admin")).text
    assert "5 of the 5 seats of your plan are taken" in home and "4,500 of the 5,000 messages" in home
    assert "leads of your plan" not in home, "below 90 per cent nobody is told"


async def test_nothing_allowed_is_a_limit_too(cast, monkeypatch):
    """No plan of today says so; the page must not read it as no limit."""
    uses = [
        Use(meter=meter, used=used, limit=limit)
        for meter, used, limit in (("seats", 1, 5), ("leads", 3, 0), ("messages", 0, 0))
    ]
    assert [(use.nearly, use.full) for use in uses] == [(False, False), (True, True), (False, False)]

    async def of(tenant_id):
        return OwnPlan(label="Closed", uses=uses, as_of=None)

    monkeypatch.setattr(plan, "of", of)
    page = (await (await cast.browser("harbor", "ada")).get(PAGE)).text
    assert "3 of 0" in page and "0 of 0" in page and "1 of 5" in page and "no limit" not in page


async def test_only_who_changes_settings_sees_the_plan(cast):
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    assert (await ada.get(PAGE)).status_code == 200
    assert (await luis.get(PAGE)).status_code == 404

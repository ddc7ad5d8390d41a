"""The organisation's settings, and what browsers ask for by a fixed name."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core import config
from app.core.work import unit
from app.portal.queries import open_until
from tests.contacting import at
from tests.drive import drain

pytestmark = pytest.mark.anyio


def form(**changes):
    days = dict.fromkeys(("mon", "tue", "wed", "thu"), "09:00-17:00")
    return {
        "product_name": "Harbor Debt Relief", "postal_address": "12 Pier Road\nPortland, ME 04101",
        "zone": "America/Chicago", "locale": "en_US", **days, **changes,
    }  # fmt: skip


async def test_settings_are_kept_and_the_address_is_worn(cast, runtime):
    ada = await cast.browser("harbor", "ada")
    assert (await ada.post("/admin/settings", form(mon="9-12, 13:00-17:30"))).status_code == 303
    await drain(runtime)
    runtime.directory.forget()
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert await config.get(work, "zone") == "America/Chicago"
        hours = await config.get(work, "hours")
    assert hours["mon"] == [["09:00", "12:00"], ["13:00", "17:30"]] and "fri" not in hours
    tenant = await runtime.directory.by_slug("harbor")
    assert tenant.brand["postal_address"].startswith("12 Pier Road")
    async with unit(tenant=cast.tenants["summit"]) as work:
        assert await config.get(work, "zone") != "America/Chicago"


async def test_a_draft_keeps_the_new_address_too(cast, runtime):
    ada = await cast.browser("harbor", "ada")
    await ada.post("/admin/brand", {"footer": "Drafted words"})
    await ada.post("/admin/settings", form())
    await ada.post("/admin/brand", {"then": "publish"})
    await drain(runtime)
    runtime.directory.forget()
    brand = (await runtime.directory.by_slug("harbor")).brand
    assert brand["postal_address"].startswith("12 Pier Road") and brand["footer"] == "Drafted words"


@pytest.mark.parametrize(
    ("field", "typed"),
    [("zone", "Mars/Olympus"), ("locale", "xx"), ("mon", "from nine"), ("mon", "17:00-09:00")],
)
async def test_a_fault_keeps_everything_typed_and_saves_nothing(cast, runtime, field, typed):
    ada = await cast.browser("harbor", "ada")
    refused = await ada.post("/admin/settings", form(**{field: typed, "product_name": "Half Typed"}))
    assert refused.status_code == 422 and "Half Typed" in refused.text
    await drain(runtime)
    runtime.directory.forget()
    assert (await runtime.directory.by_slug("harbor")).brand["product_name"] == "Harbor Debt Relief"
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert await config.get(work, "zone") == "America/New_York"


async def test_each_host_has_its_own_manifest_and_icon(cast):
    told = {}
    for slug, name in (("harbor", "Harbor Debt Relief"), ("summit", "Summit Learning")):
        answer = await cast.visitor(slug).get("/manifest.webmanifest")
        assert answer.headers["content-type"].startswith("application/manifest+json")
        told[slug] = answer.json()
        assert told[slug]["name"] == name
        icon = await cast.visitor(slug).get("/favicon.ico")
        assert icon.status_code == 200 and icon.headers["content-type"].startswith("image/svg+xml")
    assert "Summit" not in str(told["harbor"])


async def test_a_published_icon_is_where_browsers_look(cast, runtime):
    from tests.brand.test_editor import png, publish

    ada = await cast.browser("harbor", "ada")
    await ada.post("/admin/brand/places/favicon", files={"file": ("i.png", png(size=(64, 64)), "image/png")})
    await publish(ada, runtime)
    visitor = cast.visitor("harbor")
    sent = await visitor.get("/favicon.ico")
    assert sent.status_code == 302
    assert (await visitor.get(sent.headers["location"])).headers["content-type"] == "image/png"


async def test_only_the_sheet_that_is_worn_may_be_kept(cast):
    """An address of another version is answered, but not for a browser to keep under that name."""
    visitor = cast.visitor("harbor")
    page = (await visitor.get("/login")).text
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page
    address = next(part for part in page.split('"') if part.startswith("/brand/brand-"))
    assert "immutable" in (await visitor.get(address)).headers["cache-control"]
    assert (await visitor.get("/brand/brand-000000000000.css")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("9 am - 5:30 pm", [["09:00", "17:30"]]),
        ("9-5", [["09:00", "17:00"]]),
        ("9am–12pm, 1pm–5", [["09:00", "12:00"], ["13:00", "17:00"]]),
        ("08:30-24:00", [["08:30", "24:00"]]),
        ("8 to 6 p.m.", [["08:00", "18:00"]]),
    ],
)
async def test_hours_are_read_as_people_write_them(cast, typed, spans):
    ada = await cast.browser("harbor", "ada")
    assert (await ada.post("/admin/settings", form(mon=typed))).status_code == 303
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert (await config.get(work, "hours"))["mon"] == spans


async def test_days_off_are_ticked_or_written_and_close_the_portal(cast):
    ada = await cast.browser("harbor", "ada")
    noon = datetime(2026, 12, 24, 18, tzinfo=UTC)
    days = {"legal": ["2026-12-25"], "days_off": "12/24/2026 Office party", "thu": "9-5", "zone": "America/New_York"}
    with at(noon - timedelta(days=30)):
        assert "Christmas Day" in (await ada.get("/admin/settings")).text
        assert (await ada.post("/admin/settings", form(**days))).status_code == 303
    async with unit(tenant=cast.tenants["harbor"]) as work:
        settings = await config.everything(work)
    off = settings["holidays"]
    assert off == [
        {"date": "2026-12-24", "name": "Office party"},
        {"date": "2026-12-25", "name": "Christmas Day"},
    ]
    with at(noon):
        assert open_until(settings["hours"], "America/New_York") is not None
        assert open_until(settings["hours"], "America/New_York", off) is None
    refused = await ada.post("/admin/settings", form(days_off="the day before Christmas"))
    assert refused.status_code == 422 and "Write a date first" in refused.text


async def test_the_first_time_usual_hours_stand_there_to_be_saved(cast):
    ada = await cast.browser("willow", "ada")
    async with unit(tenant=cast.tenants["willow"]) as work:
        await config.put(work, "hours", {})
    assert 'value="9 am - 5 pm"' in (await ada.get("/admin/settings")).text
    given = form(product_name="Willow Care", **dict.fromkeys(("mon", "tue", "wed", "thu"), ""))
    assert (await ada.post("/admin/settings", given)).status_code == 303
    assert 'value="9 am - 5 pm"' not in (await ada.get("/admin/settings")).text

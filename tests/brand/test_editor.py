"""The brand editor: a draft that nobody else sees, one publishing, and the way back."""

import asyncio
import io

import pytest
from PIL import Image
from sqlalchemy import select

from app.access.models import AuditEntry
from app.brand import queries
from app.brand.models import BrandVersion
from app.core.work import unit
from tests.drive import drain
from themes.tokens import compute_theme, parse_brand

pytestmark = pytest.mark.anyio
GREEN = "#0b6e4f"


def form(**changes):
    """The editor's form as a browser sends it."""
    return {"product_name": "Harbor Advice", "colour": GREEN, "font": "lora", "corners": "round", **changes}


def png(colour=(180, 30, 60, 255), size=(300, 90)):
    out = io.BytesIO()
    Image.new("RGBA", size, colour).save(out, "PNG")
    return out.getvalue()


def primary(**look):
    return compute_theme(parse_brand(look)).light["primary"]


async def publish(browser, runtime, **changes):
    sent = await browser.post("/admin/brand", form(then="publish", **changes))
    assert sent.status_code == 303
    assert (await drain(runtime))["failed"] == 0
    runtime.directory.forget()


async def worn(cast, slug="harbor"):
    """What a visitor is shown: the title of the sign-in page and the style sheet that it names."""
    visitor = cast.visitor(slug)
    page = await visitor.get("/login")
    address = next(part for part in page.text.split('"') if part.startswith("/brand/brand-"))
    title = page.text.partition("<title>")[2].partition("</title>")[0]
    return title, (await visitor.get(address)).text


async def test_a_draft_is_seen_by_the_editor_alone(cast, runtime):
    ada, before = await cast.browser("harbor", "ada"), await worn(cast)
    assert (await ada.post("/admin/brand", form())).status_code == 303
    await drain(runtime)
    runtime.directory.forget()
    assert await worn(cast) == before
    page = (await ada.get("/admin/brand")).text
    assert "Harbor Advice" in page
    assert "4 changes are not published" in page  # name, colour, font and corners


async def test_publishing_shows_on_pages_and_in_the_style_sheet(cast, runtime):
    await publish(await cast.browser("harbor", "ada"), runtime)
    title, css = await worn(cast)
    assert "Harbor Advice" in title
    assert f"--color-primary:{primary(colour=GREEN)}" in css
    assert (await runtime.directory.by_slug("harbor")).brand_version == 2


async def test_another_tenant_keeps_its_own(cast, runtime):
    before = await worn(cast, "summit")
    await publish(await cast.browser("harbor", "ada"), runtime)
    assert await worn(cast, "summit") == before
    assert (await worn(cast))[1] != before[1]


async def test_publishing_twice_writes_once(cast, runtime):
    ada = await cast.browser("harbor", "ada")
    await publish(ada, runtime)
    await publish(ada, runtime)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert [row.version for row in await queries.history(work)] == [2, 1]


async def test_a_late_effect_leaves_a_newer_brand_on(cast, runtime):
    """What a crash between writing and noting leads to: the older call made again after the newer one."""
    from app.brand import jobs

    ada = await cast.browser("harbor", "ada")
    await publish(ada, runtime)
    await publish(ada, runtime, product_name="Harbor Newer")
    async with unit(tenant=cast.tenants["harbor"]) as work:
        row = await queries.version(work, 2)
    await jobs._write(jobs.Publication(cast.tenants["harbor"].id, 2, row.brand, []), "again")
    tenant = await runtime.directory.by_slug("harbor")
    assert (tenant.brand_version, tenant.brand["product_name"]) == (3, "Harbor Newer")


async def test_a_former_version_comes_back_as_a_new_one(cast, runtime):
    ada, before = await cast.browser("harbor", "ada"), await worn(cast)
    await publish(ada, runtime)
    assert await worn(cast) != before
    assert (await ada.post("/admin/brand/versions/1/back")).status_code == 303
    await drain(runtime)
    runtime.directory.forget()
    assert (await worn(cast))[1] == before[1]
    assert (await runtime.directory.by_slug("harbor")).brand_version == 3
    assert (await ada.post("/admin/brand/versions/99/back")).status_code == 404


async def test_a_faulty_colour_keeps_what_was_typed(cast):
    ada = await cast.browser("harbor", "ada")
    refused = await ada.post("/admin/brand", form(colour="sort of green", footer="Kept words"))
    assert refused.status_code == 422
    assert 'value="sort of green"' in refused.text and "Kept words" in refused.text
    assert "Enter a colour like" in refused.text
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert await queries.draft(work) is None


async def test_contrast_is_mended_aloud(cast):
    ada = await cast.browser("harbor", "ada")
    await ada.post("/admin/brand", form(colour="#ffe14d"))
    page = (await ada.get("/admin/brand")).text
    assert "Your yellow is too light for white text" in page


async def test_saving_while_choosing_answers_with_what_was_mended(cast):
    ada = await cast.browser("harbor", "ada")
    saved = await ada.post("/admin/brand", form(colour="#ffe14d"), headers={"HX-Request": "true"})
    assert saved.status_code == 200 and "<html" not in saved.text
    assert "Your yellow is too light for white text" in saved.text and "4 changes are not published" in saved.text


async def test_a_logo_is_published_for_its_own_host_alone(cast, runtime):
    ada = await cast.browser("harbor", "ada")
    sent = await ada.post("/admin/brand/places/logo", files={"file": ("logo.png", png(), "image/png")})
    assert sent.status_code == 303
    async with unit(tenant=cast.tenants["harbor"]) as work:
        key = (await queries.draft(work)).brand["logo"]
    assert (await ada.get(f"/admin/brand/pictures/{key}")).status_code == 200
    assert (await cast.visitor("harbor").get(f"/brand/files/{key}")).status_code == 404  # not published yet
    await publish(ada, runtime)
    found = await cast.visitor("harbor").get(f"/brand/files/{key}")
    assert found.status_code == 200 and found.headers["content-type"] == "image/png"
    assert (await cast.visitor("summit").get(f"/brand/files/{key}")).status_code == 404
    foreign = await cast.browser("summit", "ada")
    assert (await foreign.get(f"/admin/brand/pictures/{key}")).status_code == 404


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"<svg onload='x'></svg>", "SVG"), (b"GIF89a", "PNG, JPEG or WebP"), (b"", "Choose a picture")],
)
async def test_a_picture_that_is_none_is_refused(cast, data, says):
    ada = await cast.browser("harbor", "ada")
    refused = await ada.post("/admin/brand/places/logo", files={"file": ("logo.png", data, "image/png")})
    assert refused.status_code == 422 and says in refused.text
    assert (await ada.post("/admin/brand/places/banner", files={"file": ("a.png", png())})).status_code == 404


async def test_a_logo_that_vanishes_is_told(cast):
    ada = await cast.browser("harbor", "ada")
    white = {"file": ("logo.png", png((255, 255, 255, 255)), "image/png")}
    await ada.post("/admin/brand/places/logo", files=white)
    page = (await ada.get("/admin/brand")).text
    assert "hardly be seen on light ground" in page and "hardly be seen on dark ground" not in page


async def test_a_theme_changes_the_look_and_keeps_the_names(cast):
    ada = await cast.browser("harbor", "ada")
    await ada.post("/admin/brand", form())
    assert (await ada.post("/admin/brand/theme", {"theme": "juniper"})).status_code == 303
    async with unit(tenant=cast.tenants["harbor"]) as work:
        brand = (await queries.draft(work)).brand
    assert (brand["colour"], brand["font"], brand["product_name"]) == ("#1c6b4a", "figtree", "Harbor Advice")


async def test_discarding_goes_back_to_what_is_worn(cast):
    ada = await cast.browser("harbor", "ada")
    await ada.post("/admin/brand", form())
    await ada.post("/admin/brand/discard")
    page = (await ada.get("/admin/brand")).text
    assert "Everything is published" in page and "Harbor Advice" not in page


async def test_publishing_stands_in_the_audit_log(cast, runtime):
    await publish(await cast.browser("harbor", "ada"), runtime)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        rows = (await work.scalars(select(AuditEntry).where(AuditEntry.action == "brand.published"))).all()
        published = (await work.scalars(select(BrandVersion).where(BrandVersion.version == 2))).one()
    assert [row.actor_name for row in rows] == ["Ada Admin"]
    assert published.saved_by == "Ada Admin" and published.published_at is not None


async def test_without_the_right_the_pages_do_not_exist(cast):
    for name, expected in (("luis", 404), ("ada", 200)):
        browser = await cast.browser("harbor", name)
        for path in ("/admin/brand", "/admin/settings"):
            assert (await browser.get(path)).status_code == expected
    luis = await cast.browser("harbor", "luis")
    assert (await luis.post("/admin/brand", form())).status_code == 404
    assert (await luis.post("/admin/settings", {})).status_code == 404


async def test_two_who_publish_at_once_get_two_numbers(cast, runtime):
    ada, also = await cast.browser("harbor", "ada"), await cast.browser("harbor", "ada")
    first = form(then="publish", product_name="Harbor One")
    second = form(then="publish", product_name="Harbor Two")
    answers = await asyncio.gather(ada.post("/admin/brand", first), also.post("/admin/brand", second))
    assert [answer.status_code for answer in answers] == [303, 303]
    assert (await drain(runtime))["failed"] == 0
    runtime.directory.forget()
    async with unit(tenant=cast.tenants["harbor"]) as work:
        newest, *_ = history = await queries.history(work)
    assert [row.version for row in history] == [3, 2, 1]
    assert (await runtime.directory.by_slug("harbor")).brand == newest.brand

"""The previews: the tenant's real pages, in the draft's clothes, with nobody real in them."""

import re

import pytest

from tests.brand.test_editor import GREEN, form, png, primary

pytestmark = pytest.mark.anyio
SCENES = {
    "sign-in": "Password", "lead": "Call back about the next step", "phone": "Hello, Dana", "mail": "Your agreement is ready",
    "invoice": "Documents and filing",
}  # fmt: skip


@pytest.mark.parametrize("scene", SCENES)
async def test_each_scene_is_the_real_page_with_invented_people(cast, scene):
    """A scene that fell so far behind its page that the page can't be drawn fails here, not before people."""
    ada = await cast.browser("harbor", "ada")
    await ada.post("/admin/brand", form())
    shown = await ada.get(f"/admin/brand/preview/{scene}")
    assert shown.status_code == 200
    assert SCENES[scene] in shown.text and "be shown here" not in shown.text
    assert "Harbor Advice" in shown.text
    assert "frame-ancestors 'self'" in shown.headers["content-security-policy"]
    assert (
        "script-src" not in shown.headers["content-security-policy"]
        or "unsafe" not in shown.headers["content-security-policy"]
    )


@pytest.mark.parametrize(("scene", "mode"), [("lead", "light"), ("lead", "dark"), ("phone", "dark")])
async def test_a_page_is_shown_on_the_ground_that_was_asked_for(cast, scene, mode):
    ada = await cast.browser("harbor", "ada")
    shown = await ada.get(f"/admin/brand/preview/{scene}?mode={mode}")
    assert f'data-theme="{mode}"' in shown.text


@pytest.mark.parametrize("scene", ["mail", "invoice"])
async def test_letters_and_prints_wear_the_draft_on_light_ground(cast, scene):
    ada = await cast.browser("harbor", "ada")
    await ada.post("/admin/brand", form())
    assert primary(colour=GREEN) in (await ada.get(f"/admin/brand/preview/{scene}?mode=dark")).text


async def test_a_colour_is_worn_before_it_is_saved(cast):
    ada = await cast.browser("harbor", "ada")
    await ada.post("/admin/brand", form())
    drafted = (await ada.get("/admin/brand/draft.css")).text
    choosing = await ada.get("/admin/brand/draft.css?colour=%23aa2255&font=lora&corners=round")
    assert f"--color-primary:{primary(colour=GREEN)}" in drafted
    assert f"--color-primary:{primary(colour='#aa2255')}" in choosing.text
    assert choosing.headers["cache-control"] == "no-store"
    odd = await ada.get("/admin/brand/draft.css?colour=red}body{display:none")
    assert odd.status_code == 200 and "display:none" not in odd.text


async def test_a_drafted_logo_stands_in_every_scene(cast):
    ada = await cast.browser("harbor", "ada")
    await ada.post("/admin/brand/places/logo", files={"file": ("logo.png", png(), "image/png")})
    for scene in SCENES:
        page = (await ada.get(f"/admin/brand/preview/{scene}")).text
        assert re.search(r'src="(/admin/brand/pictures/logo-|data:image/png)', page) or scene == "lead"
        assert "/brand/files/" not in page


async def test_previews_are_for_whoever_may_change_the_brand(cast):
    for name, expected in (("ada", 200), ("luis", 404)):
        browser = await cast.browser("harbor", name)
        for path in ("/admin/brand/preview/lead", "/admin/brand/draft.css"):
            assert (await browser.get(path)).status_code == expected
    assert (await (await cast.browser("harbor", "ada")).get("/admin/brand/preview/nothing")).status_code == 404


async def test_no_other_page_may_be_framed(cast):
    ada = await cast.browser("harbor", "ada")
    framed = (await ada.get("/admin/brand")).headers["content-security-policy"]
    other = (await ada.get("/admin/settings")).headers["content-security-policy"]
    assert "frame-src 'self'" in framed and "frame-ancestors 'none'" in other

"""What a device keeps when somebody puts the site on its home screen: each brand's own, and nobody's pages."""

import io

import pytest
from PIL import Image

from tests.brand.test_editor import png, publish

pytestmark = pytest.mark.anyio


async def manifest(visitor, audience=""):
    return (await visitor.get(f"/manifest.webmanifest?for={audience}")).json()


async def test_each_brand_and_audience_has_its_own_manifest(cast):
    harbor, summit = cast.visitor("harbor"), cast.visitor("summit")
    one, other = await manifest(harbor), await manifest(summit)
    assert one["name"] != other["name"] and one["display"] == "standalone"
    starts = [
        (await manifest(harbor, audience))["start_url"] for audience in ("staff", "client", "publisher", "evil//")
    ]
    assert starts == ["/", "/portal", "/publisher", "/"]
    purposes = {(icon["purpose"], icon["sizes"]) for icon in one["icons"]}
    assert purposes == {(kind, size) for kind in ("any", "maskable") for size in ("192x192", "512x512")}


async def test_icons_are_drawn_from_the_brand_with_a_safe_middle(cast, runtime):
    visitor = cast.visitor("harbor")
    initials = await drawn(visitor, "/icons/maskable/512")
    corner, middle = initials.getpixel((2, 2)), initials.crop((110, 110, 402, 402))
    assert corner[3] == 255 and len(set(middle.getdata())) > 2  # filled to the edge, letters within the middle
    edge = initials.crop((0, 0, 512, 50))
    assert len(set(edge.getdata())) == 1
    ada = await cast.browser("harbor", "ada")
    await ada.post(
        "/admin/brand/places/favicon", files={"file": ("i.png", png((10, 120, 60, 255), (180, 180)), "image/png")}
    )
    await publish(ada, runtime)
    pictured = await drawn(visitor, "/icons/any/192")
    assert pictured.size == (192, 192) and pictured.getpixel((96, 96))[:3] == (10, 120, 60)
    assert (await drawn(visitor, "/apple-touch-icon.png")).size == (180, 180)
    for path in ("/icons/any/77", "/icons/other/192"):
        assert (await visitor.get(path)).status_code == 404


async def drawn(visitor, path):
    answer = await visitor.get(path)
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
    return Image.open(io.BytesIO(answer.content)).convert("RGBA")


async def test_the_worker_keeps_one_page_and_nobodys_data(cast):
    visitor = cast.visitor("harbor")
    worker, offline = await visitor.get("/sw.js"), await visitor.get("/offline")
    assert (
        worker.headers["content-type"].startswith("text/javascript") and worker.headers["cache-control"] == "no-cache"
    )
    kept = worker.text.partition("const FILES = ")[2].partition("\n")[0]
    assert '"/offline"' in kept and kept.count('"/') == 4
    for place in ("/agent", "/portal", "/admin"):
        assert place not in worker.text
    for address in [part for part in kept.split('"') if part.startswith("/")]:
        assert (await visitor.get(address)).status_code == 200
    ada = await cast.browser("harbor", "ada")
    assert "Ada" not in (await ada.get("/offline")).text and offline.status_code == 200


async def test_the_bar_of_the_device_takes_the_ground_of_the_mode(cast):
    page = (await cast.visitor("harbor").get("/login")).text
    assert page.count('name="theme-color"') == 2 and "(prefers-color-scheme: dark)" in page
    assert 'href="/manifest.webmanifest"' in page and 'href="/apple-touch-icon.png"' in page
    ada = await cast.browser("harbor", "ada")
    assert 'href="/manifest.webmanifest?for=staff"' in (await ada.get("/admin/brand")).text

"""Pages leave compressed, and their length does not tell what stands in them."""

import gzip

import pytest

from app.core import squeeze

pytestmark = pytest.mark.anyio


async def test_a_page_is_compressed_for_who_takes_it_and_the_same_page_otherwise(cast):
    visitor = cast.visitor("harbor")
    packed = await visitor.get("/login", headers={"Accept-Encoding": "gzip"})
    plain = await visitor.get("/login", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip" and "Accept-Encoding" in packed.headers["vary"]
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert "content-encoding" not in plain.headers and "<title>" in packed.text and "<title>" in plain.text


async def test_an_error_page_is_whole(cast):
    found = await cast.visitor("harbor").get("/nowhere", headers={"Accept-Encoding": "gzip"})
    assert found.status_code == 404 and found.text.rstrip().endswith("</html>")


def test_the_same_page_never_has_one_length():
    page = b"<p>the same page</p>" * 200
    packed = [squeeze.gzip(page) for _ in range(40)]
    assert {gzip.decompress(one) for one in packed} == {page}
    assert len({len(one) for one in packed}) > 10

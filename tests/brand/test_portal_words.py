"""The client portal's layout and the tenant's own words: drafted, shown, published, taken back."""

from typing import Any

import pytest

from app.access import service as access
from app.contacts import service as contacts
from app.core import config
from app.core.work import unit
from tests.contacting import acting
from tests.world import PASSWORD

pytestmark = pytest.mark.anyio


def layout(order: list[str], hidden: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    """The form as a browser sends it."""
    sent: dict[str, Any] = {"section": order, "when_0": "Today", "what_0": "We call you.", "stage_new": "We have it."}
    sent |= {f"label_{key}": key.capitalize() for key in order}
    sent |= {f"shown_{key}": "1" for key in order if key not in hidden}
    return {**sent, **changes}


async def sections(cast: Any, key: str = "portal") -> list[dict[str, str]]:
    async with unit(tenant=cast.tenants["harbor"]) as work:
        return (await config.get(work, key) or {}).get("sections", [])


ORDER = ["home", "documents", "program", "invoices", "more"]


async def test_a_layout_is_drafted_shown_and_published(cast: Any) -> None:
    ada, before = await cast.browser("harbor", "ada"), await sections(cast)
    sent = layout(ORDER, ("invoices",), label_documents="Your papers")
    assert (await ada.post("/admin/portal", sent)).status_code == 303
    assert await sections(cast) == before  # clients see nothing of it yet
    assert "Your papers" in (await ada.get("/admin/portal/preview")).text
    assert "not published" in (await ada.get("/admin/portal")).text
    assert (await ada.post("/admin/portal", {**sent, "then": "publish"})).status_code == 303
    shown = await sections(cast)
    assert [each["name"] for each in shown] == ["home", "documents", "program", "more"]
    assert shown[1]["label"] == "Your papers"
    assert (await ada.post("/admin/portal/versions/1/back")).status_code == 303
    assert await sections(cast) == before
    assert (await ada.post("/admin/portal/versions/77/back")).status_code == 404


async def test_a_section_moves_by_a_button_without_scripts(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    await ada.post("/admin/portal", layout(ORDER, move="program:up"))
    async with unit(tenant=cast.tenants["harbor"]) as work:
        drafted = await config.get(work, "portal_draft")
    assert [each["name"] for each in drafted["sections"]][:3] == ["home", "program", "documents"]


async def test_the_client_sees_the_published_layout(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    await ada.post("/admin/portal", layout(ORDER, ("invoices",), label_documents="Your papers", then="publish"))
    async with acting(cast, "harbor", "ada") as work:
        contact = await contacts.create(
            work, {"first_name": "Carl", "last_name": "Client", "email": "carl@example.com"}
        )
        who = {"email": "carl@example.com", "name": "Carl Client", "role": "client", "party_id": contact.id}
        await access.create_person(work, **who, password=PASSWORD)
    carl = await cast.browser("harbor", "carl")
    page = (await carl.get("/portal/documents")).text
    assert "Your papers" in page and 'href="/portal/invoices"' not in page


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"label_home": ""}, "Enter a word of 1 to 24 letters."),
        ({"label_home": "x" * 25}, "Enter a word of 1 to 24 letters."),
        ({"shown_more": "0"}, "Clients need this one"),
        ({"stage_new": "x" * 201}, "Keep it under 200 letters."),
        ({"what_0": ""}, "Say both when it happens and what."),
    ],
)
async def test_a_faulty_layout_keeps_everything_typed(cast: Any, changes: dict[str, str], says: str) -> None:
    ada = await cast.browser("harbor", "ada")
    refused = await ada.post("/admin/portal", layout(ORDER, label_documents="Kept word", **changes))
    assert refused.status_code == 422 and says in refused.text.replace("&#39;", "'") and "Kept word" in refused.text
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert await config.get(work, "portal_draft") == {}


def words(**changes: str) -> dict[str, str]:
    given = {
        "lead": "Inquiry",
        "agent": "Guide",
        "client": "Guest",
        "won": "Stay",
        "value": "Worth",
        "publisher": "Friend",
    }
    sent = {f"{name}_{part}": one if part == "one" else f"{one}s" for name, one in given.items() for part in ("one", "other")}  # fmt: skip
    return {**sent, **{f"{name}_a": "a" for name in given}, "lead_a": "an", "lead_other": "Inquiries", **changes}


async def test_a_word_is_said_on_every_page_and_taken_back(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    look = await ada.post("/admin/words/look", words())
    assert "Give an inquiry to a guide" in look.text and "3 inquiries came from a friend" in look.text
    assert (await ada.post("/admin/words", words())).status_code == 303
    page = (await ada.get("/admin/words")).text
    assert "Inquiries that need somebody today" in page and "Words you came with" in page
    assert (await ada.post("/admin/words/reset")).status_code == 303
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert (await config.get(work, "terms"))["agent"]["one"] == "Debt advisor"
    assert "Words you came with" not in (await ada.get("/admin/words")).text


async def test_an_empty_word_is_refused_with_everything_typed(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    refused = await ada.post("/admin/words", words(lead_one="", agent_one="Kept Guide"))
    assert refused.status_code == 422 and "Enter 1 to 40 letters." in refused.text and "Kept Guide" in refused.text


async def test_layout_and_words_are_for_whoever_may_change_them(cast: Any) -> None:
    for who, expected in (("ada", 200), ("luis", 404)):
        browser = await cast.browser("harbor", who)
        for path in ("/admin/portal", "/admin/portal/preview", "/admin/words"):
            assert (await browser.get(path)).status_code == expected

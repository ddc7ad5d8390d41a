"""Every page of access renders for whom it is meant, and looks like not found to everybody else."""

import pytest

from tests.access.doors import at

pytestmark = pytest.mark.anyio

PUBLIC = ["/login", "/login/link", "/login/reset", "/login/reset/sent"]
OWN = ["/account", "/account/history", "/account/confirm", "/account/password", "/account/two-factor"]
PEOPLE = [
    "/admin/people",
    "/admin/people?show=client&q=x&state=active",
    "/admin/people/invite",
    "/admin/roles",
]
AUDIT = [
    "/admin/audit",
    "/admin/audit?action=person.created&since=2026-01-01",
    "/admin/audit/chain",
    "/admin/audit.csv",
]
CASES = [
    *[("harbor", "ada", url, 200) for url in [*OWN, *PEOPLE, *AUDIT]],
    *[("harbor", "luis", url, 200) for url in OWN],
    *[("harbor", "luis", url, 404) for url in [*PEOPLE, *AUDIT]],
    *[("console", "olga", url, 200) for url in [*OWN, *PEOPLE, *AUDIT]],
    *[("console", "northwind", url, 200) for url in [*OWN, *PEOPLE, *AUDIT]],
]


@pytest.mark.parametrize(("slug", "who", "url", "status"), CASES)
async def test_who_sees_which_page(cast, slug, who, url, status):
    browser = await cast.browser(slug, who)
    answer = await browser.get(url)
    assert answer.status_code == status, answer.text[-600:]
    assert answer.headers["cache-control"] == "no-store"
    assert "marquee" not in answer.text.lower()


@pytest.mark.parametrize("url", PUBLIC)
async def test_anybody_sees_the_way_in(cast, url):
    answer = await at(cast, "harbor").get(url)
    assert answer.status_code == 200
    assert "marquee" not in answer.text.lower() and "marquee" not in str(answer.headers).lower()


@pytest.mark.parametrize("url", [*OWN, *PEOPLE, *AUDIT])
async def test_a_stranger_is_shown_to_the_door(cast, url):
    answer = await at(cast, "harbor").get(url)
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/login")

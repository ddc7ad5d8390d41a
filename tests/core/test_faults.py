"""The way on from a page that says what went wrong: back to where somebody was, never to another house."""

import re

import pytest

from app.core.faults import render_error

pytestmark = pytest.mark.anyio


def way(answer) -> str:
    return re.search(r'class="btn btn-primary" href="([^"]*)"', answer.text)[1]


async def test_a_form_that_was_refused_leads_back_to_its_page(cast):
    luis = await cast.browser("harbor", "luis")
    old = {"X-CSRF-Token": "of another day"}
    page = "/agent/leads?view=mine"
    own = f"{luis.client.base_url}{page}"
    refused = await luis.post("/account/profile", {"name": "x"}, headers={**old, "Referer": own})
    assert refused.status_code == 403 and way(refused) == page
    for elsewhere in ("http://elsewhere.example.com/agent/leads", f"{luis.client.base_url}//elsewhere.example.com", ""):
        refused = await luis.post("/account/profile", {"name": "x"}, headers={**old, "Referer": elsewhere})
        assert refused.status_code == 403 and way(refused) == "/"
    luis.client.cookies.set("mode", "dark")
    assert 'data-theme="dark"' in (await luis.get("/no-such-page")).text


async def test_a_whole_page_has_a_code_to_quote_and_a_part_of_one_has_none(cast):
    luis = await cast.browser("harbor", "luis")
    code = re.compile(r"data-error-code>[0-9A-Z]{4}-[0-9A-Z]{2}<")
    for path, status in (("/no-such-page", 404), ("/login/reset/used-up", 410)):
        answer = await luis.get(path)
        assert answer.status_code == status and code.search(answer.text)
    assert 'href="/login/reset"' in answer.text
    assert not code.search((await luis.get("/no-such-page", headers={"HX-Request": "true"})).text)


@pytest.mark.parametrize(
    ("name", "leads_to"), [("400", "/agent/leads"), ("413", "/agent/leads?x=1"), ("429", "/agent/leads?x=1")]
)
def test_what_could_not_be_read_leads_to_the_page_without_it_and_the_rest_back(name, leads_to):
    assert f'href="{leads_to}"' in render_error(name, None, path="/agent/leads?x=1").decode()
    assert 'href="/"' in render_error(name, None).decode()

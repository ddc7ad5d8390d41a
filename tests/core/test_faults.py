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


@pytest.mark.parametrize(
    ("name", "leads_to"), [("400", "/agent/leads"), ("413", "/agent/leads?x=1"), ("429", "/agent/leads?x=1")]
)
def test_what_could_not_be_read_leads_to_the_page_without_it_and_the_rest_back(name, leads_to):
    assert f'href="{leads_to}"' in render_error(name, None, path="/agent/leads?x=1").decode()
    assert 'href="/"' in render_error(name, None).decode()

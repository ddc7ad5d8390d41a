"""The publisher's own pages, through a browser: what they see, what they can try, and nobody else's rows."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from app.access import service as access
from app.core import clock
from app.core.work import unit
from app.leads.models import Lead
from app.publishers import service
from app.publishers.models import Cap, Submission, Terms
from tests import world
from tests.publishers.conftest import lead, open_desk

pytestmark = pytest.mark.anyio


async def sign_in(cast, desk, first="pat"):
    async with unit(tenant=desk.tenant) as work:
        await access.create_person(
            work,
            email=f"{first}@example.com",
            name=first.title(),
            role="publisher",
            password=world.PASSWORD,
            party_id=desk.publisher_id,
        )
    return await cast.browser(desk.tenant.slug, first)


def text_of(answer) -> str:
    """The words of a page, without markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def test_home_says_the_state_the_figures_and_what_costs_most(cast):
    desk = await open_desk(cast, terms=Terms(caps=(Cap("day", leads=3),)))
    pat = await sign_in(cast, desk)
    for number in (101, 102):
        await desk.post(lead(number))
    await desk.post(lead(101, sub_id="again"))
    for number in (103, 104):
        await desk.post(lead(number, zip=None))
    await desk.post(lead(105, test=True))
    page = await pat.get("/publisher")
    assert page.status_code == 200, page.text
    words = text_of(page)
    assert "Live." in words and "2 / 3" in words and "1 left" in words
    assert re.search(r"Sent 5 Accepted 2 Duplicate 1 Rejected 2 Earned \$90\.00", words)
    assert "2 leads without ZIP code : about $90 this week" in words
    assert "Ask for the ZIP code in your form" in words and "1 lead that we knew already" in words


async def test_a_full_cap_says_when_it_opens(cast):
    desk = await open_desk(cast, terms=Terms(caps=(Cap("day", leads=1),)))
    pat = await sign_in(cast, desk)
    await desk.post(lead())
    assert re.search(r"Cap reached, back \w+, \w+ \d+, 12:00 am Eastern", text_of(await pat.get("/publisher")))


@pytest.mark.parametrize(
    ("state", "said"), [("test", "Test mode"), ("paused", "Paused"), ("live", "Live."), ("closed", "Closed")]
)
async def test_the_banner_follows_the_state(cast, state, said):
    desk = await open_desk(cast, state=state)
    assert said in text_of(await (await sign_in(cast, desk)).get("/publisher"))


async def test_the_way_to_going_live_ticks_itself(cast):
    desk = await open_desk(cast, state="test")
    pat = await sign_in(cast, desk)
    for number in (101, 102, 103):
        await desk.post(lead(number))
    words = text_of(await pat.get("/publisher"))
    assert "(3 so far)" in words and "All done" not in words
    await desk.post(lead(104, zip=None))
    await desk.post(lead(101, sub_id="again"))
    assert "All done" in text_of(await pat.get("/publisher"))


async def test_leads_filter_and_page(cast):
    desk = await open_desk(cast)
    pat = await sign_in(cast, desk)
    for number in range(101, 104):
        await desk.post(lead(number, ref=f"R-{number}"))
    await desk.post(lead(104, zip=None, sub_id="spring"))
    await desk.post(lead(105, test=True, ref="R-test"))
    everything = (await pat.get("/publisher/leads")).text
    assert everything.count("data-row ") == 4
    assert "R-102" in everything and "R-test" not in everything
    assert "R-test" in (await pat.get("/publisher/leads?test=only")).text
    assert "R-102" not in (await pat.get("/publisher/leads?status=rejected")).text
    assert "Enter a ZIP code." in text_of(await pat.get("/publisher/leads?code=missing&sub_id=spring"))
    assert "Nothing matches" in text_of(await pat.get("/publisher/leads?sub_id=nothing"))


async def test_pages_of_leads_follow_each_other_without_gaps(cast, monkeypatch):
    from app.publishers.queries import portal

    desk = await open_desk(cast)
    for number in range(101, 108):
        await desk.post(lead(number))
    async with unit(tenant=desk.tenant) as work:
        seen, cursor = [], ""
        while True:
            page = await portal.lines(work, desk.publisher_id, portal.Filters(), cursor=cursor, limit=3)
            seen += [line.id for line in page.lines]
            cursor = page.next_cursor
            if not cursor:
                break
        whole = await portal.lines(work, desk.publisher_id, portal.Filters(), cursor="made up")
    assert seen == [line.id for line in whole.lines] and len(set(seen)) == 7


async def test_a_row_opens_the_exact_request_and_answer(cast):
    desk = await open_desk(cast)
    pat = await sign_in(cast, desk)
    answer = await desk.post(b'{"zip":  "x", "odd": [1, 2]}', headers={"Content-Type": "application/json"})
    async with unit(tenant=desk.tenant) as work:
        kept = (await work.scalars(select(Submission.id))).one()
    page = unescape((await pat.get(f"/publisher/leads/{kept}")).text)
    assert '{"zip":  "x", "odd": [1, 2]}' in page and answer.text in page


async def test_a_publisher_sees_only_its_own(cast):
    desk, other = await open_desk(cast), await open_desk(cast, name="Other")
    pat, eve = await sign_in(cast, desk), await sign_in(cast, other, "eve")
    await desk.post(lead(ref="MINE"))
    async with unit(tenant=desk.tenant) as work:
        kept = (await work.scalars(select(Submission.id))).one()
        key = (await queries_keys(work, desk.publisher_id))[0]
    assert "MINE" in (await pat.get("/publisher/leads")).text
    assert "MINE" not in (await eve.get("/publisher/leads")).text
    assert (await pat.get(f"/publisher/leads/{kept}")).status_code == 200
    assert (await eve.get(f"/publisher/leads/{kept}")).status_code == 404
    assert (await eve.post(f"/publisher/keys/{key.id}/revoke")).status_code == 404
    assert (await pat.post(f"/publisher/keys/{key.id}/revoke")).status_code == 303
    assert (await desk.post(lead(143))).status_code == 401


async def queries_keys(work, publisher_id):
    from app.publishers import queries

    return await queries.keys(work, publisher_id)


async def test_staff_and_visitors_have_no_publisher_pages(cast):
    await open_desk(cast)
    luis = await cast.browser("harbor", "luis")
    for path in ("/publisher", "/publisher/leads", "/publisher/spec", "/publisher/keys"):
        assert (await luis.get(path)).status_code == 404
        assert (await cast.visitor("harbor").get(path)).status_code == 303


async def test_the_spec_shows_fields_commands_answers_and_codes(cast):
    desk = await open_desk(cast, terms=Terms(states=("GA",), caps=(Cap("month", amount=100_000),)))
    pat = await sign_in(cast, desk)
    page = await pat.get("/publisher/spec")
    words = text_of(page)
    assert "Spec: Debt" in words and "$45.00" in words
    assert "30303" in words and "--data-urlencode" in words and "pub_test." in words
    for code in ("missing", "cap_reached", "suspected_bot"):
        assert code in words
    assert "$1,000.00 a month, by the clocks of Eastern" in words and "6,000 requests a minute" in words


async def test_the_commands_of_the_spec_work_as_they_stand(cast):
    from app.publishers.queries import Caller, open_offers, samples, spec_of

    desk = await open_desk(cast, terms=Terms(states=("TX",)))
    async with unit(tenant=desk.tenant) as work:
        (offer,) = await open_offers(work, desk.publisher_id)
        caller = Caller(desk.publisher_id, desk.publisher_id, "x", "live", 60, None)
        post = samples.example_post(await spec_of(work, caller, offer), several=True)
    answer = await desk.post(post)
    assert answer.status_code == 201 and answer.json()["test"] is True, answer.text


async def test_the_form_on_the_spec_posts_for_real_as_a_test(cast):
    desk = await open_desk(cast)
    pat = await sign_in(cast, desk)
    whole = lead()
    consent = {f"consent.{name}": value for name, value in whole.pop("consent").items()}
    tried = await pat.post("/publisher/spec", whole | consent | {"offer": "debt", "test": "false"})
    assert "Accepted. Nothing was paid or counted." in text_of(tried)
    bad = await pat.post("/publisher/spec", {"offer": "debt"}, headers={"HX-Request": "true"})
    assert "consent_missing" in text_of(bad) and "<html" not in bad.text
    async with unit(tenant=desk.tenant) as work:
        assert (await work.scalars(select(Lead.test))).all() == [True]


async def test_a_key_is_shown_once(cast):
    desk = await open_desk(cast)
    pat = await sign_in(cast, desk)
    made = await pat.post("/publisher/keys", {"label": "Second"})
    secret = re.search(r'id="secret">(pub_[\w-]+)<', made.text)[1]
    assert secret in made.text and made.headers["Cache-Control"] == "no-store"
    assert secret not in (await pat.get("/publisher/keys")).text
    full = await pat.post("/publisher/keys", {"label": "Third"})
    assert full.status_code == 422 and "Two keys are live already." in text_of(full)
    headers = {"Authorization": f"Bearer {secret}"}
    assert (await desk.client.post("/intake/v1/leads", json=lead(), headers=headers)).status_code == 201


async def test_requests_older_than_thirty_days_say_so(cast):
    desk = await open_desk(cast)
    pat = await sign_in(cast, desk)
    with clock.held_at(clock.now() - timedelta(days=31)):
        await desk.post(lead())
    async with unit(tenant=desk.tenant) as work:
        from app.publishers.jobs import forget_requests

        await forget_requests(work)
        kept = (await work.scalars(select(Submission.id))).one()
    assert "This one is gone; its outcome stays." in text_of(await pat.get(f"/publisher/leads/{kept}"))


# --- staff


async def test_an_admin_adds_a_publisher_an_offer_a_key_and_a_person(cast):
    ada = await cast.browser("harbor", "ada")
    assert "No publishers yet" in text_of(await ada.get("/admin/publishers"))
    made = await ada.post("/admin/publishers", {"name": "Northern Leads", "email": "ops@example.com"})
    assert made.status_code == 303, made.text
    url = made.headers["Location"]
    form = {
        "name": "Debt, Florida",
        "price": "45",
        "zone": "America/New_York",
        "state": "live",
        "states": "FL, ga",
        "cap_day_leads": "2",
        "cap_month_amount": "1,000.00",
        "open_mon": "09:00",
        "close_mon": "17:00",
        "fields_shown": "1",
        "required": ["first_name", "phone", "email"],
        "duplicate_days": "14",
        "duplicate_match": "all",
        "duplicate_scope": "publisher",
        "consent_required": "1",
        "consent_days": "30",
    }
    added = await ada.post(f"{url}/offers", form)
    assert added.status_code == 303, text_of(added)
    key = await ada.post(f"{url}/keys", {"label": "First"})
    secret = re.search(r'id="secret">(pub_[\w-]+)<', key.text)[1]
    invited = await ada.post(f"{url}/people", {"person_name": "Pat", "person_email": "pat@example.com"})
    assert invited.status_code == 303
    page = text_of(await ada.get(url))
    for word in (
        "Northern Leads",
        "Test mode",
        "Debt, Florida",
        "$45.00",
        "0 / 2",
        "pat@example.com",
        "Invited",
    ):
        assert word in page, word
    assert secret not in page
    spec = await cast.visitor("harbor").get("/intake/v1/spec", headers={"Authorization": f"Bearer {secret}"})
    body = spec.json()
    assert body["offer"] == "debt-florida" and body["price"]["amount"] == 4500 and body["states"] == ["FL", "GA"]
    assert [field["name"] for field in body["fields"] if field["required"]] == [
        "first_name",
        "email",
        "phone",
        "consent",
    ]
    assert body["duplicates"] == {"days": 14, "match": "all", "scope": "publisher"}
    assert body["caps"][0] == {"per": "day", "leads": 2, "amount": None}


async def test_a_second_offer_like_the_first_needs_a_name_of_its_own(cast):
    ada = await cast.browser("harbor", "ada")
    url = (await ada.post("/admin/publishers", {"name": "Northern Leads", "email": ""})).headers["Location"]
    named = re.compile(r'name="name"[^>]*value="([^"]+)"')
    name = named.search((await ada.get(f"{url}/offers/new")).text)[1]
    given = {
        "name": name,
        "price": "45",
        "zone": "America/New_York",
        "state": "live",
        "duplicate_days": "30",
        "consent_days": "30",
    }
    assert (await ada.post(f"{url}/offers", given)).status_code == 303
    assert named.search((await ada.get(f"{url}/offers/new")).text) is None
    assert (await ada.post(f"{url}/offers", {**given, "name": ""})).status_code == 422


async def test_the_offers_form_comes_back_as_it_was_saved_and_keeps_what_was_typed(cast):
    desk = await open_desk(cast, terms=Terms(caps=(Cap("day", leads=7),), states=("FL",)))
    ada = await cast.browser("harbor", "ada")
    url = f"/admin/publishers/{desk.publisher_id}/offers/{desk.offer_id}"
    page = (await ada.get(url)).text
    assert 'name="cap_day_leads" value="7"' in page and "\nFL</textarea>" in page
    bad = await ada.post(
        url, {"name": "", "price": "4.555", "states": "FL, Atlantis", "open_mon": "25:00", "close_mon": "9"}
    )
    assert bad.status_code == 422
    words = text_of(bad)
    for said in (
        "is not an amount",
        "Atlantis: not a state",
        "The hours of mon can't be read",
        "FL, Atlantis",
    ):
        assert said in words, said
    good = await ada.post(
        url,
        {"name": "Debt", "price": "50", "fields_shown": "1", "required": ["phone"], "consent_required": "1"},
    )
    assert good.status_code == 303
    answer = await desk.post(lead(zip=None, state=None, first_name=None))
    assert answer.json()["price"]["amount"] == 5000, answer.text


async def test_states_of_a_publisher(cast):
    desk = await open_desk(cast, state="test")
    ada = await cast.browser("harbor", "ada")
    url = f"/admin/publishers/{desk.publisher_id}"
    assert (await ada.post(f"{url}/state", {"state": "live"})).status_code == 303
    assert (await desk.post(lead())).json()["price"]["amount"] == 4500
    assert (await ada.post(f"{url}/state", {"state": "nonsense"})).status_code == 404
    await ada.post(f"{url}/state", {"state": "closed"})
    assert (await desk.post(lead(143))).status_code == 403


async def test_staff_see_what_was_sent_with_its_request(cast):
    desk = await open_desk(cast)
    await desk.post(lead(ref="R-7"))
    ada = await cast.browser("harbor", "ada")
    url = f"/admin/publishers/{desk.publisher_id}/leads"
    page = await ada.get(url)
    assert "R-7" in page.text
    row = re.search(rf'{url}/([0-9a-f-]+)"', page.text)[1]
    assert "dana142@example.com" in (await ada.get(f"{url}/{row}")).text


async def test_agents_neither_see_nor_change_publishers(cast):
    desk = await open_desk(cast)
    luis, ada = await cast.browser("harbor", "luis"), await cast.browser("harbor", "ada")
    url = f"/admin/publishers/{desk.publisher_id}"
    for path in ("/admin/publishers", url, f"{url}/leads", f"{url}/offers/new"):
        assert (await luis.get(path)).status_code == 404
        assert (await ada.get(path)).status_code == 200, path
    for path in (url, f"{url}/state", f"{url}/keys", f"{url}/offers", f"{url}/people", "/admin/publishers"):
        assert (await luis.post(path, {"name": "x", "state": "closed"})).status_code == 404
    async with unit(tenant=desk.tenant) as work:
        assert (await service.change_publisher(work, desk.publisher_id)).state == "live"


async def test_another_tenants_publisher_is_not_there(cast):
    desk = await open_desk(cast)
    other = await cast.browser("summit", "ada")
    assert (await other.get(f"/admin/publishers/{desk.publisher_id}")).status_code == 404

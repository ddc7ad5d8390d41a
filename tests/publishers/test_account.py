"""What a publisher does by itself: keys, colleagues, going live, reading its own rows."""

import asyncio
import csv
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.access.models import PersonRow
from app.core import clock, config
from app.core.work import unit
from app.leads import service as leads
from app.publishers import queries, service
from app.publishers.models import Publisher, PublisherKey, Submission
from app.publishers.models.masking import masked
from app.team.models import Notice
from tests.publishers.conftest import lead, open_desk
from tests.publishers.test_portal import sign_in, text_of

pytestmark = pytest.mark.anyio


async def viewer(cast, desk, first="vic"):
    async with unit(tenant=desk.tenant) as work:
        from app.access import service as access
        from tests import world

        await access.create_person(
            work, email=f"{first}@example.com", name=first.title(), role="publisher_viewer", password=world.PASSWORD,
            party_id=desk.publisher_id,
        )  # fmt: skip
    return await cast.browser(desk.tenant.slug, first)


async def key_of(desk):
    async with unit(tenant=desk.tenant) as work:
        return (await work.scalars(select(PublisherKey))).first()


# --- keys


async def test_a_key_is_taken_from_its_networks_alone(cast):
    desk = await open_desk(cast)
    pat, key = await sign_in(cast, desk), await key_of(desk)
    url = f"/publisher/keys/{key.id}/networks"
    assert (await pat.post(url, {"networks": "203.0.113.0/24, 2001:db8::1"})).status_code == 303
    told = await desk.post(lead())
    assert told.status_code == 403 and told.json()["code"] == "address_not_allowed"
    assert (await pat.post(url, {"networks": "127.0.0.1 203.0.113.7"})).status_code == 303
    assert (await desk.post(lead())).status_code == 201
    wrong = await pat.post(url, {"networks": "the office"})
    assert wrong.status_code == 422 and "203.0.113.0/24" in wrong.text and "the office" in wrong.text
    assert (await key_of(desk)).networks == ["127.0.0.1/32", "203.0.113.7/32"]


async def test_the_last_use_of_a_key_names_its_address(cast):
    desk = await open_desk(cast)
    pat = await sign_in(cast, desk)
    assert "never" in text_of(await pat.get("/publisher/keys"))
    await desk.post(lead())
    assert "from 127.0.0.1" in text_of(await pat.get("/publisher/keys"))


async def test_the_test_key_works_is_always_a_test_and_can_be_changed(cast):
    desk = await open_desk(cast)
    pat = await sign_in(cast, desk)
    shown = re.search(r"pub_test\.[0-9a-f]{32}\.\d+\.[0-9a-f]+", (await pat.get("/publisher/keys")).text)[0]
    headers = {"Authorization": f"Bearer {shown}"}
    sent = await desk.client.post("/intake/v1/leads", json=lead(test=False), headers=headers)
    assert sent.status_code == 201 and sent.json()["test"] and sent.json()["price"]["amount"] == 0
    forged = shown.replace(".1.", ".2.")
    bad = await desk.client.post("/intake/v1/leads", json=lead(), headers={"Authorization": f"Bearer {forged}"})
    assert bad.status_code == 401
    real = (await desk.post(lead())).json()["id"]
    path = "/intake/v1/leads/"
    assert (await desk.client.get(path + real, headers=headers)).status_code == 404
    assert (await desk.client.get(path + sent.json()["id"], headers=headers)).status_code == 200
    assert (await pat.post("/publisher/keys/test")).status_code == 303
    assert (await desk.client.post("/intake/v1/leads", json=lead(), headers=headers)).status_code == 401


async def test_one_tenants_test_key_is_nobody_at_another(cast):
    desk, other = await open_desk(cast), await open_desk(cast, "summit")
    async with unit(tenant=desk.tenant) as work:
        secret = queries.test_key(work, await work.get(Publisher, desk.publisher_id))
    headers = {"Authorization": f"Bearer {secret}"}
    assert (await desk.client.post("/intake/v1/leads", json=lead(), headers=headers)).status_code == 201
    assert (await other.client.post("/intake/v1/leads", json=lead(), headers=headers)).status_code == 401


async def test_each_key_has_a_limit_of_its_own(cast):
    desk = await open_desk(cast)
    async with unit(tenant=desk.tenant) as work:
        await service.change_publisher(work, desk.publisher_id, per_minute=10)
        _, second = await service.make_key(work, desk.publisher_id)
    for _ in range(8):
        last = await desk.get("/intake/v1/spec")
    assert last.status_code == 429 and int(last.headers["Retry-After"]) >= 1
    fresh = await desk.client.get("/intake/v1/spec", headers={"Authorization": f"Bearer {second}"})
    assert fresh.status_code == 200 and fresh.json()["limits"]["requests_per_minute"] == 10


# --- people


async def test_a_viewer_sees_everything_and_changes_nothing(cast):
    desk = await open_desk(cast, state="test")
    pat, vic, key = await sign_in(cast, desk), await viewer(cast, desk), await key_of(desk)
    for path in ("", "/leads", "/leads/sub-ids", "/earnings", "/spec", "/keys", "/people"):
        assert (await vic.get(f"/publisher{path}")).status_code == 200, path
    assert "Make a key" not in (await vic.get("/publisher/keys")).text
    posts = ["/keys", "/keys/test", f"/keys/{key.id}/revoke", f"/keys/{key.id}/networks", "/people", "/live"]
    for path in posts:
        assert (await vic.post(f"/publisher{path}", {"networks": ""})).status_code == 404, path
    assert (await pat.post(f"/publisher/keys/{key.id}/revoke")).status_code == 303


async def test_owners_invite_change_and_remove_their_colleagues(cast):
    desk = await open_desk(cast)
    pat, vic = await sign_in(cast, desk), await viewer(cast, desk)
    typed = {"person_name": "Nell", "person_email": "nell@example.com", "role": "publisher_viewer"}
    assert (await pat.post("/publisher/people", typed)).status_code == 303
    again = await pat.post("/publisher/people", typed)
    assert again.status_code == 422 and "nell@example.com" in again.text
    staff = await pat.post("/publisher/people", {**typed, "person_email": "x@example.com", "role": "admin"})
    assert staff.status_code == 422
    async with unit(tenant=desk.tenant) as work:
        people = {one.email: one for one in await queries.people_of(work, desk.publisher_id)}
    assert people["nell@example.com"].state == "invited"
    victor = people["vic@example.com"].id
    assert (await vic.get("/publisher")).status_code == 200
    assert (await pat.post(f"/publisher/people/{victor}/remove")).status_code == 303
    assert (await vic.get("/publisher")).headers["location"].startswith("/login")
    assert (await pat.post(f"/publisher/people/{people['nell@example.com'].id}/remove")).status_code == 303
    assert "nell@example.com" not in (await pat.get("/publisher/people")).text


async def test_the_last_owner_stays(cast):
    desk = await open_desk(cast)
    pat, vic = await sign_in(cast, desk), await viewer(cast, desk)
    async with unit(tenant=desk.tenant) as work:
        people = {one.email: one.id for one in await queries.people_of(work, desk.publisher_id)}
    me, victor = people["pat@example.com"], people["vic@example.com"]
    refused = await pat.post(f"/publisher/people/{me}/role", {"role": "publisher_viewer"})
    assert refused.status_code == 422 and "The last owner stays" in refused.text
    assert (await pat.post(f"/publisher/people/{victor}/role", {"role": "publisher"})).status_code == 303
    owners = await asyncio.gather(
        pat.post(f"/publisher/people/{victor}/role", {"role": "publisher_viewer"}),
        vic.post(f"/publisher/people/{me}/role", {"role": "publisher_viewer"}),
    )
    done = [answer for answer in owners if answer.headers.get("location") == "/publisher/people"]
    assert len(done) == 1, [(answer.status_code, answer.headers.get("location")) for answer in owners]
    async with unit(tenant=desk.tenant) as work:
        roles = [one.role for one in await queries.people_of(work, desk.publisher_id)]
    assert sorted(roles) == ["publisher", "publisher_viewer"]


async def test_nobody_touches_another_publishers_people(cast):
    desk, other = await open_desk(cast), await open_desk(cast, name="Other")
    await sign_in(cast, desk)
    eve = await sign_in(cast, other, "eve")
    async with unit(tenant=desk.tenant) as work:
        pat = (await queries.people_of(work, desk.publisher_id))[0].id
        person = await work.get(PersonRow, pat)
    for path in ("role", "remove"):
        assert (await eve.post(f"/publisher/people/{pat}/{path}", {"role": "publisher_viewer"})).status_code == 404
    assert person.state == "active"


# --- going live


async def do_the_list(desk):
    for number in (101, 102, 103):
        await desk.post(lead(number))
    await desk.post(lead(104, zip=None))
    await desk.post(lead(101, sub_id="again"))


async def test_going_live_is_asked_for_after_the_list_and_confirmed_by_staff(cast):
    desk = await open_desk(cast, state="test")
    pat, ada = await sign_in(cast, desk), await cast.browser("harbor", "ada")
    early = await pat.post("/publisher/live")
    assert early.status_code == 422 and "Do every step" in early.text
    await do_the_list(desk)
    assert "Ask to go live" in (await pat.get("/publisher")).text
    assert (await pat.post("/publisher/live")).status_code == 303
    assert (await pat.post("/publisher/live")).status_code == 303
    assert "You asked to go live" in text_of(await pat.get("/publisher"))
    async with unit(tenant=desk.tenant) as work:
        notice = (await work.scalars(select(Notice))).one()
        assert (notice.kind, notice.count) == ("publisher.asked_live", 1)
        assert (await queries.publisher(work, desk.publisher_id)).state == "test"
    assert "Asks to go live" in text_of(await ada.get("/admin/publishers"))
    assert "1 publisher asks to go live" in text_of(await ada.get("/admin"))
    staff = text_of(await ada.get(f"/admin/publishers/{desk.publisher_id}"))
    assert "asked to go live" in staff and "You asked" not in staff
    assert "R-" not in text_of(await pat.get("/publisher/leads?test=")) and "autumn" in text_of(
        await pat.get("/publisher/leads")
    )
    await ada.post(f"/admin/publishers/{desk.publisher_id}/state", {"state": "live"})
    assert "Live." in text_of(await pat.get("/publisher"))
    assert "You are live." in text_of(await pat.get("/notices"))
    assert "You are live." not in text_of(await ada.get("/notices"))
    assert (await desk.post(lead(110))).json()["price"]["amount"] == 4500


async def test_going_live_is_automatic_where_the_tenant_says_so(cast):
    desk = await open_desk(cast, state="test")
    pat = await sign_in(cast, desk)
    async with unit(tenant=desk.tenant) as work:
        await config.put(work, "publishers", {"go_live": "automatic"})
    assert (await pat.post("/publisher/live")).status_code == 422
    await do_the_list(desk)
    assert (await pat.post("/publisher/live")).status_code == 303
    assert (await desk.post(lead(110))).json()["price"]["amount"] == 4500


# --- rows


async def test_the_exact_request_is_shown_without_its_secrets_and_masked_where_wanted(cast):
    desk = await open_desk(cast)
    pat, ada = await sign_in(cast, desk), await cast.browser("harbor", "ada")
    await desk.post(lead(sub_id="autumn"), headers={"X-Api-Key": "s3cret", "X-Batch": "b-7"}, key="my-own-1")
    async with unit(tenant=desk.tenant) as work:
        row = (await work.scalars(select(Submission))).one()
    path = f"/publisher/leads/{row.id}"
    words = text_of(await pat.get(path))
    assert "x-batch: b-7" in words and "dana142@example.com" in words and "my-own-1" in words
    assert desk.secret not in words and "s3cret" not in words and "authorization" not in words.lower()
    async with unit(tenant=desk.tenant) as work:
        await config.put(work, "publishers", {"mask": True})
    hidden = text_of(await pat.get(path))
    assert "dana142" not in hidden and "555-0142" not in hidden and "autumn" in hidden
    assert "dana142@example.com" in text_of(await ada.get(f"/admin/publishers/{desk.publisher_id}/leads/{row.id}"))


def test_masking_hides_what_the_answer_quotes_and_what_cannot_be_read():
    request, answer = masked('{"phone": "727-x", "zip": "33602"}', "application/json", '{"m": "\\"727-x\\" is wrong"}')
    assert "727-x" not in request and "727-x" not in answer and "33602" in request
    assert masked("a=Dana&sub_id=s", "application/x-www-form-urlencoded", None)[0].count("Dana") == 0
    assert "Dana" not in (masked("{Dana", "application/json", None)[0] or "")


async def test_filters_by_day_and_the_file_hold_the_same_rows(cast):
    desk = await open_desk(cast)
    pat = await sign_in(cast, desk)
    await desk.post(lead(101, ref="=1+1"))
    await desk.post(lead(102, sub_id="spring", zip=None, ref="R-2"))
    async with unit(tenant=desk.tenant) as work:
        old = (await work.scalars(select(Submission).where(Submission.ref == "R-2"))).one()
        old.at = clock.now() - timedelta(days=10)
    since = (clock.now() - timedelta(days=3)).date().isoformat()
    assert "R-2" not in (await pat.get(f"/publisher/leads?since={since}")).text
    assert "R-2" in (await pat.get(f"/publisher/leads?until={since}")).text
    assert (await pat.get("/publisher/leads?since=soon&until=2026-99-99")).status_code == 200
    file = await pat.get("/publisher/leads.csv?test=all")
    rows = list(csv.DictReader(io.StringIO(file.text.lstrip("\ufeff"))))
    assert [row["Your reference"] for row in rows] == ["'=1+1", "R-2"]
    assert rows[0]["Price"] == "45.00" and rows[1]["Reasons"] == "zip: missing"
    assert len((await pat.get("/publisher/leads.csv?sub_id=spring")).text.splitlines()) == 2


async def test_the_file_says_of_each_row_what_the_page_says(cast):
    desk = await open_desk(cast)
    pat, ada = await sign_in(cast, desk), await cast.browser("harbor", "ada")
    for number in (101, 102):
        await desk.post(lead(number, ref=f"R-{number}"))
    async with unit(tenant=desk.tenant) as work:
        await config.put(work, "publishers", {"told": {"contacted": "Reached them"}})
        back = (await work.scalars(select(Submission).where(Submission.ref == "R-102"))).one()
    sent_back = f"/admin/publishers/{desk.publisher_id}/leads/{back.id}/return"
    assert (await ada.post(sent_back, {"reason": "Wrong number"})).status_code == 303
    rows = list(csv.DictReader(io.StringIO((await pat.get("/publisher/leads.csv")).text.lstrip("\ufeff"))))
    assert [(row["Your reference"], row["Outcome"], row["Why returned"], bool(row["Returned"])) for row in rows] == [
        ("R-102", "Returned", "Wrong number", True), ("R-101", "In progress", "", False),
    ]  # fmt: skip
    for status, kept in (("paid", "R-101"), ("returned", "R-102")):
        page, file = [(await pat.get(f"/publisher/leads{kind}?status={status}")).text for kind in ("", ".csv")]
        assert kept in page and {"R-101", "R-102"} & set(re.findall(r"R-\d+", page)) == {kept}
        assert re.findall(r"R-\d+", file) == [kept]


async def test_a_figure_of_the_first_page_leads_to_just_its_rows(cast):
    desk = await open_desk(cast)
    pat = await sign_in(cast, desk)
    for number, given in ((101, {}), (102, {"zip": None}), (103, {"zip": None}), (104, {"phone": None})):
        await desk.post(lead(number, **given))
    home = (await pat.get("/publisher")).text
    losses = re.findall(r'href="(/publisher/leads\?code=missing[^"]+)">(\d) lead', home)
    assert sorted(int(count) for _, count in losses) == [1, 2]
    for url, count in [*losses, *re.findall(r'figure-large" href="(/publisher/leads[^"]+)">(\d)<', home)]:
        shown = (await pat.get(url.replace("&amp;", "&"))).text
        assert len(re.findall(r'id="sent-[0-9a-f-]{36}"', shown)) == int(count), url
    assert (await pat.get("/publisher/leads?zone=No/Where&since=2026-01-01")).status_code == 200


async def test_sub_ids_are_broken_down(cast):
    desk = await open_desk(cast)
    pat = await sign_in(cast, desk)
    for number, sub_id, code in ((101, "a", "33602"), (102, "a", None), (103, "b", "33602"), (104, None, "33602")):
        await desk.post(lead(number, sub_id=sub_id, zip=code))
    words = text_of(await pat.get("/publisher/leads/sub-ids"))
    assert re.search(r"a 2 1 50% 0 1 \d+ \$45\.00", words) and re.search(r"b 1 1 100% 0 0 \d+ \$45\.00", words)
    assert "None given" in words
    assert "Nothing matches" in text_of(await pat.get("/publisher/leads/sub-ids?status=duplicate"))


async def test_outcomes_are_told_in_the_tenants_words_and_only_those_it_chose(cast):
    desk = await open_desk(cast)
    pat = await sign_in(cast, desk)
    made = (await desk.post(lead(101))).json()["id"]
    assert "Reached them" not in text_of(await pat.get("/publisher/leads"))
    async with unit(tenant=desk.tenant) as work:
        await config.put(work, "publishers", {"told": {"contacted": "Reached them"}})
    assert "In progress" in text_of(await pat.get("/publisher/leads"))
    async with unit(tenant=desk.tenant) as work:
        await leads.change_stage(work, made, "contacted")
    assert "Reached them" in text_of(await pat.get("/publisher/leads"))


async def test_quality_names_what_would_have_made_the_lead_better(cast):
    desk = await open_desk(cast)
    pat = await sign_in(cast, desk)
    await desk.post(lead(101))
    await desk.post(lead(102, email=None))
    async with unit(tenant=desk.tenant) as work:
        better, worse = await work.scalars(select(Submission).order_by(Submission.at))
    assert better.quality - worse.quality == 10 == worse.tips["email"]
    assert "Send an e-mail address. +10" in text_of(await pat.get(f"/publisher/leads/{worse.id}"))
    assert "Send an e-mail address." not in text_of(await pat.get(f"/publisher/leads/{better.id}"))


async def test_a_publisher_that_sent_nothing_gets_a_command_that_works(cast):
    desk = await open_desk(cast)
    pat = await sign_in(cast, desk)
    words = text_of(await pat.get("/publisher"))
    assert "pub_test." in words and "curl" in words
    await desk.post(lead(101))
    assert "pub_test." not in text_of(await pat.get("/publisher"))

"""The queue: what stands first and why, what sleeps and until when, and the page that shows it."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text, update
from uuid_utils.compat import uuid7

from app.compliance import service as compliance
from app.core import clock
from app.core.work import unit
from app.leads import service as leads
from app.leads.models import Lead
from app.routing.models import LeadOffer
from app.routing.models.queue import DUE, OFFERED, OPEN, PROMISED, WAITS, Item, first_lawful, ordered
from app.tasks import service as tasks
from tests.routing.conftest import NOON, Floor

HOUR = timedelta(hours=1)


def item(**values):
    known = {
        "lead_id": uuid7(),
        "contact_id": uuid7(),
        "name": "x",
        "mine": True,
        "stage_kind": "new",
        "value_amount": 100_000,
        "currency": "USD",
        "probability": 10,
        "score": 50,
        "heat": 1,
        "heat_why": "",
        "created_at": NOON,
        "last_contact_at": None,
        "next_action_at": None,
        "next_title": "",
        "offered_until": None,
    }
    return Item(**{**known, **values})


items = st.builds(
    item,
    value_amount=st.integers(0, 10**8),
    score=st.integers(0, 100),
    heat=st.integers(0, 3),
    callable_now=st.booleans(),
    never=st.booleans(),
    offered_until=st.none() | st.sampled_from((NOON + HOUR, NOON + 40 * HOUR)),
    next_action_at=st.none() | st.sampled_from((NOON, NOON - HOUR)),
    next_lawful_at=st.just(NOON + HOUR),
)


@given(st.lists(items, max_size=30))
def test_this_hours_promises_then_offers_then_earlier_ones_then_worth_then_those_who_sleep(found):
    shown = ordered(found, NOON)
    assert len(shown) == sum(not one.never for one in found)
    places = [one.place(NOON) for one in shown]
    assert places == sorted(places)
    for place in (OPEN, WAITS):
        worth = [one.priority for one in shown if one.place(NOON) == place]
        assert worth == sorted(worth, reverse=True)


def test_worth_is_value_times_chance_times_heat():
    small_hot, large_cold = (
        item(value_amount=100_000, score=80, heat=3),
        item(value_amount=250_000, score=80, heat=1),
    )
    likely, unlikely = item(score=90), item(score=20)
    assert ordered([large_cold, small_hot], NOON)[0] is small_hot
    assert ordered([unlikely, likely], NOON)[0] is likely
    assert item(score=0, probability=40).priority == item(score=40, probability=0).priority


def test_the_first_lawful_moment_and_how_many_it_frees():
    later, soon = (
        item(callable_now=False, next_lawful_at=NOON + 2 * HOUR),
        item(callable_now=False, next_lawful_at=NOON + HOUR),
    )
    twin = item(callable_now=False, next_lawful_at=NOON + HOUR)
    assert first_lawful([later, soon, twin], NOON) == (2, soon)
    assert first_lawful([item()], NOON) is None


def test_a_promise_of_this_hour_stands_above_an_offer_and_an_offer_above_the_promises_of_before():
    assert item(callable_now=False).place(NOON) == WAITS and item(next_action_at=NOON).place(NOON) == PROMISED
    assert item(callable_now=False, offered_until=NOON).place(NOON) == OFFERED
    assert item(next_action_at=NOON - HOUR).place(NOON) == DUE
    assert item(next_action_at=NOON, offered_until=NOON).place(NOON) == PROMISED


def test_an_offer_that_lasts_over_the_weekend_sleeps_where_nobody_can_be_called():
    assert item(offered_until=NOON + 46 * HOUR).place(NOON) == OFFERED
    assert item(offered_until=NOON + 46 * HOUR, callable_now=False).place(NOON) == WAITS


# --- the page


def words(answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def order(answer) -> list[str]:
    """Lead ids as the list shows them."""
    return re.findall(r'id="queue-([0-9a-f-]{36})"', answer.text)


@pytest.fixture
async def desk(floor: Floor):
    """Luis's floor, his browser, and leads by what makes them differ."""
    luis = await floor.person("luis")

    async def mine(number: int, **values):
        lead_id = await floor.lead(number, owner_id=luis, value_amount=values.pop("value", 100_000), **_of_lead(values))
        async with unit(tenant=floor.tenant) as work:  # new leads are hot; here only those that are told to be
            await work.execute(update(Lead).where(Lead.id == lead_id).values(**{"heat": 1, **values}))
        return str(lead_id)

    return floor, await floor.cast.browser("harbor", "luis"), mine


def _of_lead(values):
    return {name: values.pop(name) for name in ("source", "test", "person") if name in values}


pytestmark = pytest.mark.anyio


async def test_the_most_worth_first_and_somebody_elses_never(desk):
    floor, luis, mine = desk
    low, high = await mine(101, score=10), await mine(102, score=90)
    hot = await mine(103, score=60, heat=3, heat_why="opened the form twice today")
    nobodys = str(await floor.lead(104, value_amount=5_000_000))
    marias = str(await floor.lead(105, owner_id=await floor.person("maria")))
    page = await luis.get("/agent")
    assert page.status_code == 200, page.text
    shown = order(page)
    assert shown == [nobodys, hot, high, low] and marias not in shown
    assert "opened the form twice today" in words(page)


async def test_a_due_callback_jumps_to_the_top_at_its_minute(desk):
    floor, luis, mine = desk
    best, promised = await mine(101, score=90), await mine(102, score=5)
    due = clock.now() + timedelta(minutes=30)
    async with unit(tenant=floor.tenant) as work:
        values = tasks.TaskValues(title="Callback", due_at=due, kind="call", assignee_id=await floor.person("luis"))
        await tasks.add_task(work, values, entity="lead", entity_id=_id(promised))
    assert order(await luis.get("/agent")) == [best]
    clock.use_offset(clock.offset() + timedelta(minutes=31))
    page = await luis.get("/agent")
    assert order(page) == [promised, best]
    assert re.search(r"Callback, \d+:\d\d pm", words(page)) and "call back about now" in words(page)


async def test_a_promise_of_another_day_says_the_day(desk):
    floor, luis, mine = desk
    lead_id, due = await mine(101), clock.now() + timedelta(minutes=5)
    async with unit(tenant=floor.tenant) as work:
        values = tasks.TaskValues(title="Callback", due_at=due, kind="call", assignee_id=await floor.person("luis"))
        await tasks.add_task(work, values, entity="lead", entity_id=_id(lead_id))
    clock.use_offset(clock.offset() + timedelta(days=1))
    assert "Callback, Thu, Nov 19" in words(await luis.get("/agent"))


async def test_a_due_callback_stands_above_offers_that_wait_till_monday(desk):
    floor, luis, mine = desk
    now, due = clock.now(), clock.now() + timedelta(minutes=5)
    promised, offered = await mine(101, score=5), [await mine(number, score=90) for number in range(102, 113)]
    async with unit(tenant=floor.tenant) as work:
        luis_id = await floor.person("luis")
        values = tasks.TaskValues(title="Callback", due_at=due, kind="call", assignee_id=luis_id)
        await tasks.add_task(work, values, entity="lead", entity_id=_id(promised))
        held = {"person_id": luis_id, "state": "open", "offered_at": now, "expires_at": now + timedelta(hours=46)}
        work.add_all(LeadOffer(id=uuid7(), lead_id=_id(lead), **held) for lead in offered)
    assert promised not in order(await luis.get("/agent"))
    clock.use_offset(clock.offset() + timedelta(minutes=6))
    page = await luis.get("/agent")
    assert order(page)[0] == promised and "offered to you" in words(page)


def _id(text):
    from uuid import UUID

    return UUID(text)


async def test_whoever_may_not_be_called_now_comes_last_and_says_when(desk):
    _floor, luis, mine = desk
    clock.use_offset(datetime(2026, 11, 19, 13, 30, tzinfo=UTC) - clock.real_now())  # 8:30 am in Tampa, 5:30 in LA
    asleep = await mine(101, score=95, person={"state": "CA", "zip": "90012", "phone": "+12135550101"})
    awake = await mine(102, score=20)
    page = await luis.get("/agent")
    assert order(page) == [awake, asleep]
    assert "can be called from 8:00 am" in words(page)


async def test_an_empty_queue_says_when_the_next_can_be_called(desk):
    _floor, luis, mine = desk
    clock.use_offset(datetime(2026, 11, 19, 11, 40, tzinfo=UTC) - clock.real_now())  # 6:40 am in Tampa
    for number in (101, 102):
        await mine(number)
    assert "Queue clear. 2 leads can be called from 8:00 am Eastern (in 1 h 19 min)." in words(await luis.get("/agent"))


async def test_who_said_no_is_not_in_the_queue(desk):
    floor, luis, mine = desk
    stays, gone = await mine(101), await mine(102)
    async with unit(tenant=floor.tenant) as work:
        contact_id = (await work.get(Lead, _id(gone))).contact_id
        await compliance.opt_out(work, contact_id=contact_id, words="stop calling", how="call")
    page = await luis.get("/agent")
    assert order(page) == [stays] and "1 of yours must not be called." in words(page)


async def test_what_was_just_contacted_rests_and_test_closed_and_deleted_ones_never_come(desk):
    floor, luis, mine = desk
    now = clock.now()
    shown = await mine(101, last_contact_at=now - timedelta(hours=5))
    await mine(102, last_contact_at=now - timedelta(hours=1), heat_at=now - timedelta(hours=2))
    warmed = await mine(103, last_contact_at=now - timedelta(hours=1), heat_at=now)
    await mine(104, test=True)
    await mine(105, deleted_at=now)
    won = await mine(106)
    async with unit(tenant=floor.tenant) as work:
        await leads.change_stage(work, _id(won), "lost", {"lost_reason": "other_company"})
    assert set(order(await luis.get("/agent"))) == {shown, warmed}


async def test_put_aside_for_an_hour_and_back(desk):
    _floor, luis, mine = desk
    first, second = await mine(101, score=90), await mine(102, score=10)
    skipped = await luis.post(f"/agent/queue/{first}/skip")
    assert skipped.status_code == 303
    assert order(await luis.get("/agent")) == [second]
    await luis.post(f"/agent/queue/{first}/back")
    assert order(await luis.get("/agent")) == [first, second]
    await luis.post(f"/agent/queue/{first}/skip")
    clock.use_offset(clock.offset() + timedelta(minutes=61))
    assert order(await luis.get("/agent")) == [first, second]


async def test_the_brief_says_who_what_why_when_and_how_to_begin(desk):
    floor, luis, mine = desk
    lead_id = await mine(142, source="search", person={"first_name": "Dana", "last_name": "Reyes", "city": "Tampa"})
    async with unit(tenant=floor.tenant) as work:
        await leads.update(work, _id(lead_id), {"total_debt": 24500, "hardship": "job_loss"})
        await leads.rescore(work, _id(lead_id))
    page = words(await luis.get("/agent"))
    for said in (
        "Dana Reyes · Tampa, FL",
        "Total debt $24,500",
        "Lost a job",
        "from search",
        "Never contacted",
        "Hardship told",
    ):
        assert said in page, said
    assert "“Hello Dana, you sent us a form just now." in page
    clock.use_offset(clock.offset() + timedelta(hours=2))
    assert "“Hello Dana, you sent us a form earlier today." in words(await luis.get("/agent"))
    clock.use_offset(clock.offset() + timedelta(days=1))
    assert "“Hello Dana, you sent us a form on Thursday." in words(await luis.get("/agent"))


async def test_an_offer_stands_first_with_the_time_left(desk):
    floor, luis, mine = desk
    best = await mine(101, score=99, heat=3)
    await floor.ready("luis")
    offered = str(await floor.lead(102))
    await floor.drain()
    page = await luis.get("/agent")
    assert order(page) == [offered, best]
    assert "data-countdown" in page.text and "Accept" in words(page) and "offered to you" in words(page)


async def test_a_named_lead_stays_at_hand_within_ones_reach(desk):
    floor, luis, mine = desk
    await mine(101, score=99)
    other = await mine(102, score=1, person={"first_name": "Zoe"})
    marias = await floor.lead(103, owner_id=await floor.person("maria"), person={"first_name": "Hidden"})
    assert "“Hello Zoe" in words(await luis.get(f"/agent?lead={other}"))
    page = await luis.get(f"/agent?lead={marias}")
    assert page.status_code == 200 and "Hidden" not in page.text
    assert (await luis.get("/agent?lead=nonsense")).status_code == 200


async def test_why_me_shows_the_decision_and_the_place(desk):
    floor, luis, _mine = desk
    await floor.ready("luis")
    offered = await floor.lead(102)
    await floor.drain()
    page = words(await luis.get(f"/agent/queue/{offered}/why"))
    assert "Everybody in turn: of 2 people" in page and "Maria Chen is away" in page and "Can be called now yes" in page
    assert (
        await luis.get(f"/agent/queue/{await floor.lead(103, owner_id=await floor.person('maria'))}/why")
    ).status_code == 404


async def test_the_list_alone_comes_for_a_live_hint(desk):
    _floor, luis, mine = desk
    lead_id = await mine(101)
    page = await luis.get("/agent/queue/list", headers={"HX-Request": "true"})
    assert order(page) == [lead_id] and "<html" not in page.text


async def test_the_tiles_count_ones_own_day(desk):
    floor, luis, mine = desk
    one, two = await mine(101), await mine(102)
    async with unit(tenant=floor.tenant) as work:
        for lead_id, seconds in ((one, 60), (two, 180)):
            created = (await work.get(Lead, _id(lead_id))).created_at
            await leads.touch_contacted(work, _id(lead_id), created + timedelta(seconds=seconds))
    assert "2:00 median speed to lead" in words(await luis.get("/agent"))


async def test_publishers_and_visitors_have_no_queue(floor):
    assert (await floor.cast.visitor("harbor").get("/agent")).status_code == 303


# --- those that nobody may call take nobody's place

_PEOPLE = """
insert into contacts (id, first_name, last_name, email, phone, state, created_at, updated_at)
select gen_random_uuid(), 'Many', 'No ' || n, 'many' || n || '@example.com',
  case when :numbered then '+1727' || lpad(n::text, 7, '0') end, 'FL', now(), now() from generate_series(1, :rows) n
"""
_THEIRS = """
insert into leads (id, contact_id, pipeline_id, stage_id, stage_since, source, owner_id, value_amount, created_at, updated_at)
select gen_random_uuid(), c.id, s.pipeline_id, s.id, now(), 'many', :owner, 90000000, now(), now()
from contacts c cross join (select id, pipeline_id from stages where kind = 'new' limit 1) s where c.first_name = 'Many'
"""
_NO = """
insert into list_entries (id, list, contact_id, channel, words, at)
select gen_random_uuid(), 'opt_out', id, :channel, 'stop', '2026-11-01' from contacts where first_name = 'Many'
"""


async def many(floor: Floor, rows: int, **values) -> None:
    """This many leads of Luis, each worth more than any other's."""
    owner = await floor.person("luis")
    async with unit(tenant=floor.tenant) as work:
        await work.execute(text(_PEOPLE), {"rows": rows, "numbered": values.get("numbered", True)})
        await work.execute(text(_THEIRS), {"owner": owner})
        if "no" in values:
            await work.execute(text(_NO), {"channel": values["no"]})


@pytest.mark.parametrize("rows", [300, 1200])
async def test_any_number_of_people_who_said_no_starve_nobody(desk, rows):
    floor, luis, mine = desk
    await many(floor, rows, no="call")
    waits = await mine(101, score=1)
    page = await luis.get("/agent")
    assert order(page) == [waits] and "Dana N101" in words(page)
    assert f"{rows:,} of yours must not be called." in words(page).replace("1200", "1,200")


async def test_a_no_to_texts_alone_keeps_nobody_out_of_the_queue(desk):
    floor, luis, _mine = desk
    await many(floor, 12, no="sms")
    assert len(order(await luis.get("/agent"))) == 10


async def test_who_has_no_number_comes_after_those_who_can_be_called_and_is_written_to(desk):
    floor, luis, mine = desk
    await many(floor, 300, numbered=False)
    awake = await mine(101, score=1)
    page = await luis.get("/agent")
    assert order(page)[0] == awake and len(order(page)) == 10
    assert "e-mail only" in words(page) and "Dana N101" in words(page)
    assert (await luis.post(f"/agent/queue/{awake}/skip")).status_code == 303
    page = await luis.get("/agent")
    assert "Many No" in words(page) and "Queue clear." in words(page) and "calling about that" not in words(page)
    first = order(page)[0]
    bar = await luis.get(f"/agent/leads/{first}/call-bar?in=queue", headers={"HX-Request": "true"})
    assert "btn-primary" in bar.text and "Write an e-mail" in words(bar) and "composer?channel=email" in bar.text
    why = words(await luis.get(f"/agent/queue/{first}/why"))
    assert "there is no number; a mail may leave at any hour" in why


async def test_who_wants_no_mail_and_has_no_number_is_not_in_the_queue(desk):
    floor, luis, _mine = desk
    await many(floor, 3, numbered=False, no="email")
    assert order(await luis.get("/agent")) == []


async def test_an_offer_to_write_to_somebody_is_shown_with_the_time_it_has(desk):
    floor, luis, mine = desk
    best = await mine(101, score=99, heat=3)
    await floor.ready("luis")
    offered = str(await floor.lead(102, person={"phone": None, "email": "only@example.com"}))
    await floor.drain()
    page = await luis.get("/agent")
    assert order(page) == [offered, best] and "data-countdown" in page.text


async def test_only_what_was_promised_for_this_hour_goes_to_the_top_by_itself(desk):
    floor, luis, mine = desk
    old, now = await mine(101, score=90), await mine(102, score=5)
    for lead_id, due in ((old, timedelta(minutes=1)), (now, timedelta(hours=2))):
        async with unit(tenant=floor.tenant) as work:
            at = clock.now() + due
            values = tasks.TaskValues(title="Callback", due_at=at, kind="call", assignee_id=await floor.person("luis"))
            await tasks.add_task(work, values, entity="lead", entity_id=_id(lead_id))
    clock.use_offset(clock.offset() + timedelta(minutes=130))
    page = await luis.get("/agent")
    assert order(page) == [now, old]
    assert re.findall(r'id="queue-([0-9a-f-]{36})"[^>]*data-first', page.text) == [now]

"""One figure, one number: on the home, behind it, and wherever else it stands."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from app.analytics import queries
from app.analytics.models import Period, Scope
from app.core import clock
from tests.analytics.people import acting, lead
from tests.contacting import person_of

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)  # a Tuesday, noon in New York
WEEK = Period(first=date(2026, 3, 4), last=date(2026, 3, 10), zone="America/New_York")


async def ada(work):
    from sqlalchemy import select

    from app.access.models import PersonRow

    return person_of((await work.scalars(select(PersonRow).where(PersonRow.email == "ada@example.com"))).one())


async def a_week(cast, slug="harbor"):
    """Five leads of the week: three reached, two of them won, one of these back again; one test, one of long ago."""
    async with acting(cast, slug) as work:
        for number in range(5):
            came = NOON - timedelta(days=number)
            await lead(
                work, came, source="google", cost_amount=4500, state="GA" if number else "FL",
                reached_at=came + timedelta(minutes=10 * (number + 1)) if number < 3 else None,
                won_at=came + timedelta(hours=2) if number < 2 else None,
            )  # fmt: skip
        await lead(work, NOON, source="google", test=True)
        await lead(work, NOON - timedelta(days=60), source="google")


@pytest.mark.parametrize(
    ("name", "said"), [("leads", 5), ("reached", 3), ("enrolled", 2), ("cost", 22_500), ("speed", 1_200)]
)
async def test_each_figure_counts_what_its_words_say(cast, name, said):
    await a_week(cast)
    async with acting(cast) as work:
        seen = await queries.view(work, await ada(work), Scope())
        figure = queries.FIGURES[name]
        assert await queries.total(work, figure, seen, WEEK) == said
        buckets = await queries.by_bucket(work, figure, seen, WEEK)
        assert len(buckets) == 7
        if not figure.median:
            assert sum(buckets) == said


async def test_one_that_went_back_to_an_open_stage_is_not_enrolled(cast):
    from app.leads import service as leads

    await a_week(cast)
    async with acting(cast) as work:
        seen = await queries.view(work, await ada(work), Scope())
        rows = await queries.behind(work, queries.FIGURES["enrolled"], seen, WEEK)
        first = await leads.first_stage(work)
        with clock.held_at(NOON):
            await leads.change_stage(work, rows.rows[0].id, first.name)
        assert await queries.total(work, queries.FIGURES["enrolled"], seen, WEEK) == 1


@pytest.mark.parametrize(("scope", "said"), [({"state": "GA"}, 4), ({"source": "google"}, 5), ({"source": "other"}, 0)])
async def test_what_narrows_a_figure_narrows_the_list_behind_it(cast, scope, said):
    await a_week(cast)
    async with acting(cast) as work:
        seen = await queries.view(work, await ada(work), Scope(**scope))
        assert await queries.total(work, queries.FIGURES["leads"], seen, WEEK) == said
        from app.analytics.queries.words import rows_url

        url = rows_url(queries.FIGURES["leads"], seen, WEEK)
    browser = await cast.browser("harbor", "ada")
    listed = await browser.get(url)
    assert listed.status_code == 200
    assert len(set(re.findall(r'href="/agent/leads/([0-9a-f-]{36})', listed.text))) == said


async def test_every_number_of_the_home_leads_to_as_many_rows(cast):
    with clock.held_at(NOON):
        await a_week(cast)
        browser = await cast.browser("harbor", "ada")
        home = (await browser.get("/admin/charts?period=7d")).text
        assert "3 of 5 reached, 2 won" in home
        tiles = dict(re.findall(r'class="eyebrow[^>]*>.*?<span>(\w[\w ]*)</span>.*?href="([^"]+)"', home, re.DOTALL))
        for label in ("Leads", "Reached", "Enrolled", "Revenue"):
            answer = await browser.get(unescape(tiles[label]))
            assert answer.status_code == 200, label
        enrolled = await browser.get("/admin/numbers/enrolled?period=7d")
        assert len(re.findall(r'class="row-link" href="/agent/leads/', enrolled.text)) == 2


async def test_rows_of_others_stay_out_of_reach(cast):
    """An agent may ask for the same list and sees the own ones alone."""
    await a_week(cast)
    path = f"/admin/numbers/enrolled?from={WEEK.first}&to={WEEK.last}"
    async with acting(cast) as work:
        from sqlalchemy import select

        from app.access.models import PersonRow
        from app.leads.models import Lead

        people = {row.email.split("@")[0]: row.id for row in await work.scalars(select(PersonRow))}
        for one in await work.scalars(select(Lead)):
            one.owner_id = people["maria"]
    assert "Nothing in this period" in (await (await cast.browser("harbor", "luis")).get(path)).text
    assert "Nothing in this period" not in (await (await cast.browser("harbor", "maria")).get(path)).text
    assert (await (await cast.browser("harbor", "luis")).get("/admin/numbers/revenue")).status_code == 404
    assert (await (await cast.browser("harbor", "ada")).get("/admin/numbers/revenue")).status_code == 200


async def test_usual_is_the_mean_of_the_same_weekdays_by_this_time_of_day(cast):
    async with acting(cast) as work:
        for week in range(1, 9):
            await lead(work, NOON - timedelta(weeks=week, hours=1))
            await lead(work, NOON - timedelta(weeks=week) + timedelta(hours=3))  # later in the day: does not count
            await lead(work, NOON - timedelta(weeks=week, days=1))  # another weekday
        await lead(work, NOON - timedelta(hours=1))
        await lead(work, NOON - timedelta(hours=2))
    with clock.held_at(NOON):
        async with acting(cast) as work:
            seen = await queries.view(work, await ada(work), Scope())
            today = Period(first=date(2026, 3, 10), last=date(2026, 3, 10), zone="America/New_York")
            assert await queries.today_and_usual(work, queries.FIGURES["leads"], seen, today) == (2, 1)


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2026-03-04", "2026-03-10", "2026-02-25"),
        ("2026-02-01", "2026-02-28", "2026-01-01"),
        ("2026-03-10", "2026-03-10", "2026-03-09"),
    ],
)
def test_a_period_is_compared_with_as_many_days_and_a_month_with_a_month(first, last, before):
    period = Period(first=date.fromisoformat(first), last=date.fromisoformat(last), zone="America/New_York")
    assert period.before().first == date.fromisoformat(before)
    assert period.before().last == period.first - timedelta(days=1)


@pytest.mark.parametrize("days", [1, 7, 45, 46, 200, 201, 1000])
def test_points_are_few_and_cover_the_period(days):
    period = Period(
        first=date(2026, 12, 31) - timedelta(days=days - 1), last=date(2026, 12, 31), zone="America/New_York"
    )
    buckets = period.buckets()
    assert 1 <= len(buckets) <= 50
    assert buckets[0] <= period.first and buckets[-1] <= period.last


@pytest.mark.parametrize(
    ("query", "said"),
    [("period=ages", "Choose one of the periods"), ("from=2026-02-30&to=2026-03-01", "Enter a first and a last day"),
     ("from=2026-03-10&to=2026-03-01", "Swap them"), ("from=2000-01-01&to=2026-03-01", "more than three years")],
)  # fmt: skip
async def test_days_that_make_no_sense_are_said_above_the_usual_ones(cast, query, said):
    answer = await (await cast.browser("harbor", "ada")).get(f"/admin?{query}")
    assert answer.status_code == 200 and said in answer.text


def test_addresses_carry_the_scope():
    query = parse_qs(urlsplit(f"/x?{'&'.join(f'{k}={v}' for k, v in Scope(state='GA').given().items())}").query)
    assert query == {"state": ["GA"]}

"""Earnings: pending, approved, returned. No amount is ever in two places, however many return at once."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.errors import Conflict, Invalid, NotFound
from app.core.work import unit
from app.leads.models import Lead
from app.publishers import queries, service
from app.publishers.models import OfferDraft, Submission, Terms
from app.publishers.models.rules import next_payout
from tests.publishers.conftest import lead, open_desk
from tests.publishers.test_portal import sign_in, text_of

pytestmark = pytest.mark.anyio
TERMS = Terms(hold_days=14, return_days=7)


async def sums(desk, days=0):
    """(pending, approved, returned) in cents, so many days from now."""
    with clock.held_at(clock.now() + timedelta(days=days)):
        async with unit(tenant=desk.tenant) as work:
            found = await queries.totals(work, desk.publisher_id)
    return tuple((one.pending.amount, one.approved.amount, one.returned.amount) for one in found)


async def kept(desk):
    async with unit(tenant=desk.tenant) as work:
        return list(await work.scalars(select(Submission).order_by(Submission.at, Submission.id)))


async def give_back(desk, submission_id, reason="Wrong number", days=0):
    with clock.held_at(clock.now() + timedelta(days=days)):
        async with unit(tenant=desk.tenant) as work:
            return await service.return_lead(work, desk.publisher_id, submission_id, reason)


async def test_a_lead_is_pending_while_held_and_approved_after(cast):
    desk = await open_desk(cast, terms=TERMS)
    await desk.post(lead(101))
    await desk.post(lead(102))
    await desk.post(lead(103, test=True))
    await desk.post(lead(104, zip=None))
    assert await sums(desk) == ((9_000, 0, 0),)
    assert await sums(desk, days=13) == ((9_000, 0, 0),)
    assert await sums(desk, days=15) == ((0, 9_000, 0),)


async def test_a_return_takes_the_money_and_its_cost_and_can_be_taken_back(cast):
    desk = await open_desk(cast, terms=TERMS)
    await desk.post(lead(101))
    await desk.post(lead(102))
    first = (await kept(desk))[0]
    await give_back(desk, first.id)
    assert await sums(desk) == ((4_500, 0, 4_500),)
    assert await sums(desk, days=15) == ((0, 4_500, 4_500),)
    async with unit(tenant=desk.tenant) as work:
        assert (await work.get(Lead, first.lead_id)).cost_amount == 0
    async with unit(tenant=desk.tenant) as work:
        await service.take_back(work, desk.publisher_id, first.id)
    assert await sums(desk) == ((9_000, 0, 0),)
    async with unit(tenant=desk.tenant) as work:
        assert (await work.get(Lead, first.lead_id)).cost_amount == 4_500


async def test_after_the_window_nothing_is_returned_and_no_return_taken_back(cast):
    desk = await open_desk(cast, terms=TERMS)
    await desk.post(lead(101))
    await desk.post(lead(102))
    first, second = await kept(desk)
    await give_back(desk, first.id, days=6)
    with pytest.raises(Conflict):
        await give_back(desk, second.id, days=8)
    with pytest.raises(Conflict), clock.held_at(clock.now() + timedelta(days=8)):
        async with unit(tenant=desk.tenant) as work:
            await service.take_back(work, desk.publisher_id, first.id)
    assert await sums(desk, days=15) == ((0, 4_500, 4_500),)


async def test_only_what_was_paid_is_returned_and_only_with_a_reason(cast):
    desk, other = await open_desk(cast, terms=TERMS), await open_desk(cast, name="Other", terms=TERMS)
    await desk.post(lead(101, test=True))
    await desk.post(lead(102, zip=None))
    await desk.post(lead(103))
    test, refused, paid = await kept(desk)
    for row in (test, refused):
        with pytest.raises(Conflict):
            await give_back(desk, row.id)
    with pytest.raises(Invalid):
        await give_back(desk, paid.id, reason="  ")
    with pytest.raises(NotFound):
        await give_back(other, paid.id)
    assert (await give_back(desk, paid.id)).return_reason == "Wrong number"


async def test_twenty_who_return_one_lead_at_once_return_it_once(cast):
    desk = await open_desk(cast, terms=TERMS)
    for number in (101, 102, 103):
        await desk.post(lead(number))
    row = (await kept(desk))[1]
    await asyncio.gather(*(give_back(desk, row.id, f"Reason {turn}") for turn in range(20)))
    assert await sums(desk) == ((9_000, 0, 4_500),)
    reason = (await kept(desk))[1].return_reason
    await give_back(desk, row.id, "Another reason")
    assert (await kept(desk))[1].return_reason == reason


async def test_posts_and_returns_at_once_add_up(cast):
    desk = await open_desk(cast, terms=TERMS)
    for number in range(101, 106):
        await desk.post(lead(number))
    rows = await kept(desk)
    returning = [give_back(desk, row.id) for row in rows[:3]]
    posting = [desk.post(lead(number)) for number in range(201, 206)]
    await asyncio.gather(*returning, *posting)
    assert await sums(desk) == ((7 * 4_500, 0, 3 * 4_500),)


async def test_the_terms_of_the_day_of_acceptance_hold(cast):
    desk = await open_desk(cast, terms=TERMS)
    await desk.post(lead(101))
    async with unit(tenant=desk.tenant) as work:
        offer = (await queries.offers(work, desk.publisher_id))[0]
        draft = OfferDraft(name="Debt", price_amount=100, terms=Terms(hold_days=1, return_days=0))
        await service.change_offer(work, desk.publisher_id, offer.id, draft)
    await desk.post(lead(102))
    assert await sums(desk, days=2) == ((4_500, 100, 0),)


async def test_an_offer_holds_at_least_as_long_as_it_takes_returns(cast):
    with pytest.raises(Invalid):
        await open_desk(cast, terms=Terms(hold_days=3, return_days=7))
    await open_desk(cast, terms=Terms(hold_days=7, return_days=7))


async def test_staff_return_on_the_page_and_the_publisher_reads_why(cast):
    desk = await open_desk(cast, terms=TERMS)
    pat, ada = await sign_in(cast, desk), await cast.browser("harbor", "ada")
    await desk.post(lead(101, ref="R-1"))
    row = (await kept(desk))[0]
    base = f"/admin/publishers/{desk.publisher_id}/leads/{row.id}"
    assert "Return this lead" in text_of(await ada.get(base))
    empty = await ada.post(f"{base}/return", {"reason": ""})
    assert empty.status_code == 422 and "Say why" in text_of(empty)
    assert (await pat.post(f"{base}/return", {"reason": "Mine"})).status_code == 404
    done = await ada.post(f"{base}/return", {"reason": "Number belongs to somebody else"})
    assert done.status_code == 303
    words = text_of(await pat.get("/publisher/earnings"))
    assert "Returned $45.00 1 lead, not paid" in words and "Number belongs to somebody else" in words
    assert "Returned" in text_of(await pat.get(f"/publisher/leads/{row.id}"))
    assert (await ada.post(f"{base}/return/undo")).status_code == 303
    assert "Pending $45.00 1 lead, held" in text_of(await pat.get("/publisher/earnings"))


async def test_earnings_page_by_page_without_gaps(cast, monkeypatch):
    from app.publishers.pages import earnings

    monkeypatch.setattr(earnings, "ROWS", 3)
    desk = await open_desk(cast, terms=TERMS)
    pat = await sign_in(cast, desk)
    for number in range(101, 106):
        await desk.post(lead(number, ref=f"R-{number}"))
    first = (await pat.get("/publisher/earnings?state=pending")).text
    rows = await kept(desk)
    second = (await pat.get(f"/publisher/earnings?state=pending&before={rows[2].id}")).text
    assert [f"R-{n}" in first for n in range(101, 106)] == [False, False, True, True, True]
    assert [f"R-{n}" in second for n in range(101, 106)] == [True, True, False, False, False]
    assert (await pat.get("/publisher/earnings?before=nonsense")).status_code == 200


def test_the_next_payout_is_this_month_or_the_next():
    assert next_payout(15, date(2026, 11, 3)) == next_payout(15, date(2026, 11, 15)) == date(2026, 11, 15)
    assert next_payout(15, date(2026, 12, 16)) == date(2027, 1, 15)
    assert datetime(2027, 1, 15, tzinfo=UTC).date() == next_payout(15, date(2027, 1, 1))

"""A small world of the debt tenant, lived through by the demo's own services, holds what its guide promises."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select

from app.billing.models import Invoice
from app.core import boot
from app.core.work import unit
from app.demo import build, cast, history, stories
from app.demo.arrivals import ZONE, just_now, of_today
from app.demo.history import live_through
from app.demo.virtual import quiet
from app.leads.models import Lead
from app.publishers.models import Submission
from tests import world

pytestmark = pytest.mark.anyio
LAG = timedelta(minutes=1)
LATER = {"cap", "finished", "half_way"}  # a few dozen leads bring neither full hands nor many clients


async def small_world(runtime, monkeypatch):
    monkeypatch.setattr(build, "id_of", world.id_of)  # the tests' own resellers
    kernel = boot.kernel(runtime)
    wanted = msgspec.structs.replace(cast.TENANTS[0], slug="cove", leads=45, today=9, reseller="northwind")
    tenant, entry = await build.make_tenant(runtime, kernel, wanted)
    await kernel.owner.dispose()
    async with quiet():
        return tenant, await live_through(tenant, wanted, entry, 0)


async def test_the_world_holds_on_first_sight_what_the_guide_says(runtime, monkeypatch):
    todays = []
    monkeypatch.setattr(history, "of_today", lambda *so: todays.extend(of_today(*so)) or todays)
    tenant, clients = await small_world(runtime, monkeypatch)
    async with unit(tenant=tenant) as work:
        lacking = set(await stories.missing(work, stories.HARBOR))
        assert lacking - LATER == set()
        assert await work.scalar(stories.OF_SEQUENCES[2].find()) is not None
        came = select(Submission.ref, Submission.at, Submission.lead_id).order_by(Submission.at)
        posts = (await work.execute(came.where(Submission.ref.in_([f"A-{one.number}" for one in todays])))).all()
        assert [post.ref for post in posts] == [f"A-{one.number}" for one in todays]
        assert all(timedelta(0) <= post.at - one.at < LAG for post, one in zip(posts, todays, strict=True))
        routed = select(Lead.id).where(Lead.id.in_([post.lead_id for post in posts]), Lead.owner_id.is_not(None))
        assert list(await work.scalars(routed))
        numbered = select(Invoice.issued_on).where(Invoice.number.is_not(None)).order_by(Invoice.number)
        days = list(await work.scalars(numbered))
        assert len(days) > 1 and days == sorted(days)
    assert clients[-1].about == "enrolled today"


NOON = datetime(2026, 11, 27, 17, 20, tzinfo=UTC)  # 12:20 in the demo's zone


@pytest.mark.parametrize("now", [NOON, NOON + timedelta(hours=11), NOON.replace(hour=5, minute=1)])
def test_todays_leads_are_spread_over_the_day_so_far_and_the_newest_have_just_come(now):
    for wanted in cast.TENANTS:
        spread, fresh = of_today(wanted, now), just_now(wanted, now)
        midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        assert all(midnight <= one.at <= now for one in spread) and spread == sorted(spread)
        assert len({one.number for one in (*spread, *fresh)}) == wanted.today and 0 < len(fresh) < len(spread)
    spread = of_today(cast.TENANTS[0], NOON)
    minutes = {one.at.replace(second=0, microsecond=0) for one in spread}
    assert len(minutes) > 0.7 * len(spread)

"""What publishers need done later: letting go of requests after their time."""

from datetime import timedelta

from sqlalchemy import text

from app.core import agenda, clock, config
from app.core.work import Work
from app.publishers.models.rules import read_rules
from app.publishers.service.caps import forget_old_windows

BATCH = 2_000


@agenda.recurring("publishers.forget", timedelta(days=1))
async def forget(work: Work) -> None:
    """Requests, answers, phones and e-mails of posts that are older than the tenant keeps them, a batch at
    a time.
    """
    await forget_old_windows(work)
    await agenda.add(work, "publishers.forget_requests", key="publishers.forget_requests")


@agenda.job("publishers.forget_requests")
async def forget_requests(work: Work) -> None:
    """One batch, and the next one after it while there are more."""
    days = read_rules(await config.get(work, "publishers")).request_days
    done = await work.execute(
        text(
            "update submissions set request = null, answer = null, phone = null, email = null, headers = '[]'"
            " where id in (select id from submissions where at < :before and request is not null"
            " order by at limit :batch)"
        ),
        {"before": clock.now() - timedelta(days=days), "batch": BATCH},
    )
    if done.rowcount == BATCH:  # type: ignore[attr-defined]
        await agenda.add(work, "publishers.forget_requests")

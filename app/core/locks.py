"""Waiting for one another: locks by name that end with the transaction, each tenant's own."""

from sqlalchemy import text

from app.core.work import Work

_LOCK = "pg_advisory_xact_lock(hashtextextended(current_schema() || '.{space}.' || :k{place}, 0))"


async def hold(work: Work, space: str, *keys: str | None) -> None:
    """Wait until nobody else holds any of these keys, and hold them to the end of this transaction; blank ones are none.

    Taken in order and in one statement, so that two that share several cannot wait for each other in a circle.
    """
    given = sorted({key for key in keys if key})
    if given:
        locks = ", ".join(_LOCK.format(space=space, place=place) for place in range(len(given)))
        await work.execute(text(f"select {locks}"), {f"k{place}": key for place, key in enumerate(given)})

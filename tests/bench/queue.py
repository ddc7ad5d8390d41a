"""An agent's queue among leads that are nobody's: what is asked each minute, and the page."""

from collections.abc import Awaitable, Callable
from typing import Any

Clock = Callable[[str, int, Callable[[], Awaitable[Any]]], Awaitable[None]]


async def measure(cast: Any, clock: Clock) -> None:
    from sqlalchemy import select

    from app.access.models import PersonRow, Role
    from app.access.queries.people import as_person
    from app.core.work import unit
    from app.routing import queries

    tenant = cast.tenants["harbor"]
    luis = await cast.browser("harbor", "luis")

    async def look() -> None:
        async with unit(tenant=tenant) as work:
            found = select(PersonRow, Role).join(Role, Role.id == PersonRow.role_id)
            row = (await work.execute(found.where(PersonRow.email == "luis@example.com"))).one()
            person = as_person(*row, None, {"zone": "America/New_York", "locale": "en-US"})
            assert (await queries.queue(work, person)).items

    await clock("an agent's queue, 100,000 leads that are nobody's", 15, look)
    await clock("GET /agent, 100,000 leads that are nobody's", 15, lambda: luis.get("/agent"))

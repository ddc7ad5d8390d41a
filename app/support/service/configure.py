"""What a tenant's tickets are like, read once per unit of work."""

from typing import Any

import msgspec

from app.core import config
from app.core.work import Work
from app.support.models import TicketSettings
from app.support.models.settings import read


async def settings(work: Work) -> TicketSettings:
    found: TicketSettings | None = work.info.get("tickets")
    if found is None:
        found = work.info["tickets"] = read(await config.get(work, "tickets") or {})
    return found


async def put_settings(work: Work, values: TicketSettings) -> None:
    """Tickets that are open keep what was promised when they were opened."""
    await config.change(work, "tickets", await settings(work), values)
    work.info.pop("tickets", None)


async def configure_tickets(work: Work, section: dict[str, Any]) -> None:
    """A blueprint's section. Raises msgspec.ValidationError for one that is none."""
    await config.put(work, "tickets", msgspec.to_builtins(read(section)))
    work.info.pop("tickets", None)

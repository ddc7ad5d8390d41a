"""What a composer's form says, read."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core import places
from app.core.errors import NotFound, invalid
from app.core.work import Work
from app.leads.models import Lead
from app.messages import service

Channel = Literal["sms", "email"]


def channel(text: str) -> Channel:
    return "email" if text == "email" else "sms"


def as_id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound from None


def once(work: Work, given: dict[str, Any]) -> str | None:
    """A second press of one form's button sends nothing more."""
    key = str(given.get("once") or "")[:64]
    return f"form:{work.person.id}:{key}" if key else None


def onward(given: dict[str, Any], lead: Lead) -> str:
    to = str(given.get("next") or "")
    if to == "inbox":
        return f"/agent/inbox?talk={lead.contact_id}"
    return f"/agent?lead={lead.id}" if to == "queue" else f"/agent/leads/{lead.id}"


def zone(given: dict[str, Any]) -> str:
    """Theirs, as the form said it; one that nobody offered is not trusted."""
    name = str(given.get("send_zone") or "")
    return name if name in places.every_zone() else "America/New_York"


def due(given: dict[str, Any]) -> datetime | None:
    """When it is to leave, by their clock. Raises Invalid."""
    typed = str(given.get("send_at") or "")
    if not typed:
        return None
    try:
        moment = datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(zone(given)))
    except ValueError:
        raise invalid("send_at", "Enter a day and a time, like 12/04/2026 2:30 pm.", "invalid_format") from None
    service.check_due(moment)
    return moment

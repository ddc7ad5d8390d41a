"""How messages read in a timeline, and what their states are called."""

from uuid import UUID

from sqlalchemy import select

from app.core.events import Event
from app.core.timeline import TimelineItem, Tone
from app.core.work import Work
from app.messages.models import Message
from app.messages.queries.lists import LOST
from themes.catalogue import later, say

WAYS = {"email": later("e-mail"), "sms": later("text"), "portal": later("secure message")}
STATE_WORDS = {
    "queued": later("Waiting to leave"), "sending": later("Leaving"), "sent": later("Sent"), "delivered": later("Delivered"),
    "refused": later("Refused"), "failed": later("Not delivered"), "bounced": later("Came back"),
    "unknown": later("May have been sent"), "canceled": later("Taken back"), "received": "",
}  # fmt: skip
BECAME = {
    "sent": later("The %(message)s left"), "delivered": later("The %(message)s was delivered"),
    "failed": later("The %(message)s was not delivered"), "bounced": later("The %(message)s came back"),
    "unknown": later("The %(message)s may have been sent"), "unsubscribed": later("Unsubscribed from e-mails"),
    "answered": later("The %(message)s needs no answer"), "canceled": later("took the %(message)s back before it left"),
    "put_off": later("The %(message)s waits for the next lawful minute"),
}  # fmt: skip
LOST_OR_NOT = (*LOST, "unknown")  # an error says why
TONES: dict[str, Tone] = {
    "delivered": "success", "refused": "error", "failed": "error", "bounced": "error", "unknown": "warning", "queued": "info",
}  # fmt: skip


async def describe_messages(work: Work, found: list[Event]) -> dict[UUID, TimelineItem]:
    """The words under who wrote them. What became of a message stands with it; its own event is a line."""
    ids = [UUID(event.payload["message"]) for event in found if "message" in event.payload]
    rows = (await work.scalars(select(Message).where(Message.id.in_(ids)))).all() if ids else []
    known = {str(row.id): row for row in rows}
    return {event.id: _item(event, known.get(event.payload.get("message", ""))) for event in found}


def _item(event: Event, row: Message | None) -> TimelineItem:
    channel = event.payload.get("channel", "")
    way = say(WAYS.get(channel, later("message")))
    wrote = say("wrote an e-mail") if channel == "email" else say("wrote a %(message)s", message=way)
    if row is None:
        return TimelineItem(title=wrote)
    name = event.kind.partition(".")[2]
    icon = "mail" if row.channel == "email" else "message-square"
    if name == "queued":
        words = f"{row.subject}\n{row.body}" if row.subject else row.body
        state = STATE_WORDS.get(row.state, "")
        return TimelineItem(
            title=say("%(message)s · %(state)s", message=way.capitalize(), state=say(state)),
            body=words,
            icon=icon,
            tone=TONES.get(row.state, ""),
        )
    if name == "scheduled":
        title = (
            say("wrote an e-mail to leave later")
            if channel == "email"
            else say("wrote a %(message)s to leave later", message=way)
        )
        return TimelineItem(title=title, body=row.body, icon="clock")
    if name == "received":
        return TimelineItem(title=wrote, body=row.body, icon=icon, tone="info")
    if name == "refused":
        return TimelineItem(
            title=say("%(message)s refused", message=way.capitalize()),
            body=say(row.refused_why),
            icon="shield-off",
            tone="error",
        )
    title = say(BECAME[name], message=way) if name in BECAME else name
    return TimelineItem(
        title=title, body=say(row.error) if name in LOST_OR_NOT else "", icon=icon, tone=TONES.get(name, "")
    )

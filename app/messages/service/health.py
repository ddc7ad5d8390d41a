"""Whether marketing mail may go on. It stops by itself where too much of it comes back or is called spam, before the
mail services stop taking any mail of this tenant, the servicing one too (T52); a person lets it go on.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import func, or_, select

from app.core import clock, config, events, locks
from app.core.work import Work
from app.messages.models import Message
from app.team import service as team
from app.team.queries import holders
from themes.catalogue import say
from themes.formats import percent

SETTING = "marketing_mail"
WINDOW = timedelta(days=7)
MOST_BOUNCED, MOST_COMPLAINED = 0.05, 0.003  # shares of what was sent, from the rules of large mail services
LEAST_SENT, LEAST_COMPLAINTS = 100, 3  # below these a share says nothing
MANAGE = "brand.manage"


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Marketing mails of the window: how many left, came back for good, were called spam."""

    sent: int = 0
    bounced: int = 0
    complained: int = 0

    @property
    def bounce_share(self) -> float:
        return self.bounced / self.sent if self.sent else 0.0

    @property
    def complaint_share(self) -> float:
        return self.complained / self.sent if self.sent else 0.0

    @property
    def bad(self) -> bool:
        if self.sent < LEAST_SENT:
            return False
        called_spam = self.complained >= LEAST_COMPLAINTS and self.complaint_share > MOST_COMPLAINED
        return called_spam or self.bounce_share > MOST_BOUNCED


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`paused_at` with the figures of that moment; `resumed_at`: what was sent before it counts no more."""

    paused_at: datetime | None = None
    resumed_at: datetime | None = None
    figures: Figures = Figures()


async def standing(work: Work) -> Standing:
    return msgspec.convert(await config.get(work, SETTING) or {}, Standing)


async def why_not(work: Work) -> str:
    """Why no marketing mail leaves now; "" when it does."""
    known = await standing(work)
    return said(known.figures) if known.paused_at is not None else ""


def said(found: Figures) -> str:
    return say(
        "Marketing mail is paused: of %(sent)s mails in 7 days %(bounced)s came back (%(share)s) and %(spam)s were"
        " reported as spam.",
        sent=found.sent,
        bounced=found.bounced,
        share=percent(found.bounce_share, 1),
        spam=found.complained,
    )


async def figures(work: Work) -> Figures:
    """Of the last seven days, or since somebody let it go on."""
    known = await standing(work)
    begin = max(clock.now() - WINDOW, known.resumed_at) if known.resumed_at else clock.now() - WINDOW
    bounced = or_(Message.state == "bounced", Message.cause["bounced"].as_boolean())
    found = select(
        func.count().label("sent"),
        func.count().filter(bounced).label("bounced"),
        func.count().filter(Message.cause["complained"].as_boolean()).label("complained"),
    ).where(
        Message.at > begin,
        Message.direction == "out",
        Message.channel == "email",
        Message.purpose == "marketing",
        or_(Message.state.in_(("sent", "delivered", "bounced")), Message.cause["bounced"].as_boolean()),
    )
    row = (await work.execute(found)).one()
    return Figures(sent=row.sent, bounced=row.bounced, complained=row.complained)


async def look(work: Work) -> None:
    """Pause it where it has to be; once for all that come at the same moment."""
    await locks.hold(work, SETTING)
    known, found = await standing(work), await figures(work)
    if known.paused_at is not None or not found.bad:
        return
    await _put(work, Standing(paused_at=clock.now(), resumed_at=known.resumed_at, figures=found))
    events.record(work, "message.mail_paused", "setting", work.tenant.id, **msgspec.to_builtins(found))
    people = await holders(work, MANAGE)
    await team.notify(work, "message.mail_paused", people, "setting", work.tenant.id, to_doer=True, said=said(found))


async def resume(work: Work) -> None:
    """It goes on, and is counted from now on; nothing where it was not paused."""
    await locks.hold(work, SETTING)
    if (await standing(work)).paused_at is None:
        return
    await _put(work, Standing(resumed_at=clock.now()))
    events.record(work, "message.mail_resumed", "setting", work.tenant.id)


async def _put(work: Work, value: Standing) -> None:
    built: dict[str, Any] = msgspec.to_builtins(value)
    await config.put(work, SETTING, built)

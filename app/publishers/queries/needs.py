"""What publishers have for the administrator's home: caps that are nearly full, and the first offer."""

from sqlalchemy import select

from app.core.attention import Need, Step
from app.core.permissions import Person
from app.core.work import Work
from app.publishers.models import Offer, Publisher
from app.publishers.models.terms import full
from app.publishers.queries.intake import cap_usages
from themes.catalogue import say, say_many
from themes.terms import worded, worded_many

NEARLY = 0.8


async def needs(work: Work, person: Person) -> list[Need]:
    """Who asks to go live, live offers whose cap is full now, and those that have used four fifths of it."""
    if not person.may("publishers.view"):
        return []
    used = await cap_usages(work)
    shut = sum(full(caps, price) is not None for caps, price in used)
    near = sum(full(caps, price) is None and any(cap.share >= NEARLY for cap in caps) for caps, price in used)
    reached = say_many("%(count)s offer has reached its cap", "%(count)s offers have reached their cap", shut)
    nearly = say_many(
        "%(count)s offer has nearly reached its cap", "%(count)s offers have nearly reached their cap", near
    )
    asking = select(Publisher.id).where(Publisher.state == "test", Publisher.asked_live_at.is_not(None))
    ids = list(await work.scalars(asking.order_by(Publisher.asked_live_at))) if person.may("publishers.manage") else []
    asked = worded_many("%(count)s %(publisher)s asks to go live", "%(count)s %(publishers)s ask to go live", len(ids))
    where = f"/admin/publishers/{ids[0]}" if len(ids) == 1 else "/admin/publishers"
    return [
        Need(sentence=asked, count=len(ids), url=where, verb=say("Look"), tone="info"),
        Need(sentence=reached, count=shut, url="/admin/publishers", verb=say("Raise")),
        Need(sentence=nearly, count=near, url="/admin/publishers", verb=say("Look"), tone="info"),
    ]


async def steps(work: Work, person: Person) -> list[Step]:
    if not person.may("publishers.manage"):
        return []
    first = await work.scalar(select(Offer.id).limit(1))
    return [
        Step(
            name="offer", label=worded("Connect your first %(publisher)s"), hint=say("An offer says what you buy, at which price and cap."),
            url="/admin/publishers?add=1#add", verb=say("Connect"), done=first is not None, order=50,
        )
    ]  # fmt: skip

"""From test to live: asked for by the publisher once its list is done, confirmed by staff or by the tenant's rule."""

from uuid import UUID

import msgspec

from app.core import clock, config, events, live
from app.core.errors import Conflict, NotFound
from app.core.work import Work
from app.publishers.models import Publisher
from app.publishers.models.rules import Rules, read_rules
from app.publishers.queries.home import is_ready
from app.publishers.queries.staff import managers
from app.team import service as team
from themes.catalogue import say


async def rules_of(work: Work) -> Rules:
    return read_rules(await config.get(work, "publishers"))


async def change_rules(work: Work, rules: Rules) -> None:
    """What holds for all publishers from now on."""
    before = await rules_of(work)
    if rules == before:
        return
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(rules)
    await config.put(work, "publishers", new)
    changes = {name: (old[name], new[name]) for name in new if old[name] != new[name]}
    events.record(work, "publisher.rules_changed", "publisher", work.tenant.id, changes=changes, fields=sorted(changes))


async def ask_live(work: Work, publisher_id: UUID) -> Publisher:
    """Ask to be switched to live; asking twice changes nothing. Raises NotFound; Conflict before the list is done or
    out of test mode.
    """
    publisher = await work.get(Publisher, publisher_id, with_for_update=True, populate_existing=True)
    if publisher is None:
        raise NotFound
    if publisher.state == "live" or publisher.asked_live_at is not None:
        return publisher
    if publisher.state != "test":
        raise Conflict(say("This account is not in test mode."))
    if not await is_ready(work, publisher_id):
        raise Conflict(say("Do every step of the list first."))
    if (await rules_of(work)).go_live == "automatic":
        return await set_live(work, publisher)
    publisher.asked_live_at, publisher.asked_live_by = clock.now(), work.actor.name
    events.record(work, "publisher.asked_live", "publisher", publisher.id)
    await team.notify(
        work, "publisher.asked_live", await managers(work), "publisher", publisher.id, name=publisher.name
    )
    live.tell(work, "publisher", publisher.id)
    return publisher


async def set_live(work: Work, publisher: Publisher) -> Publisher:
    """By the rule: nobody has to press anything."""
    before, publisher.state = publisher.state, "live"
    publisher.live_at = publisher.live_at or clock.now()
    changes = {"state": (before, "live")}
    events.record(work, "publisher.changed", "publisher", publisher.id, changes=changes, fields=["state"])
    live.tell(work, "publisher", publisher.id)
    return publisher

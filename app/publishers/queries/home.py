"""What a publisher wants to know first: may I send, what came of it today, what costs me most."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.core import clock, config, fields
from app.core.work import Work
from app.publishers.models import Publisher, Usage
from app.publishers.models.advice import Loss, costliest
from app.publishers.models.answers import spoken
from app.publishers.models.rules import read_rules
from app.publishers.models.spec import offer_fields
from app.publishers.models.terms import full
from app.publishers.queries.figures import Figures, daily, progress, refusals
from app.publishers.queries.intake import OpenOffer, cap_usage, open_offers
from app.publishers.queries.portal import Filters, Line, lines
from themes.catalogue import say

TESTS_WANTED = 3
LATEST = 6  # rows on the first page


class Banner(msgspec.Struct, frozen=True):
    """The state in a few words. `tone`: success, warning, info or error."""

    tone: str
    text: str


class OfferState(msgspec.Struct, frozen=True):
    """An offer with its caps; `shut` is the full one."""

    offer: OpenOffer
    used: list[Usage]
    shut: Usage | None
    reset: str


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the first page. Amounts in minor units of `currency`."""

    publisher: Publisher
    banner: Banner
    today: Figures
    week: Figures
    days: list[tuple[datetime, Figures]]
    latest: list[Line]
    told: dict[str, str]
    since: datetime
    zone_of_caps: str
    currency: str
    offers: list[OfferState]
    losses: list[Loss]
    steps: list[tuple[str, bool]]
    ready: bool


async def home(work: Work, publisher: Publisher) -> Home:
    offers = [offer for offer in await open_offers(work, publisher.id) if offer.state != "closed"]
    zone = offers[0].terms.zone if offers else await config.get(work, "zone")
    now = clock.now()
    days = _days(now, zone)
    since, week = days[-1], days[0]
    spans = await daily(work, publisher.id, days)
    rules = read_rules(await config.get(work, "publishers"))
    states = [await _state(work, offer) for offer in offers]
    done = await progress(work, publisher.id) if publisher.state == "test" else {}
    contact, lead = await fields.registry(work, "contact"), await fields.registry(work, "lead")
    labels = {field.name: field.label for field in offer_fields(contact, lead, [])}
    return Home(
        publisher=publisher,
        banner=_banner(publisher, states),
        today=spans[-1],
        week=_together(spans[:-1]),
        days=list(zip(days, spans, strict=True)),
        latest=(await lines(work, publisher.id, Filters(test="all"), limit=LATEST)).lines,
        told=rules.told,
        since=since,
        zone_of_caps=zone,
        currency=offers[0].currency if offers else await config.get(work, "currency"),
        offers=states,
        losses=costliest(await refusals(work, publisher.id, week), labels),
        steps=_steps(done) if done else [],
        ready=bool(done) and all(ticked for _, ticked in _steps(done)),
    )


async def is_ready(work: Work, publisher_id: UUID) -> bool:
    """Whether every step before going live has really happened."""
    return all(ticked for _, ticked in _steps(await progress(work, publisher_id)))


def _days(now: datetime, zone: str) -> list[datetime]:
    """The midnights that began the last seven days and today, by the clocks of the zone."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return [
        datetime.combine(today - timedelta(days=back), time(), ZoneInfo(zone)).astimezone(UTC)
        for back in range(7, -1, -1)
    ]


def _together(spans: list[Figures]) -> Figures:
    names = Figures.__struct_fields__
    return Figures(**{name: sum(getattr(span, name) for span in spans) for name in names})


async def _state(work: Work, offer: OpenOffer) -> OfferState:
    used = await cap_usage(work, offer)
    shut = full(used, offer.price_amount)
    until = shut.until if shut else None
    return OfferState(offer, used, shut, spoken(until, offer.terms.zone) if until else "")


def _banner(publisher: Publisher, states: list[OfferState]) -> Banner:
    if publisher.state == "closed":
        return Banner("error", say("Closed. Nothing is taken any more."))
    if publisher.state == "test" and publisher.asked_live_at is not None:
        return Banner("info", say("Test mode. You asked to go live; you hear from us."))
    if publisher.state == "test":
        return Banner("info", say("Test mode. Whatever you send is checked and answered, and nothing is paid."))
    if publisher.state == "paused":
        return Banner("warning", say("Paused. Leads are refused until you are live again; tests work."))
    live = [one for one in states if one.offer.state == "live"]
    if not live:
        return Banner("warning", say("Live, but none of your offers is open."))
    if all(one.shut for one in live):
        first = min(live, key=lambda one: (one.shut.until is None, one.shut.until or clock.now()))  # type: ignore[union-attr]
        back = say("Cap reached, back %(when)s.", when=first.reset)
        return Banner("warning", back if first.reset else say("Cap reached for good."))
    return Banner("success", say("Live. Each lead that is accepted is paid."))


def _steps(done: dict[str, int]) -> list[tuple[str, bool]]:
    """The go-live list, from what really happened."""
    return [
        (say("Make a key"), done["keys"] > 0),
        (
            say(
                "Have %(wanted)s tests accepted (%(done)s so far)",
                wanted=TESTS_WANTED,
                done=min(done["accepted"], TESTS_WANTED),
            ),
            done["accepted"] >= TESTS_WANTED,
        ),
        (say("See how a rejection is answered"), done["rejected"] > 0),
        (say("See how a duplicate is answered"), done["duplicate"] > 0),
    ]

"""What a publisher wants to know first: may I send, what came of it today, what costs me most."""

from datetime import datetime, timedelta

import msgspec

from app.core import clock, config, fields
from app.core.work import Work
from app.publishers.models import Publisher, Usage
from app.publishers.models.advice import Loss, costliest
from app.publishers.models.answers import spoken
from app.publishers.models.spec import offer_fields
from app.publishers.models.terms import full, window
from app.publishers.queries.intake import OpenOffer, cap_usage, open_offers
from app.publishers.queries.portal import Figures, figures, progress, refusals

TESTS_WANTED = 3


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
    since: datetime
    zone_of_caps: str
    currency: str
    offers: list[OfferState]
    losses: list[Loss]
    steps: list[tuple[str, bool]]


async def home(work: Work, publisher: Publisher) -> Home:
    offers = [offer for offer in await open_offers(work, publisher.id) if offer.state != "closed"]
    zone = offers[0].terms.zone if offers else await config.get(work, "zone")
    now = clock.now()
    since, week = window("day", now, zone)[0], now - timedelta(days=7)
    states = [await _state(work, offer) for offer in offers]
    contact, lead = await fields.registry(work, "contact"), await fields.registry(work, "lead")
    labels = {field.name: field.label for field in offer_fields(contact, lead, [])}
    return Home(
        publisher=publisher,
        banner=_banner(publisher, states),
        today=await figures(work, publisher.id, since),
        week=await figures(work, publisher.id, week, since),
        since=since,
        zone_of_caps=zone,
        currency=offers[0].currency if offers else await config.get(work, "currency"),
        offers=states,
        losses=costliest(await refusals(work, publisher.id, week), labels),
        steps=_steps(await progress(work, publisher.id)) if publisher.state == "test" else [],
    )


async def _state(work: Work, offer: OpenOffer) -> OfferState:
    used = await cap_usage(work, offer)
    shut = full(used, offer.price_amount)
    until = shut.until if shut else None
    return OfferState(offer, used, shut, spoken(until, offer.terms.zone) if until else "")


def _banner(publisher: Publisher, states: list[OfferState]) -> Banner:
    if publisher.state == "closed":
        return Banner("error", "Closed. Nothing is taken any more.")
    if publisher.state == "test":
        return Banner("info", "Test mode. Whatever you send is checked and answered, and nothing is paid.")
    if publisher.state == "paused":
        return Banner("warning", "Paused. Leads are refused until you are live again; tests work.")
    live = [one for one in states if one.offer.state == "live"]
    if not live:
        return Banner("warning", "Live, but none of your offers is open.")
    if all(one.shut for one in live):
        first = min(live, key=lambda one: (one.shut.until is None, one.shut.until or clock.now()))  # type: ignore[union-attr]
        return Banner("warning", f"Cap reached, back {first.reset}." if first.reset else "Cap reached for good.")
    return Banner("success", "Live. Each lead that is accepted is paid.")


def _steps(done: dict[str, int]) -> list[tuple[str, bool]]:
    """The go-live list, from what really happened."""
    return [
        ("Make a key", done["keys"] > 0),
        (
            f"Have {TESTS_WANTED} tests accepted ({min(done['accepted'], TESTS_WANTED)} so far)",
            done["accepted"] >= TESTS_WANTED,
        ),
        ("See how a rejection is answered", done["rejected"] > 0),
        ("See how a duplicate is answered", done["duplicate"] > 0),
    ]

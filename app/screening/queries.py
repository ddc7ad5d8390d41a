"""Reading screenings: progress, what is missing, suggestions, and the last days that come."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select

from app.contacts.models import Contact
from app.core import clock, conditions, config
from app.core.errors import NotFound
from app.core.events import Event
from app.core.fields import Field
from app.core.permissions import Person
from app.core.timeline import TimelineItem, Tone
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.leads.queries import LeadPage, visible
from app.screening.models import Decline, Limit, Referral, Screen, Screening, Setup
from app.screening.service.referrals import PASSABLE
from app.screening.service.setup import Firm, firms, setup
from themes.catalogue import later, say

SCREEN = 100


class ScreenState(msgspec.Struct, frozen=True, kw_only=True):
    """One screen with the questions that are asked just now. `open`: the conflict check lets us ask them."""

    screen: Screen
    asked: list[Field]
    answered: int
    open: bool

    @property
    def done(self) -> bool:
        return self.answered == len(self.asked)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How far a lead's screening is. `days` until the last day, below zero when it has passed."""

    setup: Setup
    row: Screening | None
    conflict: str
    screens: list[ScreenState]
    missing: list[Field]
    declines: list[Decline]
    limit: Limit | None
    days: int | None
    referrals: list[Referral]
    firms: list[Firm]

    @property
    def asked(self) -> int:
        return sum(len(one.asked) for one in self.screens)

    @property
    def answered(self) -> int:
        return sum(one.answered for one in self.screens)


async def standing(work: Work, it: LeadPage) -> Standing:
    """Raises NotFound where this business asks nothing. `it` is the lead as this person sees it."""
    chosen = await setup(work)
    if chosen is None:
        raise NotFound
    row = await work.get(Screening, it.lead.id)
    asks = _Asks(it, ZoneInfo(await config.get(work, "zone")))
    conflict = row.conflict if row else "unchecked"
    screens = [
        _screen(asks, screen, not chosen.conflicts or number == 0 or conflict in PASSABLE)
        for number, screen in enumerate(chosen.screens)
    ]
    limit = msgspec.convert(row.limit_rule, Limit) if row and row.limit_rule else None
    days = (limit.on - await config.today(work)).days if limit else None
    had = list(
        await work.scalars(select(Referral).where(Referral.lead_id == it.lead.id).order_by(Referral.offered_at.desc()))
    )
    state, asked_before = asks.state(chosen), {one.firm for one in had}
    return Standing(
        setup=chosen,
        row=row,
        conflict=conflict,
        screens=screens,
        missing=[it.fieldset[name] for name in chosen.needed if name in it.fieldset and not asks.held(name)],
        declines=_suggested(asks, chosen, days),
        limit=limit,
        days=days,
        referrals=had,
        firms=[
            firm
            for firm in await firms(work)
            if firm.name not in asked_before and (not firm.states or not state or state in firm.states)
        ],
    )


class _Asks:
    """A lead that conditions are asked of."""

    def __init__(self, it: LeadPage, zone: ZoneInfo) -> None:
        self.it, self.zone = it, zone

    def true(self, when: dict[str, Any]) -> bool:
        if not when:
            return True
        condition = conditions.check(when, self.it.fieldset, zone=self.zone)
        return conditions.matches(condition, self.it.fieldset, self.it.held, now=clock.now(), zone=self.zone)

    def held(self, name: str) -> bool:
        return name in self.it.sealed or self.it.held.get(name) not in (None, "", [])

    def state(self, chosen: Setup) -> str:
        return str(self.it.held.get(chosen.state) or self.it.contact.state or "")


def _screen(asks: _Asks, screen: Screen, is_open: bool) -> ScreenState:
    names = [one.field for one in screen.questions if one.field in asks.it.fieldset and _asked(asks, one.when)]
    # Nothing is marked as optional here: everything that is asked is wanted, and anything may stay open.
    asked = [msgspec.structs.replace(asks.it.fieldset[name], required=True) for name in names]
    return ScreenState(screen=screen, asked=asked, answered=sum(asks.held(name) for name in names), open=is_open)


def _asked(asks: _Asks, when: dict[str, Any]) -> bool:
    """A condition over a field that is hidden from this person asks nothing."""
    try:
        return asks.true(when)
    except conditions.ConditionError:
        return False


def _suggested(asks: _Asks, chosen: Setup, days: int | None) -> list[Decline]:
    found = [one for one in chosen.declines if one.when and _asked(asks, one.when)]
    if days is not None and days < 0 and chosen.past_reason:
        past = (one for one in chosen.declines if one.reason == chosen.past_reason)
        found += [one for one in past if one not in found]
    return found


async def hidden_fields(work: Work, person: Person, lead_id: UUID) -> Collection[str]:
    """What nobody reads before the conflict check is clear; only a small group after a conflict."""
    chosen = await setup(work)
    if chosen is None or not chosen.hidden:
        return ()
    result = await work.scalar(select(Screening.conflict).where(Screening.lead_id == lead_id))
    open_ = result in PASSABLE or (result == "conflict" and person.may("leads.sealed"))
    return () if open_ else chosen.hidden


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """A last day that comes, or has passed while the lead is still open."""

    lead_id: UUID
    name: str
    stage: str
    state: str
    on: date
    days: int
    verified: bool
    checks: tuple[str, ...]


async def deadlines(work: Work, person: Person) -> list[Deadline]:
    """The nearest first, of open and signed leads within reach."""
    found = (
        select(Screening, Contact, Stage.label, Lead.id)
        .join(Lead, Lead.id == Screening.lead_id)
        .join(Contact, Contact.id == Lead.contact_id)
        .join(Stage, Stage.id == Lead.stage_id)
        .where(Screening.limit_on.is_not(None), Stage.kind.in_(("new", "open", "won")), await visible(work, person))
        .where(Lead.test.is_(False))
        .order_by(Screening.limit_on, Lead.id)
        .limit(SCREEN)
    )
    today = await config.today(work)
    return [_deadline(row, today) for row in await work.execute(found)]


def _deadline(row: Any, today: date) -> Deadline:
    limit = msgspec.convert(row.Screening.limit_rule, Limit)
    return Deadline(
        lead_id=row.id,
        name=row.Contact.name,
        stage=row.label,
        state=limit.rule.state,
        on=limit.on,
        days=(limit.on - today).days,
        verified=limit.rule.verified,
        checks=limit.checks,
    )


async def referral(work: Work, lead_id: UUID, referral_id: UUID) -> Referral:
    """Raises NotFound."""
    found = await work.scalar(select(Referral).where(Referral.id == referral_id, Referral.lead_id == lead_id))
    if found is None:
        raise NotFound
    return found


async def describe_screening(work: Work, found: list[Event]) -> dict[UUID, TimelineItem]:
    """One sentence each; the last day itself stands on the panel, not here."""
    return {event.id: _item(event) for event in found}


def _item(event: Event) -> TimelineItem:
    sentence, tone = SENTENCES[event.kind]
    said = event.payload
    answers = {"accepted": say("accepted"), "declined": say("declined"), "withdrawn": say("withdrawn")}
    values = {
        "firm": said.get("firm", ""),
        "days": said.get("days", ""),
        "answer": answers.get(str(said.get("answer")), ""),
    }
    if event.kind == "screening.checked" and said.get("result") == "possible":
        sentence, tone = later("checked for conflicts: somebody must decide"), "warning"
    return TimelineItem(title=say(sentence, **values), tone=tone)


SENTENCES: dict[str, tuple[str, Tone]] = {
    "screening.answered": (later("answered the questionnaire"), ""),
    "screening.deadline_set": (later("has another last day to file"), "info"),
    "screening.deadline_near": (later("%(days)s days are left to file"), "warning"),
    "screening.checked": (later("checked for conflicts: none found"), "success"),
    "screening.cleared": (later("cleared a possible conflict"), "success"),
    "screening.locked": (later("locked it for a conflict"), "error"),
    "screening.declined": (later("declined it"), "error"),
    "referral.offered": (later("offered it to %(firm)s"), "info"),
    "referral.answered": (later("noted that %(firm)s: %(answer)s"), ""),
    "referral.expired": (later("%(firm)s did not answer in time"), "warning"),
}

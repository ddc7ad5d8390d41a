"""Reading rules, lists, refusals, and everything that happened with one number or address."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, or_, select

from app.compliance.models import Rule, RuleBook
from app.compliance.models.tables import Attempt, ListEntry, RefusedContact, RuleOverride
from app.compliance.service.facts import level_of
from app.compliance.service.rules import book
from app.contacts.models import Consent, Contact
from app.core import clock, config
from app.core.events import Event
from app.core.places import state_name
from app.core.timeline import TimelineItem, Tone
from app.core.work import Work
from themes.catalogue import later, say

MOST = 300
SCRUBBED_FOR = timedelta(days=31)
LIST_NAMES = {
    "opt_out": later("Opted out"),
    "internal": later("Own do-not-call list"),
    "national": later("National do-not-call list"),
    "state": later("State do-not-call list"),
    "litigator": later("Litigator list"),
    "suppressed": later("Suppressed address"),
    "reassigned": later("Reassigned-number check"),
}
A_LIST = later("a list")


class StateRules(msgspec.Struct, frozen=True):
    """One state (or US, CARRIER, HOUSE) with the rules that are in force there."""

    code: str
    name: str
    rules: list[Rule]


async def rules_by_state(work: Work) -> list[StateRules]:
    """Federal law, carriers and our own caution first, then the states by name."""
    rules = await book(work)
    today = clock.now().date()
    found: dict[str, list[Rule]] = {}
    for rule in rules.in_force(today):
        found.setdefault(rule.state, []).append(rule)
    groups = [StateRules(code, of[0].whose, of) for code, of in found.items()]
    first = {"US": 0, "CARRIER": 1, "HOUSE": 2}
    return sorted(groups, key=lambda group: (first.get(group.code, 3), group.name))


class RulePage(msgspec.Struct, frozen=True):
    """One rule as it is in force, with all its versions."""

    rule: Rule
    history: tuple[Rule, ...]
    entered: list[RuleOverride]


async def rule(work: Work, rule_id: str) -> RulePage | None:
    rules: RuleBook = await book(work)
    versions = rules.history(rule_id)
    if not versions:
        return None
    entered = await work.scalars(
        select(RuleOverride).where(RuleOverride.rule_id == rule_id).order_by(RuleOverride.created_at.desc())
    )
    return RulePage(rules.rule(rule_id, clock.now().date()) or versions[-1], versions, list(entered))


class ListView(msgspec.Struct, frozen=True):
    """One list: how many stand on it, and of which day an uploaded one is."""

    key: str
    name: str
    count: int
    scrubbed_at: datetime | None

    @property
    def old(self) -> bool:
        """Whether calls may no longer rely on it."""
        return self.scrubbed_at is not None and self.scrubbed_at < clock.now() - SCRUBBED_FOR


async def lists(work: Work) -> list[ListView]:
    counted = select(ListEntry.list, ListEntry.state, func.count()).where(ListEntry.lifted_at.is_(None))
    counts: Counter[str] = Counter()
    for name, state, count in await work.execute(counted.group_by(ListEntry.list, ListEntry.state)):
        counts[f"state:{state}" if name == "state" else name] += count
    uploads = await config.get(work, "dnc_lists")
    keys = dict.fromkeys([*(name for name in LIST_NAMES if name != "state"), *sorted({*uploads, *counts})])
    return [_list(key, counts[key], uploads.get(key)) for key in keys if key != "reassigned" or counts[key]]


def _list(key: str, count: int, upload: dict[str, Any] | None) -> ListView:
    of = key.removeprefix("state:")
    name = say(LIST_NAMES[key]) if of == key else say("%(state)s do-not-call list", state=state_name(of))
    at = datetime.fromisoformat(upload["scrubbed_at"]) if upload else None
    return ListView(key, name, count, at)


async def entries(work: Work, list_: str, *, text: str = "", limit: int = 100) -> list[ListEntry]:
    """The newest of one list, or those that a number or an address is on."""
    name, _, state = list_.partition(":")
    found = select(ListEntry).where(ListEntry.list == name)
    if state:
        found = found.where(ListEntry.state == state)
    if text:
        found = found.where(
            or_(
                ListEntry.phone.contains(text, autoescape=True),
                ListEntry.email.contains(text, autoescape=True),
            )
        )
    return list(await work.scalars(found.order_by(ListEntry.at.desc(), ListEntry.id.desc()).limit(limit)))


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened with a number or an address: a consent, a contact, a refusal, a no."""

    at: datetime
    what: str
    detail: str
    who: str = ""
    tone: Tone = ""
    icon: str = ""
    source: str = ""
    record: str = ""
    record_id: UUID | None = None


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on file about one number or address, the oldest first."""

    contacts: list[Contact]
    happened: list[Happened]


async def contacts_with(work: Work, *, phone: str | None = None, email: str | None = None) -> list[Contact]:
    """Whoever has this number or address now, the latest first."""
    same = [column == value for column, value in ((Contact.phone, phone), (Contact.email, email)) if value]
    found = select(Contact).where(or_(*same)).order_by(Contact.created_at.desc()).limit(20)
    return list(await work.scalars(found)) if same else []


async def history(work: Work, *, phone: str | None = None, email: str | None = None) -> History:
    """Every consent, contact, refusal, opt-out and list of whoever has or had this number or address, merged ones too."""
    everybody, people = await _one_person_each(work, await contacts_with(work, phone=phone, email=email))
    ids = [person.id for person in everybody]
    told = [
        *(_consented(row) for row in await work.scalars(select(Consent).where(Consent.contact_id.in_(ids)))),
        *(
            _withdrawn(row)
            for row in await work.scalars(
                select(Consent).where(Consent.contact_id.in_(ids), Consent.revoked_at.is_not(None))
            )
        ),
        *(_contacted(row) for row in await _of(work, Attempt, ids, phone, email)),
        *(_refused(row) for row in await _of(work, RefusedContact, ids, phone, email)),
        *(line for row in await _of(work, ListEntry, ids, phone, email) for line in _listed(row)),
    ]
    return History(contacts=people, happened=sorted(told, key=lambda line: line.at))


async def _one_person_each(work: Work, found: list[Contact]) -> tuple[list[Contact], list[Contact]]:
    """With those who were merged into them or whom they went into: history stays with whom it was written for. Then who stands."""
    kept = {person.merged_into or person.id for person in found}
    same = select(Contact).where(or_(Contact.id.in_(kept), Contact.merged_into.in_(kept)))
    everybody = list(await work.scalars(same.order_by(Contact.created_at.desc())))
    return everybody, [person for person in everybody if person.id in kept]


async def _of(work: Work, model: Any, ids: list[UUID], phone: str | None, email: str | None) -> Sequence[Any]:
    ways = [model.contact_id.in_(ids)]
    ways += [column == value for column, value in ((model.phone, phone), (model.email, email)) if value]
    return (await work.scalars(select(model).where(or_(*ways)).order_by(model.at.desc()).limit(MOST))).all()


WAYS = {"call": later("Call"), "sms": later("Text"), "email": later("E-mail")}
REFUSED = {"call": later("Call refused"), "sms": later("Text refused"), "email": later("E-mail refused")}
OPTED_OUT = {
    "call": later("Opted out of call"), "sms": later("Opted out of text"), "email": later("Opted out of e-mail"),
}  # fmt: skip
OFF_LIST = {
    "call": later("Opted out of calls"), "sms": later("Opted out of texts"), "email": later("Opted out of e-mails"),
}  # fmt: skip
ICONS = {"call": "phone-outgoing", "sms": "message-square", "email": "mail"}


def _consented(row: Consent) -> Happened:
    kind = later("Written consent to %(channels)s") if level_of(row) == "written" else later("Consent to %(channels)s")
    certificate = say("certificate %(id)s", id=row.certificate_id) if row.certificate_id else ""
    proof = " · ".join(filter(None, [row.url, row.address, certificate]))
    channels = ", ".join(say(WAYS[name]).lower() for name in row.channels)
    return Happened(
        at=row.at, what=say(kind, channels=channels), detail=row.text, tone="success",
        icon="shield-check", source=proof or row.source,
    )  # fmt: skip


def _withdrawn(row: Consent) -> Happened:
    assert row.revoked_at is not None
    return Happened(
        at=row.revoked_at,
        what=say("Consent withdrawn"),
        detail=row.text,
        tone="warning",
        icon="shield-off",
        source=row.revoked_how or "",
    )


def _contacted(row: Attempt) -> Happened:
    said = later("%(channel)s, %(purpose)s, automated") if row.automated else later("%(channel)s, %(purpose)s")
    what = say(said, channel=say(WAYS[row.channel]), purpose=say(row.purpose))
    detail = say("Did not take place") if row.void_at else row.verdict
    return Happened(
        at=row.at,
        what=what,
        detail=detail,
        who=row.by_name,
        icon=ICONS[row.channel],
        record=row.record,
        record_id=row.record_id,
    )


def _refused(row: RefusedContact) -> Happened:
    return Happened(
        at=row.at, what=say(REFUSED[row.channel]), detail=row.sentence, who=row.by_name, tone="error", icon="shield-off",
        source=f"{row.rule_id}: {row.source}",
    )  # fmt: skip


def _listed(row: ListEntry) -> list[Happened]:
    what = say(OFF_LIST[row.channel] if row.list == "opt_out" and row.channel else LIST_NAMES[row.list])
    detail = f"“{row.words}”" if row.words else row.reason
    found = [
        Happened(
            at=row.at, what=what, detail=detail, who=row.by_name, tone="error", icon="ban",
            source=row.source,
        )
    ]  # fmt: skip
    if row.lifted_at:
        found.append(
            Happened(
                at=row.lifted_at,
                what=say("%(what)s: lifted", what=what),
                detail=row.lifted_why,
                icon="undo-2",
                source=row.lifted_by or "",
            )
        )
    return found


async def describe_compliance(work: Work, found: list[Event]) -> dict[UUID, TimelineItem]:
    """Refusals with their sentence; opt-outs with the person's words."""
    refused = await _by_id(work, RefusedContact, found, "refusal")
    listed = await _by_id(work, ListEntry, found, "entry")
    return {event.id: _item(event, refused, listed) for event in found}


def _item(event: Event, refused: dict[str, Any], listed: dict[str, Any]) -> TimelineItem:
    name = event.kind.partition(".")[2]
    if name == "refused":
        row = refused.get(event.payload.get("refusal", ""))
        return TimelineItem(
            title=say(REFUSED.get(event.payload.get("channel", ""), later("Contact refused"))),
            body=row.sentence if row else "",
            tone="error",
        )
    entry = listed.get(event.payload.get("entry", ""))
    if name == "opted_out":
        return TimelineItem(
            title=say(OPTED_OUT.get(event.payload.get("channel", ""), later("Opted out of all contact"))),
            body=f"“{entry.words}”" if entry and entry.words else "",
            tone="error",
        )
    if name == "opted_in":
        return TimelineItem(title=say("Opted in again"), tone="success")
    listing = say(LIST_NAMES.get(entry.list, A_LIST) if entry else A_LIST)
    said = later("Put on: %(list)s") if name == "listed" else later("Taken off: %(list)s")
    return TimelineItem(title=say(said, list=listing), tone="warning")


async def _by_id(work: Work, model: Any, found: list[Event], key: str) -> dict[str, Any]:
    ids = [UUID(event.payload[key]) for event in found if key in event.payload]
    rows = (await work.scalars(select(model).where(model.id.in_(ids)))).all() if ids else []
    return {str(row.id): row for row in rows}

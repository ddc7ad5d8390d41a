"""The last day for a claim: computed whenever the facts change, told at 90, 60, 30, 14, 7 days and on the day.

The injured person is never told: it is a lawyer's judgement.
"""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select

from app.access.models import PersonRow, Role
from app.core import agenda, clock, config, events
from app.core.errors import FieldError, Invalid
from app.core.places import states
from app.core.work import SYSTEM, Work
from app.leads.models import Lead, Stage
from app.screening.models import Limit, Rule, Screening, last_day, next_alarm, shipped
from app.screening.models.limits import ALARMS
from app.screening.service import rows
from app.screening.service.setup import setup
from app.tasks import service as tasks
from app.tasks.service import TaskValues
from app.team import service as team
from themes.catalogue import say, say_many

MORNING = time(8)
MOST_YEARS = 20


async def rules(work: Work) -> tuple[Rule, ...]:
    """Corrections first, then what shipped."""
    own = msgspec.convert(await config.get(work, "limitation_rules") or [], list[Rule])
    return (*own, *shipped())


async def recompute(work: Work, lead_id: UUID) -> Screening | None:
    """The last day as the facts are now, and its alarm. None where this business has no such day."""
    chosen = await setup(work)
    if chosen is None or not chosen.incident:
        return None
    _, contact, values = await rows.known(work, lead_id)
    found, row = await _limit(work, chosen, values, contact), await rows.locked(work, lead_id)
    before, after = row.limit_on, found.on if found else None
    row.limit_rule = msgspec.to_builtins(found) if found else {}
    if before == after:
        return row
    row.limit_on, row.updated_at = after, clock.now()
    events.record(work, "screening.deadline_set", "lead", lead_id, changes={"limit_on": (str(before), str(after))})
    for days in ALARMS:
        await agenda.cancel(work, _key(lead_id, days))
    await _arm(work, row)
    await work.flush()
    return row


async def _limit(work: Work, chosen: Any, values: dict[str, Any], contact: Any) -> Limit | None:
    incident = values.get(chosen.incident)
    if not isinstance(incident, date):
        return None
    flags = {name: values.get(field) is True for name, field in (("minor", chosen.minor), ("public", chosen.public))}
    return last_day(incident, values.get(chosen.state) or contact.state, await rules(work), **flags)


async def _arm(work: Work, row: Screening) -> None:
    """Only the next step waits; each adds the one after it."""
    zone = ZoneInfo(await config.get(work, "zone"))
    step = next_alarm(row.limit_on, clock.now().astimezone(zone).date()) if row.limit_on else None
    if step is not None:
        days, day = step
        due = datetime.combine(day, MORNING, zone)
        await agenda.add(work, "screening.alarm", row.lead_id, days, due=due, key=_key(row.lead_id, days))


def _key(lead_id: UUID, days: int) -> str:
    return f"limitation:{lead_id}:{days}"


async def alarm(work: Work, lead_id: UUID, days: int) -> None:
    """A task and a notice for whoever has the lead. One that was lost, is a test or whose day has moved rings no more."""
    work.actor = SYSTEM
    lead, row = await work.get(Lead, lead_id), await rows.locked(work, lead_id)
    zone = ZoneInfo(await config.get(work, "zone"))
    today = clock.now().astimezone(zone).date()
    if lead is None or lead.deleted_at or lead.test or row.limit_on is None:
        return
    if today < row.limit_on - timedelta(days=days):
        return
    kind = await work.scalar(select(Stage.kind).where(Stage.id == lead.stage_id))
    if kind not in ("lost", "done"):
        await _tell(work, lead, (row.limit_on - today).days)
    await _arm(work, row)


async def _tell(work: Work, lead: Lead, left: int) -> None:
    title = (
        say_many("%(count)s day left to file: check this case", "%(count)s days left to file: check this case", left)
        if left > 0
        else say("The last day to file has come: decide today")
    )
    events.record(work, "screening.deadline_near", "lead", lead.id, days=left)
    values = TaskValues(title=title, due_at=clock.now(), priority=1, assignee_id=lead.owner_id)
    await tasks.add_task(work, values, entity="lead", entity_id=lead.id)
    to = [lead.owner_id] if lead.owner_id else []
    if left <= 30 or not to:
        to += await who(work, "screening.decide")
    await team.notify(work, "screening.deadline", to, "lead", lead.id, days=left)


async def who(work: Work, permission: str) -> list[UUID]:
    """Staff who may do this."""
    may = (PersonRow.state == "active", PersonRow.support.is_(False), Role.permissions.any(permission))
    return list(await work.scalars(select(PersonRow.id).join(Role, Role.id == PersonRow.role_id).where(*may)))


async def correct(work: Work, state: str, years: int, first: date, source: str) -> Rule:
    """An administrator's own rule, with where it stands and from which accident day on. Cases are computed anew.

    Raises Invalid.
    """
    faults = []
    if state not in states():
        faults.append(FieldError("state", "not_allowed", "Choose a state."))
    if not 1 <= years <= MOST_YEARS:
        faults.append(FieldError("years", "not_allowed", say("Enter 1 to %(most)s years.", most=MOST_YEARS)))
    if len(source.strip()) < 5:
        faults.append(FieldError("source", "missing", "Name the statute and where you read it."))
    if faults:
        raise Invalid(faults)
    made = Rule(state=state, years=years, from_=first, source=source.strip()[:300], confidence="P", by=work.actor.name)
    own = msgspec.convert(await config.get(work, "limitation_rules") or [], list[Rule])
    kept = [rule for rule in own if (rule.state, rule.from_) != (made.state, made.from_)]
    await config.put(work, "limitation_rules", msgspec.to_builtins([*kept, made]))
    events.record(
        work, "limitation.corrected", "tenant", work.tenant.id, changes={state: (None, msgspec.to_builtins(made))}
    )
    await agenda.add(work, "screening.recompute", None, key="screening.recompute")
    return made

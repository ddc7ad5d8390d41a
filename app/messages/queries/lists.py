"""Reading messages and templates; what leads tell the gate."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, and_, func, select, tuple_

from app.brand import service as brand
from app.compliance.service.facts import Standing
from app.contacts.models import Contact
from app.core import clock
from app.core.attention import Need, Step
from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.leads.queries import screen, visible
from app.leads.queries.listing import Asked
from app.messages.models import Message, MessageTemplate, TemplateVersion
from app.messages.service import health
from themes.catalogue import say, say_many

SCREEN = 50
LOST = ("failed", "bounced")
WEEK = 7  # days
VERSIONS = 50


async def standing(work: Work, contact_id: UUID) -> Standing:
    """From a person's leads: their last inquiry (a lead that came by itself), what they bought, an accident's
    day.

    A lead that staff added by hand is no inquiry of the person's.
    """
    rows = await work.execute(
        select(Lead.created_at, Lead.publisher_id, Lead.landing_page, Lead.stage_since, Lead.custom, Stage.kind)
        .join(Stage, Stage.id == Lead.stage_id)
        .where(Lead.contact_id == contact_id, Lead.deleted_at.is_(None), Lead.test.is_(False))
    )
    found = rows.all()
    asked = [row.created_at for row in found if row.publisher_id or row.landing_page]
    won = [row.stage_since for row in found if row.kind in ("won", "done")]
    days = [day for row in found if (day := _day(row.custom.get("incident_date"))) is not None]
    return Standing(
        inquired_at=max(asked, default=None), purchased_at=max(won, default=None), client_since=min(won, default=None),
        incident_on=max(days, default=None),
    )  # fmt: skip


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One message in a list, with whose it is."""

    message: Message
    name: str
    lead_id: UUID | None
    owner_id: UUID | None


async def unanswered(work: Work, person: Person, *, cursor: str = "", limit: int = SCREEN) -> tuple[list[Line], str]:
    """What people wrote and nobody answered, the longest waiting first; and where the next screen begins."""
    found = await _within(work, person)
    found = found.where(Message.direction == "in", Message.answered_at.is_(None))
    if cursor:
        found = found.where(tuple_(Message.at, Message.id) > tuple_(*_position(cursor)))
    return await _screen(work, found.order_by(Message.at, Message.id), limit)


async def recent(
    work: Work, person: Person, *, state: str = "", days: int = 0, cursor: str = "", limit: int = SCREEN
) -> tuple[list[Line], str]:
    """All messages within reach, the newest first; or those of one state, `failed` with those that came back; or of the
    last days alone."""
    found = await _within(work, person)
    if days:
        found = found.where(Message.at >= clock.now() - timedelta(days=days))
    if state == "scheduled":
        found = found.where(Message.state == "queued", Message.due_at > clock.now())
    elif state:
        found = found.where(Message.state.in_(LOST if state == "failed" else (state,)))
    if cursor:
        found = found.where(tuple_(Message.at, Message.id) < tuple_(*_position(cursor)))
    return await _screen(work, found.order_by(Message.at.desc(), Message.id.desc()), limit)


async def _within(work: Work, person: Person) -> Select[Any]:
    """Messages of leads that this person sees; those of people without a lead only for whoever sees all."""
    seen = await visible(work, person)
    lead = and_(Lead.id == Message.lead_id, seen)
    statement = (
        select(Message, Contact, Lead.owner_id).join(Contact, Contact.id == Message.contact_id).outerjoin(Lead, lead)
    )
    return statement if person.reach == "all" else statement.where(Lead.id.is_not(None))


async def _screen(work: Work, statement: Select[Any], limit: int) -> tuple[list[Line], str]:
    rows = (await work.execute(statement.limit(limit + 1))).all()
    lines = [Line(message=row[0], name=row[1].name, lead_id=row[0].lead_id, owner_id=row[2]) for row in rows[:limit]]
    last = lines[-1].message if len(rows) > limit else None
    return lines, f"{last.at.isoformat()}_{last.id}" if last else ""


def _position(cursor: str) -> tuple[datetime, UUID]:
    at, _, message_id = cursor.partition("_")
    try:
        return datetime.fromisoformat(at), UUID(message_id)
    except ValueError:
        raise NotFound from None


async def unanswered_count(work: Work, person: Person) -> int:
    found = (await _within(work, person)).where(Message.direction == "in", Message.answered_at.is_(None))
    return await work.scalar(select(func.count()).select_from(found.subquery())) or 0


async def message(work: Work, person: Person, message_id: UUID) -> Message | None:
    """Within reach, or None."""
    row = (await work.execute((await _within(work, person)).where(Message.id == message_id))).first()
    return row[0] if row else None


async def conversation(work: Work, contact_id: UUID, *, channel: str = "", limit: int = 30) -> list[Message]:
    """The latest messages with somebody, oldest first. The caller has found them within reach."""
    found = select(Message).where(Message.contact_id == contact_id, Message.state.not_in(["canceled"]))
    if channel:
        found = found.where(Message.channel == channel)
    rows = (await work.scalars(found.order_by(Message.at.desc(), Message.id.desc()).limit(limit))).all()
    return list(reversed(rows))


async def last_received(work: Work, contact_id: UUID) -> Message | None:
    """The last e-mail that this person wrote to us: what an answer goes on from."""
    theirs = (Message.contact_id == contact_id, Message.direction == "in", Message.channel == "email")
    found = select(Message).where(*theirs).order_by(Message.at.desc(), Message.id.desc()).limit(1)
    return (await work.scalars(found)).first()


async def templates(work: Work, *, channel: str = "", archived: bool = False) -> list[MessageTemplate]:
    found = select(MessageTemplate)
    if channel:
        found = found.where(MessageTemplate.channel == channel)
    if not archived:
        found = found.where(MessageTemplate.archived_at.is_(None))
    return list(
        await work.scalars(found.order_by(MessageTemplate.channel, MessageTemplate.position, MessageTemplate.label))
    )


async def template(work: Work, template_id: UUID) -> MessageTemplate | None:
    return await work.get(MessageTemplate, template_id)


async def template_versions(work: Work, template_id: UUID) -> list[TemplateVersion]:
    """Newest first."""
    found = select(TemplateVersion).where(TemplateVersion.template_id == template_id)
    return list(await work.scalars(found.order_by(TemplateVersion.version.desc()).limit(VERSIONS)))


async def sent_with(work: Work, since: datetime) -> dict[UUID, int]:
    """How many messages left from each template since then."""
    counted = select(Message.template_id, func.count()).where(
        Message.template_id.is_not(None), Message.at >= since, Message.state.in_(["sent", "delivered"])
    )
    return dict((await work.execute(counted.group_by(Message.template_id))).tuples().all())  # type: ignore[arg-type]


async def some_leads(work: Work, person: Person, limit: int = 20, *, q: str = "") -> list[tuple[UUID, str]]:
    """The latest leads within reach, to try a template with; with `q` those that the list finds by it."""
    if q.strip():
        return [(row.id, row.name) for row in (await screen(work, person, Asked(q=q.strip()[:80], limit=limit))).rows]
    statement = (
        select(Lead.id, Contact)
        .join(Contact, Contact.id == Lead.contact_id)
        .where(await visible(work, person), Lead.test.is_(False))
    )
    return [
        (row[0], row[1].name) for row in await work.execute(statement.order_by(Lead.created_at.desc()).limit(limit))
    ]


async def sent_on(work: Work, day: date) -> int:
    """Messages that left on this day (UTC): what the reseller's console counts."""
    begin = datetime.combine(day, time(), UTC)
    gone = Message.direction == "out", Message.state.not_in(("refused", "queued")), Message.at >= begin
    return await work.scalar(select(func.count()).where(*gone, Message.at < begin + timedelta(days=1))) or 0


async def needs(work: Work, person: Person) -> list[Need]:
    """Sends in doubt, sends that failed within a week, what nobody answered, and marketing mail that is paused."""
    paused = await health.why_not(work) if person.may(health.MANAGE) else ""
    held = [Need(sentence=paused, count=1, url="/admin/sender", verb=say("Look"), tone="error")] if paused else []
    if not person.may("messages.view"):
        return held
    within = (await _within(work, person)).subquery()
    state, week = within.c.state, clock.now() - timedelta(days=WEEK)
    doubtful, failed, waiting = (
        await work.execute(
            select(
                func.count().filter(state == "unknown"),
                func.count().filter(state.in_(LOST), within.c.at >= week),
                func.count().filter(within.c.direction == "in", within.c.answered_at.is_(None)),
            )
        )
    ).one()
    doubt = say_many("%(count)s message may have been sent", "%(count)s messages may have been sent", doubtful)
    lost = say_many(
        "%(count)s message was not delivered this week", "%(count)s messages were not delivered this week", failed
    )
    said = say_many("%(count)s message is unanswered", "%(count)s messages are unanswered", waiting)
    page = "/agent/messages?view="
    return [
        *held,
        Need(sentence=doubt, count=doubtful, url=f"{page}unknown", verb=say("Clear up"), tone="error"),
        Need(sentence=lost, count=failed, url=f"{page}failed&days={WEEK}", verb=say("See why"), tone="error"),
        Need(sentence=said, count=waiting, url=f"{page}unanswered", verb=say("Answer")),
    ]


async def steps(work: Work, person: Person) -> list[Step]:
    """Mail comes from an address of the tenant's own."""
    if not person.may("brand.manage"):
        return []
    hint = say("Mail from your own address is opened more often, and answered to you.")
    now = await brand.standing(work)
    return [
        Step(
            name="sender",
            label=say("Set the sender"),
            hint=hint,
            url="/admin/sender" if now.domain else "/admin/brand",
            verb=say("Set"),
            done=bool(now.domain) and now.good,
            order=40,
        )
    ]

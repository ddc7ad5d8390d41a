"""What the administrator's home shows, each figure with the list behind it."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import and_, func, select, text

from app.access.models import PersonRow, Role
from app.core import clock, config
from app.core.work import Work
from app.leads.models import Lead, Stage

USUAL_DAYS = 28


class Need(msgspec.Struct, frozen=True):
    """Something that waits for somebody, and where to go for it."""

    sentence: str
    url: str
    grave: bool = False


class Figure(msgspec.Struct, frozen=True):
    """Today's count beside the mean of the same hours on the four weeks before."""

    label: str
    today: int
    usual: float
    url: str


class Bar(msgspec.Struct, frozen=True):
    label: str
    count: int
    url: str


class Home(msgspec.Struct, frozen=True):
    needs: list[Need]
    figures: list[Figure]
    funnel: list[Bar]
    sources: list[Bar]


async def home(work: Work) -> Home:
    """Everything of `/admin`, in a handful of statements."""
    now, zone = clock.now(), ZoneInfo(await config.get(work, "zone"))
    return Home(await _needs(work), await _figures(work, now, zone), await _funnel(work), await _sources(work, now))


async def _needs(work: Work) -> list[Need]:
    unassigned = await work.scalar(
        select(func.count())
        .select_from(Lead)
        .join(Stage, Stage.id == Lead.stage_id)
        .where(Lead.owner_id.is_(None), Lead.deleted_at.is_(None), ~Lead.test, Stage.kind.in_(("new", "open")))
    )
    stuck = await work.scalar(text("select count(*) from spine.agenda where state in ('failed', 'parked')"))
    unguarded = await work.scalar(
        select(func.count())
        .select_from(PersonRow)
        .join(Role, Role.id == PersonRow.role_id)
        .where(
            Role.audience == "staff",
            Role.require_totp,
            PersonRow.totp_confirmed_at.is_(None),
            PersonRow.state == "active",
        )
    )
    found = [
        (stuck, "{n} jobs failed or are in doubt", "/admin/audit", True),
        (unassigned, "{n} open leads have no owner", "/agent/leads?view=unassigned", False),
        (unguarded, "{n} people still owe a second factor", "/admin/people", False),
    ]
    return [Need(sentence.format(n=count), url, grave) for count, sentence, url, grave in found if count]


async def _figures(work: Work, now: datetime, zone: ZoneInfo) -> list[Figure]:
    """Counts since midnight, and what four weeks had by this time of day on average."""
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
    shown = []
    for label, column, url in (
        ("Leads", Lead.created_at, "/agent/leads?sort=-created_at"),
        ("Reached first", Lead.first_contact_at, "/agent/leads?sort=-last_contact_at"),
    ):
        today = await work.scalar(select(func.count()).where(column >= midnight, column <= now, ~Lead.test))
        until = (now - midnight).total_seconds()
        local = func.timezone(str(zone), column)
        by_now = func.extract("epoch", local - func.date_trunc("day", local)) <= until
        before = and_(column >= midnight - timedelta(days=USUAL_DAYS), column < midnight, by_now, ~Lead.test)
        usual = await work.scalar(select(func.count()).where(before))
        shown.append(Figure(label, today or 0, (usual or 0) / USUAL_DAYS, url))
    won = (
        select(func.count())
        .select_from(Lead)
        .join(Stage, Stage.id == Lead.stage_id)
        .where(Stage.kind == "won", ~Lead.test)
    )
    today = await work.scalar(won.where(Lead.stage_since >= midnight))
    usual = await work.scalar(
        won.where(Lead.stage_since >= midnight - timedelta(days=USUAL_DAYS), Lead.stage_since < midnight)
    )
    shown.append(Figure("Won", today or 0, (usual or 0) / USUAL_DAYS, "/agent/leads?sort=-stage_since"))
    return shown


async def _funnel(work: Work) -> list[Bar]:
    rows = await work.execute(
        select(Stage.name, Stage.label, func.count(Lead.id))
        .outerjoin(Lead, and_(Lead.stage_id == Stage.id, Lead.deleted_at.is_(None), ~Lead.test))
        .group_by(Stage.id)
        .order_by(Stage.position)
    )
    return [Bar(label, count, _where("stage", name)) for name, label, count in rows]


async def _sources(work: Work, now: datetime) -> list[Bar]:
    rows = await work.execute(
        select(Lead.source, func.count())
        .where(Lead.created_at >= now - timedelta(days=30), ~Lead.test)
        .group_by(Lead.source)
        .order_by(func.count().desc())
        .limit(6)
    )
    return [Bar(source or "Not known", count, _where("source", source)) for source, count in rows]


def _where(field: str, value: str) -> str:
    condition = msgspec.json.encode({"field": field, "op": "eq", "value": value}).decode()
    return f"/agent/leads?where={condition}"

"""What a draft of the scoring would change: the newest open leads under both sets of rules. Nothing is written."""

from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select

from app.contacts.models import Contact
from app.contacts.queries import tags_of
from app.core import clock, config, fields
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.leads.models.scoring import Rule, score

LOOKED = 1000


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """Of `looked` leads (the newest of `total` open ones) so many get another score, and so many come over or fall
    under the upper and the lower threshold.
    """

    looked: int
    total: int
    changed: int
    up: int
    down: int
    good: int
    good_no_more: int
    worth: int
    worth_no_more: int


async def effect(work: Work, before: list[Rule], after: list[Rule], was: list[int], becomes: list[int]) -> Effect:
    """`was` and `becomes` are the thresholds of both."""
    here = (Lead.deleted_at.is_(None), Lead.test.is_(False), Stage.kind.in_(("new", "open")))
    total = await work.scalar(select(func.count(Lead.id)).join(Stage, Stage.id == Lead.stage_id).where(*here))
    found = (
        select(Lead, Contact, Stage)
        .join(Contact, Contact.id == Lead.contact_id)
        .join(Stage, Stage.id == Lead.stage_id)
        .where(*here)
        .order_by(Lead.created_at.desc())
        .limit(LOOKED)
    )
    rows = (await work.execute(found)).all()
    fieldset, zone, now = await fields.registry(work, "lead"), ZoneInfo(await config.get(work, "zone")), clock.now()
    tags = await tags_of(work, "lead", [row.Lead.id for row in rows])
    pairs = []
    for lead, contact, stage in rows:
        record = fields.snapshot(fieldset, lead, contact, stage, custom=lead.custom)
        record["tags"] = [name for name, _ in tags.get(lead.id, [])]
        old, new = (score(rules, fieldset, record, now=now, zone=zone).value for rules in (before, after))
        pairs.append((old, new))
    return _counted(pairs, total or 0, was, becomes)


def _counted(pairs: list[tuple[int, int]], total: int, was: list[int], becomes: list[int]) -> Effect:
    over = [[(old >= was[place], new >= becomes[place]) for old, new in pairs] for place in (0, 1)]
    return Effect(
        looked=len(pairs),
        total=total,
        changed=sum(old != new for old, new in pairs),
        up=sum(new > old for old, new in pairs),
        down=sum(new < old for old, new in pairs),
        worth=over[0].count((False, True)),
        worth_no_more=over[0].count((True, False)),
        good=over[1].count((False, True)),
        good_no_more=over[1].count((True, False)),
    )

"""What became of those who took each arm of a split test, and whether the difference says anything."""

from math import sqrt
from uuid import UUID

import msgspec
from sqlalchemy import func, or_, select

from app.core.work import Work
from app.leads.models import Lead, Stage
from app.leads.service import stages
from app.messages.models import Message
from app.sequences.models import ANSWERED, ARM, Sequence, SequenceRun, SequenceTrace, Split, read, walk
from themes.catalogue import say

ENOUGH = 30  # people in an arm, below which its share says nothing
SURE = 1.96  # standard errors: 95 % sure, two-sided


class ArmLine(msgspec.Struct, frozen=True, kw_only=True):
    """`took` people went this way: of these so many came to the end, answered, were won."""

    name: str
    label: str
    share: float
    kept: bool
    took: int = 0
    done: int = 0
    replied: int = 0
    won: int = 0

    @property
    def reply_share(self) -> float:
        return self.replied / self.took if self.took else 0.0


class TestLine(msgspec.Struct, frozen=True, kw_only=True):
    """A split test by its step: its arms in order, what they show in a sentence, and what the tenant calls won."""

    arms: list[ArmLine]
    finding: str
    won: str


async def tests(work: Work, row: Sequence) -> dict[str, TestLine]:
    """Every split of the draft, by the id of its step; nothing is asked where there is none."""
    splits = [placed.step for placed in walk(read(row.steps)) if isinstance(placed.step, Split)]
    if not splits:
        return {}
    counted = await _counted(work, row.id)
    won = next((stage.label for stage in await stages(work) if stage.kind == "won"), say("Won"))
    lines = {}
    for split in splits:
        arms = [
            ArmLine(
                name=arm.name,
                label=arm.label,
                share=split.share(arm),
                kept=arm.name == split.kept,
                **counted.get((split.id, arm.name), {}),
            )
            for arm in split.arms
        ]
        lines[split.id] = TestLine(arms=arms, finding=finding(arms), won=won)
    return lines


async def _counted(work: Work, sequence_id: UUID) -> dict[tuple[str, str], dict[str, int]]:
    wrote = select(Message.id).where(
        Message.contact_id == SequenceRun.contact_id,
        Message.direction == "in",
        Message.automated.is_(False),
        Message.at > SequenceTrace.at,
    )
    replied = or_(SequenceRun.why.in_(ANSWERED), wrote.exists())
    found = (
        select(
            SequenceTrace.step,
            SequenceTrace.what,
            func.count(SequenceRun.id.distinct()).label("took"),
            func.count(SequenceRun.id.distinct()).filter(SequenceRun.state == "done").label("done"),
            func.count(SequenceRun.id.distinct()).filter(replied).label("replied"),
            func.count(SequenceRun.id.distinct()).filter(Stage.kind.in_(("won", "done"))).label("won"),
        )
        .join(SequenceRun, SequenceRun.id == SequenceTrace.run_id)
        .join(Lead, Lead.id == SequenceRun.lead_id)
        .join(Stage, Stage.id == Lead.stage_id)
        .where(SequenceTrace.sequence_id == sequence_id, SequenceTrace.what.startswith(ARM))
        .group_by(SequenceTrace.step, SequenceTrace.what)
    )
    return {
        (each.step, each.what.removeprefix(ARM)): {
            name: getattr(each, name) for name in ("took", "done", "replied", "won")
        }
        for each in await work.execute(found)
    }


def finding(arms: list[ArmLine]) -> str:
    """The arm with the most answers against the next one, as far as the numbers carry (two shares, pooled)."""
    first, second = sorted(arms, key=lambda arm: -arm.reply_share)[:2]
    if min(first.took, second.took) < ENOUGH:
        return say("Not enough data yet: %(n)s people in each arm show something.", n=ENOUGH)
    pooled = (first.replied + second.replied) / (first.took + second.took)
    spread = sqrt(pooled * (1 - pooled) * (1 / first.took + 1 / second.took))
    if not spread or (first.reply_share - second.reply_share) / spread < SURE:
        return say("No clear difference yet.")
    return say(
        "“%(best)s” gets more answers: %(high)s against %(low)s, more than chance explains.",
        best=first.label,
        high=f"{first.reply_share:.0%}",
        low=f"{second.reply_share:.0%}",
    )

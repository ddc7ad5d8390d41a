"""How a client pauses or leaves: what it does, said before it is done."""

from datetime import date

import msgspec

from app.billing import service as billing
from app.core.errors import Conflict
from app.core.work import Work
from app.programs import service as programs
from app.programs.models.days import REFUND_DAYS, business_days_after
from app.programs.queries import ProgramPage
from themes.catalogue import say


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """What would come back, and by when; amounts in minor units. `owed` are earned fees not paid yet."""

    saved: int
    owed: int
    back_by: date

    @property
    def back(self) -> int:
        return max(0, self.saved - self.owed)


async def leaving(work: Work, it: ProgramPage) -> Leaving:
    return Leaving(
        saved=it.saved,
        owed=await billing.owed_in_fees(work, it.program.contact_id),
        back_by=business_days_after(it.today, REFUND_DAYS),
    )


async def leave(work: Work, it: ProgramPage, reason: str) -> None:
    """At any time and without penalty (16 CFR 310.4(a)(5)(ii)(E)). Raises Conflict for a program that is over."""
    if it.program.state != "active":
        raise Conflict(say("Your program is over already."))
    await programs.cancel(
        work, it.program.id, f"asked in the portal: {reason}"[:200] if reason else "asked in the portal"
    )

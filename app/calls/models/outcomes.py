"""What came of a call, as data: a tenant's own words for it, and what each does; and what to say first."""

from typing import Literal

import msgspec

Next = Literal["", "callback", "retry"]
Sign = Literal["", "success", "warning", "error", "info"]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One numbered button.

    `reached`: somebody spoke with the person. `stage` moves the lead, with `lost_reason` where it is lost.
    `next`: `callback` asks for a time and makes a task; `retry` makes one after `retry_minutes`. `do_not_call` puts
    the person on the own list; `dead_number` takes the number out of use. Sequences start from `call.outcome`
    and its name. A `retired` one is offered no more and still names the calls that ended with it.
    """

    name: str
    label: str
    icon: str = "circle"
    tone: Sign = ""
    reached: bool = False
    stage: str = ""
    lost_reason: str = ""
    next: Next = ""
    retry_minutes: int = 0
    do_not_call: bool = False
    dead_number: bool = False
    needs_note: bool = False
    retired: bool = False


CHOICES = 9  # one for each number key


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """What to say first, in one stage of one pipeline; an empty name means any. Tokens are filled in."""

    pipeline: str = ""
    stage: str = ""
    text: str


def script_for(scripts: list[Script], pipeline: str, stage: str) -> Script | None:
    """The closest: this stage of this pipeline, this stage anywhere, the pipeline, any."""
    fits = [one for one in scripts if one.pipeline in ("", pipeline) and one.stage in ("", stage)]
    return max(fits, key=lambda one: (bool(one.stage), bool(one.pipeline)), default=None)

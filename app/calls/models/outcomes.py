"""What came of a call, as data: a tenant's own words for it, and what each does."""

from typing import Literal

import msgspec

Next = Literal["", "callback", "retry"]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One numbered button.

    `reached`: somebody spoke with the person. `stage` moves the lead, with `lost_reason` where it is lost.
    `next`:
    `callback` asks for a time and makes a task; `retry` makes one after `retry_minutes`. `do_not_call` puts
    the person on the own list; `dead_number` takes the number out of use. Sequences start from `call.outcome`
    and its name.
    """

    name: str
    label: str
    icon: str = "circle"
    tone: Literal["", "success", "warning", "error", "info"] = ""
    reached: bool = False
    stage: str = ""
    lost_reason: str = ""
    next: Next = ""
    retry_minutes: int = 0
    do_not_call: bool = False
    dead_number: bool = False
    needs_note: bool = False


CHOICES = 9  # one for each number key

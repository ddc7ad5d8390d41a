"""What a business asks before it takes somebody on: a blueprint's section `screening`."""

from typing import Any

import msgspec


class Question(msgspec.Struct, frozen=True):
    """A field of the lead; asked while `when` is true of the lead, always without it."""

    field: str
    when: dict[str, Any] = {}


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """A few questions at once, with what to say first."""

    name: str
    label: str
    say: str = ""
    questions: list[Question]


class Decline(msgspec.Struct, frozen=True, kw_only=True):
    """A reason for not taking somebody on: suggested while `when` is true; `template` is the letter."""

    reason: str
    when: dict[str, Any] = {}
    template: str = ""


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """`needed` must be known for a decision. `hidden` cannot be read before the conflict check is clear. `incident`,
    `state`, `minor` and `public` name the fields that the last day is computed from. `firm_stage` is where a case goes that
    a law firm accepts. With `conflicts` the first screen carries the check, and the others open after it.
    """

    screens: list[Screen]
    conflicts: bool = False
    needed: list[str] = []
    hidden: list[str] = []
    declines: list[Decline] = []
    declined_stage: str = "declined"
    firm_stage: str = ""
    incident: str = ""
    state: str = ""
    minor: str = ""
    public: str = ""
    past_reason: str = ""
    referral_days: int = 7

"""The last day for a claim: from the day and state of the accident by dated, cited rules.

It errs on the early side: the anniversary itself, no weekend carried over, 29 February becomes the 28th, an unknown state
has the shortest rule. What lengthens or shortens a case (minors, public bodies, a death) is flagged, not computed.
"""

import tomllib
from calendar import monthrange
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import msgspec

DATA = Path(__file__).parent.parent / "data" / "limitations.toml"
ALARMS = (90, 60, 30, 14, 7, 0)  # days before the last day


class Rule(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Years for accidents from that day on. `confidence` P was read at the source; anything else is not verified.

    `by` is the administrator who corrected it.
    """

    state: str
    years: int
    from_: date
    source: str
    confidence: str = "K"
    by: str = ""

    @property
    def verified(self) -> bool:
        return self.confidence == "P" or bool(self.by)


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """The last day, the rule that says so, and what a lawyer should check because it may change the day."""

    on: date
    rule: Rule
    checks: tuple[str, ...] = ()


@cache
def shipped() -> tuple[Rule, ...]:
    rows = tomllib.loads(DATA.read_text())["rule"]
    return tuple(msgspec.convert(rows, list[Rule]))


def last_day(
    incident: date, state: str | None, rules: tuple[Rule, ...], *, minor: bool = False, public: bool = False
) -> Limit:
    """Corrections stand in `rules` before what shipped: the first of the latest that govern the day wins."""
    governing = [rule for rule in rules if rule.state == state and rule.from_ <= incident]
    checks = ["public"] if public else []
    if governing:
        rule = max(governing, key=lambda one: (bool(one.by), one.from_))
    else:
        rule = min((rule for rule in rules if rule.from_ <= incident), key=lambda one: one.years)
        checks.append("state")
    if minor:
        checks.append("minor")
    return Limit(on=_years_after(incident, rule.years), rule=rule, checks=tuple(checks))


def _years_after(day: date, years: int) -> date:
    year = day.year + years
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def next_alarm(limit_on: date, today: date) -> tuple[int, date] | None:
    """The next step that is still ahead: how many days before the last day, and on which day."""
    ahead = [(days, limit_on - timedelta(days=days)) for days in ALARMS if limit_on - timedelta(days=days) > today]
    return ahead[0] if ahead else None

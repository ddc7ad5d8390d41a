"""All rules together: what ships with the product, corrected by what an administrator entered."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache

from app.compliance.models.facts import Request
from app.compliance.models.reading import parse
from app.compliance.models.rules import ELSEWHERE, Rule
from app.compliance.models.shipped import shipped
from app.core.places import TERRITORIES, states


class RuleBook:
    """Versions of each rule by id. The latest in effect on a day counts; of one date the later entry."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._versions: dict[str, list[Rule]] = {}
        for rule in self.rules:
            self._versions.setdefault(rule.id, []).append(rule)
        for versions in self._versions.values():
            versions.sort(key=lambda rule: rule.effective or date.min)
        self.states = frozenset(rule.state for rule in self.rules) - frozenset(ELSEWHERE)
        self._days: dict[date, tuple[Rule, ...]] = {}
        self._cached = lru_cache(maxsize=4096)(self._binding)

    def corrected(self, overrides: Iterable[Rule]) -> "RuleBook":
        """A new book in which an administrator's rules stand beside the shipped ones."""
        return RuleBook((*self.rules, *overrides))

    def in_force(self, day: date) -> tuple[Rule, ...]:
        """One version of each rule, as of `day`."""
        if day not in self._days:
            latest = (
                next((rule for rule in reversed(versions) if (rule.effective or date.min) <= day), None)
                for versions in self._versions.values()
            )
            self._days[day] = tuple(rule for rule in latest if rule and not rule.repealed)
        return self._days[day]

    def knows(self, where: frozenset[str]) -> bool:
        """Whether each of these states has a row. Nowhere is not known."""
        return bool(where) and where <= self.states

    def for_states(self, where: frozenset[str], day: date) -> tuple[Rule, ...]:
        """What holds in these states together; if one is missing, what holds in any: the strictest row."""
        wanted = where | frozenset(ELSEWHERE) if self.knows(where) else self.states | frozenset(ELSEWHERE)
        return tuple(rule for rule in self.in_force(day) if rule.state in wanted)

    def binding(self, request: Request, where: frozenset[str], day: date) -> tuple[Rule, ...]:
        """The rules of `for_states` that bind this request."""
        return self._cached(replace(request, subject=None, confirms_opt_out=False), where, day)

    def _binding(self, request: Request, where: frozenset[str], day: date) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.for_states(where, day) if rule.binds(request))

    def changes_after(self, rule: Rule, day: date) -> date | None:
        """The next date on which another version of the rule takes effect."""
        later = (other.effective for other in self._versions[rule.id] if other.effective)
        return min((effective for effective in later if effective > day), default=None)

    def rule(self, rule_id: str, day: date) -> Rule | None:
        return next((rule for rule in self.in_force(day) if rule.id == rule_id), None)

    def history(self, rule_id: str) -> tuple[Rule, ...]:
        """All versions of a rule, the oldest first."""
        return tuple(self._versions.get(rule_id, ()))

    def must_announce_recording(self, where: frozenset[str], day: date) -> bool:
        """Whether one of these states asks for everyone's agreement; an unknown place does."""
        return any(rule.kind == "recording" for rule in self.for_states(where, day))


def _state_rows() -> Iterable[Rule]:
    content = shipped("states")
    for state in (code for code in states() if code not in TERRITORIES):
        for row in content.get(state, []):
            yield parse(row | {"state": state, "id": f"{state.lower()}.{row['id']}"})
        for group, kind in (("federal_only", "federal"), ("recording", "recording")):
            row = {key: value for key, value in content[group].items() if key != "states"}
            if state in content[group]["states"]:
                yield parse(row | {"state": state, "kind": kind, "id": f"{state.lower()}.{kind}"})


@cache
def shipped_rules() -> RuleBook:
    """The rules that ship with the product. Loaded once a process."""
    return RuleBook((*(parse(row) for row in shipped("federal")["rule"]), *_state_rows()))

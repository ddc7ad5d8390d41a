"""The facts of a lead: groups from the registry, each with how it reads and whether it may be changed
here.
"""

from zoneinfo import ZoneInfo

import msgspec

from app.core.crypto import sign
from app.core.fields import Field, format_value, json_safe
from app.core.fields.display import MASK
from app.core.runtime import runtime
from app.core.work import Work
from app.leads import forms
from app.leads.queries import LeadPage

# Shown in the head or the timeline of the page already.
ELSEWHERE = frozenset(
    "name stage stage_kind owner score heat tags next_action_at lost_reason test publisher offer".split()
)
TITLES = {"contact": "Contact", "address": "Address", "lead": "Lead", "source": "Source", "times": "Times"}
# The tenant's own groups come after the person and before what is only background.
LAST = ("source", "times")


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One line. `sealed` ones are masked until revealed; `seen` is the print of the value that stands
    here.
    """

    field: Field
    label: str
    text: str
    input: str | list[str]
    editable: bool
    sealed: bool
    revealed: bool
    seen: str


class FactGroup(msgspec.Struct, frozen=True):
    name: str
    label: str
    facts: list[Fact]


def fact_groups(work: Work, it: LeadPage, revealed: dict[str, str]) -> list[FactGroup]:
    """Every group that has anything to show or to fill in."""
    grouped = it.fieldset.groups()
    order = sorted(grouped, key=lambda name: (name in LAST, name not in TITLES))
    groups = [FactGroup(name, _title(name), _facts(work, it, grouped[name], revealed)) for name in order]
    return [group for group in groups if group.facts]


def _title(name: str) -> str:
    return TITLES.get(name, name.replace("_", " ").capitalize())


def _facts(work: Work, it: LeadPage, known: list[Field], revealed: dict[str, str]) -> list[Fact]:
    elsewhere = ELSEWHERE if it.fieldset["value"].writable else ELSEWHERE | {"value"}
    found = [fact(work, it, field, revealed) for field in known if field.name not in elsewhere]
    return [one for one in found if one.editable or one.text]


def fact(work: Work, it: LeadPage, field: Field, revealed: dict[str, str]) -> Fact:
    value, zone = it.held.get(field.name), ZoneInfo(work.person.zone)
    text = format_value(field, value, work.person.locale, zone) if value or field.name != "value" else ""
    if field.name in it.sealed:
        text = revealed.get(field.name, MASK)
    return Fact(
        field=field,
        label=field.label,
        text=text,
        input=forms.as_input(field, value, zone),
        editable=field.writable and work.person.may("leads.edit"),
        sealed=field.sensitive,
        revealed=field.name in revealed,
        seen=print_of(it, field),
    )


def print_of(it: LeadPage, field: Field) -> str:
    """A keyed print of the value as it stands: when it differs on the way back, somebody else was quicker."""
    stands = it.lead.custom.get(field.name) if field.sensitive else json_safe(it.held.get(field.name))
    text = msgspec.json.encode(stands).decode()
    return sign(runtime().settings.secret_key, "seen", it.lead.id, field.name, text)[:16]

"""The condition of a start or of an `If`, put together part by part; it travels as `where` until the
form is saved.
"""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.core import conditions, config, fields
from app.core.conditions import EVERYTHING, Condition, ConditionError
from app.core.fields import FieldSet
from app.core.work import Work
from app.leads.forms import with_part, without_part
from app.leads.pages.listing import FilterForm, filter_form, part_from


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """`parts` in words, each of which must be true; `filter` builds one more."""

    where: str
    parts: list[str]
    filter: FilterForm


async def asking(work: Work, given: dict[str, Any], *, every: bool) -> Asking:
    """`every`: also fields that SQL can't look up. `remove` takes a part away."""
    fieldset, zone = await _known(work)
    text = str(given.get("where") or "")
    condition = _read(text, fieldset, zone)
    remove = str(given.get("remove", ""))
    if remove.isascii() and remove.isdigit():
        text = without_part(condition, int(remove))
        condition = _read(text, fieldset, zone)
    parts = (
        []
        if condition == EVERYTHING
        else conditions.to_chips(condition, fieldset, locale=work.person.locale, zone=zone)
    )
    asked = {"field": given.get("ask", ""), "op": given.get("op", "")}
    return Asking(where=text, parts=parts, filter=filter_form(fieldset, asked, every=every))


async def with_new_part(work: Work, given: dict[str, Any]) -> str:
    """The condition with the part that was just filled in. Raises ConditionError (an Invalid)."""
    fieldset, zone = await _known(work)
    values = given.get("value", [])
    part = part_from(
        str(given.get("ask", "")), str(given.get("op", "")), values if isinstance(values, list) else [values]
    )
    text = with_part(_read(str(given.get("where") or ""), fieldset, zone), part)
    conditions.check(msgspec.json.decode(text), fieldset, kept=True, zone=zone)
    return text


def on_the_way(given: dict[str, Any]) -> bool:
    """Whether a button took the form only one step further instead of saving it."""
    return given.get("step") in ("field", "part") or "remove" in given


async def _known(work: Work) -> tuple[FieldSet, ZoneInfo]:
    return (
        await fields.fill_options(work, await fields.registry(work, "lead")),
        ZoneInfo(await config.get(work, "zone")),
    )


def _read(text: str, fieldset: FieldSet, zone: ZoneInfo) -> Condition:
    try:
        return conditions.parse_json(text, fieldset, searching=False, zone=zone)
    except ConditionError:
        return EVERYTHING

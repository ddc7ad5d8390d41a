"""A condition of a form, put together part by part: of a rule of scoring or routing, of a sequence's start, of an `If`.
It travels as `where` until the form is saved.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response

from app.core import conditions, config, fields, pages
from app.core.conditions import EVERYTHING, Condition, ConditionError
from app.core.errors import Invalid
from app.core.fields import FieldSet
from app.core.pages import Toast
from app.core.web import HttpRequest
from app.core.work import Work
from app.leads.forms import with_part, without_part
from app.leads.pages.filters import FilterForm, filter_form, part_from
from themes.catalogue import say


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """`parts` in words, each of which must be true; `filter` builds one more."""

    where: str
    parts: list[str]
    filter: FilterForm


async def asking(work: Work, given: Mapping[str, Any]) -> Asking:
    """Also of fields that SQL can't look up. `remove` takes a part away; what can't be read is nothing yet."""
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
    return Asking(where=text, parts=parts, filter=filter_form(fieldset, asked, every=True))


def as_text(where: dict[str, Any] | None) -> str:
    """A stored condition as it travels; nothing for none."""
    return msgspec.json.encode(where).decode() if where else ""


async def one_step(work: Work, given: dict[str, Any]) -> dict[str, Any] | None:
    """What was typed, when a button took the form only one step further (choose a field, add a part, take one away)
    instead of saving it; else None. Raises ConditionError (an Invalid) for a part that can't be.
    """
    if given.get("step") == "part":
        rest = {name: value for name, value in given.items() if name not in ("ask", "op", "value")}
        return {**rest, "where": await _with_new_part(work, given)}
    return given if given.get("step") == "field" or "remove" in given else None


async def into_draft(
    request: HttpRequest,
    work: Work,
    given: dict[str, Any],
    *,
    shown: Callable[[dict[str, Any], Invalid | None], Awaitable[Response[Any]]],
    save: Callable[[], Awaitable[str]],
    home: str,
) -> Response[Any]:
    """A rule's form that was sent: shown one step further, refused with what was typed, or saved into the draft; `save`
    says what the rule is called.
    """
    try:
        if (further := await one_step(work, given)) is not None:
            return await shown(further, None)
        label = await save()
    except Invalid as problem:
        return await shown(given, problem)
    return pages.redirect(
        request, home, Toast(say("“%(rule)s” is in the draft. It counts once you publish.", rule=label))
    )


async def rule_page(
    request: HttpRequest, work: Work, template: str, context: Any, problem: Invalid | None, *, title: str
) -> Response[Any]:
    """The form, with its faults where it was refused."""
    if problem is not None:
        return await pages.refused(request, work, template, context, problem, title=title)
    return await pages.page(request, work, template, context, title=title)


async def _with_new_part(work: Work, given: dict[str, Any]) -> str:
    fieldset, zone = await _known(work)
    values = given.get("value", [])
    part = part_from(
        str(given.get("ask", "")), str(given.get("op", "")), values if isinstance(values, list) else [values]
    )
    text = with_part(_read(str(given.get("where") or ""), fieldset, zone), part)
    conditions.check(msgspec.json.decode(text), fieldset, kept=True, zone=zone)
    return text


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

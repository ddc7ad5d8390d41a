"""Settings: the tenant's own fields, with a look at the control while it is being made."""

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import pages
from app.core.errors import FieldError, Invalid
from app.core.fields import FILTERABLE_LIMIT, Draft, Field, custom
from app.core.fields.custom import name_from
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads import queries, service
from app.leads.queries import Use
from themes.catalogue import say

PATH = "/admin/fields"
CHOICES = ("choice", "multi_choice")
NUMBERS = ("integer", "decimal", "percent", "money")


class FieldsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant's own fields by group, and the retired ones."""

    url: str
    groups: dict[str, list[Field]]
    retired: list[Field]
    filtered: int
    limit: int
    types: dict[str, str]


class FieldPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of one field. `options` are those it has: value, label, whether retired."""

    url: str
    field: Field | None
    typed: dict[str, Any]
    options: list[tuple[str, str, bool]]
    types: dict[str, str]
    groups: list[str]
    uses: list[Use]
    preview: Field
    filtered: int
    limit: int


class OwnFieldPages(Controller):
    path = PATH
    opt = {"permission": "leads.configure"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        every = await custom.all_custom(work, "lead")
        groups: dict[str, list[Field]] = {}
        for field, archived in every:
            if not archived:
                groups.setdefault(field.group, []).append(field)
        context = FieldsPage(
            url=PATH,
            groups=groups,
            retired=[field for field, archived in every if archived],
            filtered=_filtered(every),
            limit=FILTERABLE_LIMIT,
            types=types(),
        )
        return await pages.page(request, work, "leads/fields.html", context, title=say("Fields"))

    @get("/new")
    async def new(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = await _page(work, None, {"type": "text", **request.query_params})
        return await pages.page(request, work, "leads/field.html", context, title=say("New field"))

    @post("/preview")
    async def preview(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """How the control would look as it is now."""
        context = {"field": _preview(await pages.form(request))}
        return await pages.page(request, work, "leads/_field_preview.html", context, title="")

    @post("/new")
    async def add(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        try:
            await service.add_field(work, _draft(given))
        except Invalid as problem:
            return await _refused(request, work, None, given, problem)
        return pages.redirect(request, PATH, Toast(say("Field added.")))

    @get("/{name:str}")
    async def edit(self, request: HttpRequest, work: WorkDep, name: FromPath[str]) -> Response[bytes]:
        field = await service.own_field(work, name)
        context = await _page(work, field, {})
        return await pages.page(request, work, "leads/field.html", context, title=field.label)

    @post("/{name:str}")
    async def change(self, request: HttpRequest, work: WorkDep, name: FromPath[str]) -> Response[Any]:
        given, field = await pages.form(request), await service.own_field(work, name)
        try:
            draft = _draft({**given, "type": field.type}, field)
            changes = {key: getattr(draft, key) for key in custom.CHANGEABLE - {"position"}}
            await service.change_field(work, name, **changes)
        except Invalid as problem:
            return await _refused(request, work, field, given, problem)
        return pages.redirect(request, PATH, Toast(say("Saved.")))

    @post("/{name:str}/move")
    async def move(self, request: HttpRequest, work: WorkDep, name: FromPath[str]) -> Response[Any]:
        given = await pages.form(request)
        await service.order_field(work, name, given.get("to") == "up")
        return pages.redirect(request, PATH)

    @post("/{name:str}/retire")
    async def retire(self, request: HttpRequest, work: WorkDep, name: FromPath[str]) -> Response[Any]:
        await service.retire_field(work, name)
        toast = Toast(say("Retired. What was entered is kept."), f"{PATH}/{name}/restore")
        return pages.redirect(request, PATH, toast)

    @post("/{name:str}/restore")
    async def restore(self, request: HttpRequest, work: WorkDep, name: FromPath[str]) -> Response[Any]:
        try:
            field = await service.restore_field(work, name)
        except Invalid as problem:
            work.abandon()
            return pages.redirect(request, PATH, Toast(problem.errors[0].message))
        return pages.redirect(request, PATH, Toast(say("“%(field)s” is back.", field=field.label)))


def types() -> dict[str, str]:
    """What a field can be, in the order in which people look for it."""
    return {
        "text": say("Text"), "long_text": say("Long text"), "choice": say("One of a list"),
        "multi_choice": say("Several of a list"), "boolean": say("Yes or no"), "integer": say("Whole number"),
        "decimal": say("Number"), "money": say("Money"), "percent": say("Per cent"), "date": say("Date"),
        "datetime": say("Date and time"), "phone": say("Phone number"), "email": say("E-mail address"),
        "url": say("Web address"), "state": say("State"), "zip": say("ZIP code"), "country": say("Country"),
    }  # fmt: skip


async def _page(work: Work, field: Field | None, given: dict[str, Any]) -> FieldPage:
    every = await custom.all_custom(work, "lead")
    typed = given or {name: getattr(field, name) for name in Draft.__struct_fields__}
    return FieldPage(
        url=PATH,
        field=field,
        typed=typed,
        options=[(value, label, value in field.retired) for value, label in field.options] if field else [],
        types=types(),
        groups=sorted({one.group for one, _ in every}),
        uses=await queries.uses(work, field.name) if field else [],
        preview=field if field and not given else _preview(given),
        filtered=_filtered(every),
        limit=FILTERABLE_LIMIT,
    )


async def _refused(
    request: HttpRequest, work: Work, field: Field | None, given: dict[str, Any], problem: Invalid
) -> Response[bytes]:
    given = {**given, "type": field.type} if field else given
    context = await _page(work, field, given)
    title = field.label if field else say("New field")
    return await pages.refused(request, work, "leads/field.html", context, problem, title=title)


def _filtered(every: list[tuple[Field, bool]]) -> int:
    return sum(field.filterable and not archived for field, archived in every)


def _preview(given: dict[str, Any]) -> Field:
    """The field as far as it can be read already."""
    type_ = given.get("type") if given.get("type") in types() else "text"
    options = _options(given, None)[0] if type_ in CHOICES else ()
    return Field(
        entity="lead",
        name="preview",
        label=str(given.get("label") or say("Label")),
        type=type_,
        hint=str(given.get("hint", "")),
        required=bool(given.get("required")),
        options=options or ((("one", "…"),) if type_ in CHOICES else ()),
    )


def _draft(given: dict[str, Any], field: Field | None = None) -> Draft:
    """Raises Invalid for a number that is none and a type that nobody may choose."""
    type_ = str(given.get("type", ""))
    if type_ not in types() and field is None:
        raise Invalid([FieldError("type", "not_allowed", say("Choose what kind of field it is."))])
    options, retired = _options(given, field) if type_ in CHOICES else ((), ())
    bounds = {name: _number(given, name) if type_ in NUMBERS else None for name in ("minimum", "maximum")}
    group = name_from(str(given.get("group") or "details"))
    return Draft(
        label=" ".join(str(given.get("label", "")).split()),
        type=type_,  # type: ignore[arg-type]
        options=options,
        retired=retired,
        required=bool(given.get("required")),
        sensitive=field.sensitive if field else bool(given.get("sensitive")),
        filterable=bool(given.get("filterable")),
        group=group,
        hint=str(given.get("hint", ""))[:300],
        example=str(given.get("example", ""))[:200],
        **bounds,
    )


def _number(given: dict[str, Any], name: str) -> Decimal | None:
    text = str(given.get(name, "")).replace(",", "").strip()
    try:
        number = Decimal(text) if text else None
        if number is not None and not number.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise Invalid([FieldError(name, "invalid_format", say("Enter a number, or nothing."))]) from None
    return number


def _options(given: dict[str, Any], field: Field | None) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Those that are there, in their places and with their words of now, then the new ones, a line each.

    A value that leads may hold never goes: it is retired.
    """
    known = dict(field.options) if field else {}
    places = {value: _place(given, value, number) for number, value in enumerate(known)}
    kept = [(value, str(given.get(f"option.{value}", label)) or label) for value, label in known.items()]
    kept.sort(key=lambda pair: places[pair[0]])
    for line in str(given.get("new_options", "")).splitlines():
        label = " ".join(line.split())
        if label and label not in dict(kept).values():
            kept.append((_value(label, {value for value, _ in kept}), label))
    chosen = given.get("retired_option", [])
    retired = {chosen} if isinstance(chosen, str) else set(chosen)
    return tuple(kept), tuple(value for value, _ in kept if value in retired)


def _place(given: dict[str, Any], value: str, number: int) -> tuple[int, int]:
    text = str(given.get(f"place.{value}", ""))
    return (int(text) if text.isascii() and text.isdigit() and len(text) < 6 else number + 1, number)


def _value(label: str, taken: set[str]) -> str:
    name = name_from(label).removeprefix("new_field_") or "option"
    return next(one for one in (name, *(f"{name}_{n}" for n in range(2, 400))) if one not in taken)


HANDLERS: list[Any] = [OwnFieldPages]

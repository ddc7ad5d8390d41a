"""What people send about leads: the address of a list, a new lead, answers to what a stage demands."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from app.core import conditions, config, fields
from app.core.conditions import EVERYTHING, Condition, ConditionError
from app.core.errors import FieldError, Invalid, NotFound
from app.core.fields import Field
from app.core.permissions import Person
from app.core.work import Work
from app.leads import queries
from app.leads.queries import SORTS, Asked, View, both
from themes.catalogue import say

LIST = "/agent/leads"
COLUMNS = (
    "stage",
    "score",
    "heat",
    "value",
    "owner",
    "source",
    "last_contact_at",
    "next_action_at",
    "created_at",
)
LIMIT, MOST = 50, 200
PARAMS = ("view", "q", "where", "sort", "cursor", "limit", "columns")


class Address(msgspec.Struct, frozen=True):
    """Where a list is: its path and what its address says. `to` gives the same place with some of it
    changed.
    """

    path: str
    params: dict[str, str]

    def to(self, path: str = "", **changes: str) -> str:
        """Changing anything starts at the top again. An empty value takes the parameter away."""
        merged = {**self.params, "cursor": "", **changes}
        kept = {name: value for name, value in merged.items() if value}
        return f"{path or self.path}?{urlencode(kept)}" if kept else path or self.path


class ListAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A list's address, read: `where` is what stands in the address, `asked` has the tab's condition in it
    too.
    """

    address: Address
    view: View
    views: list[View]
    q: str
    where: Condition
    asked: Asked
    columns: list[str]


async def read_list(work: Work, person: Person, given: Mapping[str, str], *, path: str = LIST) -> ListAsked:
    """Raises Invalid (a ConditionError for the filter) for what can't be read, NotFound for a tab that is
    gone.
    """
    views = await queries.views(work, person)
    view = next((view for view in views if view.key == (given.get("view") or "all")), None)
    if view is None:
        raise NotFound
    where = await read_where(work, given.get("where", ""))
    sort = given.get("sort") or view.sort
    if sort.removeprefix("-") not in SORTS:
        raise Invalid(
            [FieldError("sort", "not_allowed", say("Sort by one of: %(choices)s.", choices=", ".join(SORTS)))]
        )
    params = {name: given.get(name, "") for name in PARAMS}
    params["columns"] = ",".join(_every(given, "columns"))
    columns = [name for name in params["columns"].split(",") if name] or view.columns or list(COLUMNS)
    asked = Asked(
        q=params["q"],
        where=both(await of_view(work, view), where),
        sort=sort,
        cursor=params["cursor"],
        limit=read_limit(given.get("limit", "")),
        archived=view.archived,
    )
    return ListAsked(
        address=Address(path, params),
        view=view,
        views=views,
        q=params["q"].strip(),
        where=where,
        asked=asked,
        columns=columns,
    )


def _every(given: Mapping[str, str], name: str) -> list[str]:
    """All values of a parameter that a form sends once for each ticked box."""
    several = getattr(given, "getall", None)
    return list(several(name, [])) if several else [given[name]] if given.get(name) else []


async def read_where(work: Work, text: str) -> Condition:
    """The filter of an address. Raises ConditionError."""
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    return conditions.parse_json(text, fieldset, zone=ZoneInfo(await config.get(work, "zone")))


async def of_view(work: Work, view: View) -> Condition:
    """A saved tab whose field was archived meanwhile lets everything through rather than fail."""
    fieldset = await fields.registry(work, "lead")
    try:
        return conditions.check(view.where, fieldset, searching=True, zone=ZoneInfo(await config.get(work, "zone")))
    except ConditionError:
        return EVERYTHING


def read_limit(text: str) -> int:
    """How many a screen: 50 unless told, 1 to 200."""
    return max(1, min(MOST, int(text))) if text.isascii() and text.isdigit() and len(text) < 10 else LIMIT


def with_part(where: Condition, part: dict[str, Any]) -> str:
    """The filter with one more part that must be true, as it stands in an address."""
    parts = [*parts_of(where), part]
    return msgspec.json.encode(parts[0] if len(parts) == 1 else {"all": parts}).decode()


def without_part(where: Condition, place: int) -> str:
    """The filter with one part taken away; empty when nothing is left."""
    parts = [part for index, part in enumerate(parts_of(where)) if index != place]
    if not parts:
        return ""
    return msgspec.json.encode(parts[0] if len(parts) == 1 else {"all": parts}).decode()


def replaced(where: Condition, place: int, part: dict[str, Any]) -> str:
    """The filter with one part changed, as it stands in an address."""
    parts = parts_of(where)
    parts[place : place + 1] = [part]
    return msgspec.json.encode(parts[0] if len(parts) == 1 else {"all": parts}).decode()


def parts_of(where: Condition) -> list[dict[str, Any]]:
    """What must be true, one by one."""
    if where == EVERYTHING:
        return []
    raw = conditions.to_json(where)
    return raw["all"] if set(raw) == {"all"} else [raw]


class NewLead(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody added by hand: checked contact values, and what they agreed to."""

    contact: dict[str, Any]
    source: str
    consent: str
    anyway: bool


async def read_new(work: Work, given: Mapping[str, Any]) -> NewLead:
    """A name, one way to reach them, and consent. Raises Invalid."""
    known = (await fields.registry(work, "contact")).only(("first_name", "last_name", "phone", "email", "state", "zip"))
    values, errors = fields.parse(known, given, zone=ZoneInfo(await config.get(work, "zone")))
    values = {name: value for name, value in values.items() if value is not None}
    faulty = {error.field for error in errors}
    if not values.keys() & {"first_name", "last_name"} and not faulty & {"first_name", "last_name"}:
        errors.append(FieldError("first_name", "missing", "Enter a name."))
    if not values.keys() & {"phone", "email"} and not faulty & {"phone", "email"}:
        errors.append(FieldError("phone", "missing", "Enter a phone number or an e-mail address."))
    words = str(given.get("consent_text") or "").replace("\0", "").strip()[:2000]
    if given.get("consent") and not words:
        errors.append(FieldError("consent_text", "missing", "Write down what they agreed to, in their words."))
    if errors:
        raise Invalid(errors)
    source = " ".join(str(given.get("source") or "").replace("\0", "").split())[:200]
    return NewLead(
        contact=values,
        source=source or "By hand",
        consent=words if given.get("consent") else "",
        anyway=bool(given.get("anyway")),
    )


def as_input(field: Field, value: Any, zone: tzinfo) -> str | list[str]:
    """What stands in the input of a form for this value."""
    if value is None:
        return ""
    if isinstance(value, (str, list)):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    return format(value, "f") if isinstance(value, Decimal) else str(value)

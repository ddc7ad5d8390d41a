"""What staff type about programs: debts, dates, offers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from app.core.errors import FieldError, Invalid, invalid
from app.core.money import NotAnAmount, parse_amount
from app.programs.models.returns import RETURNS
from app.programs.models.schedule import KINDS, Change
from app.programs.service.configure import ClientChanges
from app.programs.service.enrolment import DebtLine
from themes.catalogue import say

ROWS, MORE, MOST = 4, 4, 40
CLIENT_KINDS = ("skip", "move", "amount", "monthly", "extra")
RETURN_CODES = {code: f"{code} {known.label}" for code, known in RETURNS.items()}


class TypedDebt(msgspec.Struct, frozen=True):
    """One row as it was typed."""

    creditor: str = ""
    last_four: str = ""
    amount: str = ""


class TypedPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How long and from when, as typed; `other` months stand for those that were not offered."""

    months: str = ""
    other: str = ""
    first_deposit_on: str = ""


def typed_debts(given: Mapping[str, Any], *, more: bool = False) -> list[TypedDebt]:
    """The rows of the form, to be shown again."""
    count = min(MOST, int(given.get("rows") or ROWS) if str(given.get("rows") or "").isdigit() else ROWS)
    rows = [
        TypedDebt(*(str(given.get(f"{name}-{place}") or "").strip() for name in TypedDebt.__struct_fields__))
        for place in range(count)
    ]
    return [*rows, *([TypedDebt()] * (MORE if more else 0))][:MOST]


def read_debts(rows: Sequence[TypedDebt], currency: str) -> list[DebtLine]:
    """Those that hold anything. Raises Invalid with a fault for each field."""
    faults: list[FieldError] = []
    lines = [line for place, row in enumerate(rows) if (line := _line(place, row, currency, faults))]
    if not lines and not faults:
        faults.append(FieldError("creditor-0", "missing", say("Enter at least one debt.")))
    if faults:
        raise Invalid(faults)
    return lines


def amounts(rows: Sequence[TypedDebt], currency: str) -> list[int]:
    """What can be read already while somebody types."""
    faults: list[FieldError] = []
    found = [_amount(row.amount, "", currency, faults) for row in rows if row.amount]
    return [amount for amount in found if amount]


def typed_plan(given: Mapping[str, Any]) -> TypedPlan:
    return TypedPlan(**{name: str(given.get(name) or "").strip() for name in TypedPlan.__struct_fields__})


def read_plan(typed: TypedPlan) -> tuple[int, date]:
    """Months and first day. Raises Invalid with a fault for each field."""
    faults: list[FieldError] = []
    said = typed.other or typed.months
    months = int(said) if said.isdecimal() and len(said) < 4 else 0
    if not months:
        faults.append(FieldError("months", "invalid_format", say("Enter a number of months.")))
    first = _day(typed.first_deposit_on, "first_deposit_on", faults)
    if faults or first is None:
        raise Invalid(faults)
    return months, first


def _line(place: int, row: TypedDebt, currency: str, faults: list[FieldError]) -> DebtLine | None:
    if not (row.creditor or row.amount or row.last_four):
        return None
    if not row.creditor:
        faults.append(FieldError(f"creditor-{place}", "missing", say("Enter the creditor's name.")))
    if row.last_four and not (row.last_four.isdigit() and len(row.last_four) == 4):
        faults.append(FieldError(f"last_four-{place}", "invalid_format", say("Enter four digits, or nothing.")))
    amount = _amount(row.amount, f"amount-{place}", currency, faults)
    return DebtLine(row.creditor[:120], amount, row.last_four) if amount is not None else None


def _amount(raw: str, field: str, currency: str, faults: list[FieldError]) -> int | None:
    try:
        return parse_amount(raw, currency)
    except NotAnAmount:
        faults.append(FieldError(field, "invalid_format", say("Enter an amount, like 4,250.00.")))
        return None


def _day(raw: str, field: str, faults: list[FieldError]) -> date | None:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        faults.append(FieldError(field, "invalid_format", say("Choose a day.")))
        return None


def by_row(problem: Invalid, rows: Sequence[TypedDebt]) -> Invalid:
    """The service counts the debts it was given; the form counts its rows."""
    filled = [place for place, row in enumerate(rows) if row.creditor or row.amount or row.last_four]
    names = {f"debts.{number}": f"amount-{place}" for number, place in enumerate(filled)} | {"debts": "amount-0"}
    return Invalid([FieldError(names.get(e.field, e.field), e.code, e.message) for e in problem.errors])


def read_offer(given: Mapping[str, Any], currency: str) -> tuple[int, date | None]:
    """Amount and last day of a creditor's offer. Raises Invalid."""
    faults: list[FieldError] = []
    amount = _amount(str(given.get("amount") or ""), "amount", currency, faults)
    until = _day(str(given["expires_on"]), "expires_on", faults) if given.get("expires_on") else None
    if faults or amount is None:
        raise Invalid(faults)
    return amount, until


class TypedChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change to the plan as it was typed; an empty `kind` is nothing typed yet."""

    kind: str = ""
    on: str = ""
    amount: str = ""


def typed_change(given: Mapping[str, Any]) -> TypedChange:
    return TypedChange(**{name: str(given.get(name) or "").strip() for name in TypedChange.__struct_fields__})


def read_change(typed: TypedChange, currency: str, kinds: Sequence[str] = KINDS) -> Change:
    """Raises Invalid with a fault for each field."""
    faults: list[FieldError] = []
    if typed.kind not in kinds:
        raise invalid("kind", say("Choose what to change."), "missing")
    on = _day(typed.on, "on", faults) if typed.kind in ("move", "extra") else None
    amount = _amount(typed.amount, "amount", currency, faults) if typed.kind in ("amount", "monthly", "extra") else None
    if faults:
        raise Invalid(faults)
    return Change(kind=typed.kind, on=on, amount=amount)  # type: ignore[arg-type]


def read_client_changes(given: Mapping[str, Any]) -> ClientChanges:
    """What a client may change alone. Raises Invalid with a fault for each field."""
    faults: list[FieldError] = []
    ways = {kind: "free" if given.get(kind) == "free" else "ask" for kind in CLIENT_KINDS}
    days = _whole(given, "days", 1, 10, faults)
    move_days = _whole(given, "move_days", 1, 31, faults)
    if faults:
        raise Invalid(faults)
    return ClientChanges(**ways, days=days, move_days=move_days)  # type: ignore[arg-type]


def _whole(given: Mapping[str, Any], name: str, least: int, most: int, faults: list[FieldError]) -> int:
    raw = str(given.get(name) or "").strip()
    number = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 4 else -1
    if not least <= number <= most:
        said = say("Enter a number of days from %(least)s to %(most)s.", least=least, most=most)
        faults.append(FieldError(name, "not_allowed", said))
    return number


def read_code(given: Mapping[str, Any]) -> str:
    """Why the bank sent a deposit back. Raises Invalid."""
    code = str(given.get("code") or "").upper()
    if code not in RETURN_CODES:
        raise invalid("code", say("Choose one of: %(codes)s.", codes=", ".join(RETURN_CODES)))
    return code

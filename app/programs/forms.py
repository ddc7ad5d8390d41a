"""What staff type about programs: debts, dates, offers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from app.core.errors import FieldError, Invalid, invalid
from app.core.money import NotAnAmount, parse_amount
from app.programs.service.enrolment import DebtLine

ROWS, MORE, MOST = 4, 4, 40
RETURN_CODES = {
    "R01": "R01 Not enough money",
    "R02": "R02 Account closed",
    "R03": "R03 No such account",
    "R08": "R08 Payment stopped",
    "R09": "R09 Money not yet there",
    "R10": "R10 Not authorised",
    "R29": "R29 Refused by a firm",
}


class TypedDebt(msgspec.Struct, frozen=True):
    """One row as it was typed."""

    creditor: str = ""
    last_four: str = ""
    amount: str = ""


class TypedProgram(msgspec.Struct, frozen=True, kw_only=True):
    """The whole form as it was typed, to be shown again."""

    rows: list[TypedDebt]
    months: str
    first_deposit_on: str


def typed_program(given: Mapping[str, Any], *, more: bool = False) -> TypedProgram:
    count = min(MOST, int(given.get("rows") or ROWS) if str(given.get("rows") or "").isdigit() else ROWS)
    rows = [
        TypedDebt(*(str(given.get(f"{name}-{place}") or "") for name in TypedDebt.__struct_fields__))
        for place in range(count)
    ]
    extra = [TypedDebt()] * (MORE if more else 0)
    months, first = str(given.get("months") or ""), str(given.get("first_deposit_on") or "")
    return TypedProgram(rows=[*rows, *extra][:MOST], months=months, first_deposit_on=first)


def read_program(typed: TypedProgram, currency: str) -> tuple[list[DebtLine], int, date]:
    """Debts of the rows that hold anything, months and first day. Raises Invalid with a fault for each
    field."""
    faults: list[FieldError] = []
    lines = [line for place, row in enumerate(typed.rows) if (line := _line(place, row, currency, faults))]
    months = int(typed.months) if typed.months.isdigit() else 0
    if not months:
        faults.append(FieldError("months", "invalid_format", "Enter a number of months."))
    first = _day(typed.first_deposit_on, "first_deposit_on", faults)
    if not lines and not faults:
        faults.append(FieldError("creditor-0", "missing", "Enter at least one debt."))
    if faults or first is None:
        raise Invalid(faults)
    return lines, months, first


def _line(place: int, row: TypedDebt, currency: str, faults: list[FieldError]) -> DebtLine | None:
    if not (row.creditor or row.amount or row.last_four):
        return None
    if not row.creditor:
        faults.append(FieldError(f"creditor-{place}", "missing", "Enter the creditor's name."))
    if row.last_four and not (row.last_four.isdigit() and len(row.last_four) == 4):
        faults.append(FieldError(f"last_four-{place}", "invalid_format", "Enter four digits, or nothing."))
    amount = _amount(row.amount, f"amount-{place}", currency, faults)
    return DebtLine(row.creditor[:120], amount, row.last_four) if amount is not None else None


def _amount(raw: str, field: str, currency: str, faults: list[FieldError]) -> int | None:
    try:
        return parse_amount(raw, currency)
    except NotAnAmount:
        faults.append(FieldError(field, "invalid_format", "Enter an amount, like 4,250.00."))
        return None


def _day(raw: str, field: str, faults: list[FieldError]) -> date | None:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        faults.append(FieldError(field, "invalid_format", "Choose a day."))
        return None


def by_row(problem: Invalid, typed: TypedProgram) -> Invalid:
    """The service counts the debts it was given; the form counts its rows."""
    filled = [place for place, row in enumerate(typed.rows) if row.creditor or row.amount or row.last_four]
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


def read_day(given: Mapping[str, Any], name: str) -> date:
    """Raises Invalid."""
    faults: list[FieldError] = []
    day = _day(str(given.get(name) or ""), name, faults)
    if day is None:
        raise Invalid(faults)
    return day


def read_code(given: Mapping[str, Any]) -> str:
    """Why the bank sent a deposit back. Raises Invalid."""
    code = str(given.get("code") or "").upper()
    if code not in RETURN_CODES:
        raise invalid("code", f"Choose one of: {', '.join(RETURN_CODES)}.")
    return code

"""The arithmetic of a debt settlement program. All amounts are minor units, all rates basis points.

Rules: 16 CFR 310.4(a)(5). The fee for one debt is either (a) the same share of the total fee as its
*enrolled* amount is
of all enrolled debt, or (b) one constant percentage of what was saved on it, savings being the enrolled
amount less the amount paid. The base is always the amount at enrolment.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

import msgspec

from app.core.money import allocate, portion
from app.programs.models.days import bank_day_of_month


class Plan(msgspec.Struct, frozen=True):
    """What a client is shown before enrolling. Everything ahead is an estimate; `total` = settlements + fees
    + charges."""

    settlements: int
    fees: int
    charges: int
    total: int
    monthly: int
    deposits: list[tuple[date, int]]


def deposit_plan(
    enrolled: Sequence[int],
    *,
    settlement_rate: int,
    fee_rate: int,
    months: int,
    first: date,
    charge: int = 0,
    fee_on_savings: bool = False,
) -> Plan:
    """Monthly deposits that pay the expected settlements, the fees and the account's monthly charge.

    (expected settlements + fees + account charges) ÷ months; the deposits add up exactly, earlier ones
    carrying the odd cents. Each is due on its `deposit_day`. Raises ValueError for no debt or no months.
    """
    if not enrolled or months < 1:
        raise ValueError("a plan needs a debt and at least one month")
    settlements = sum(portion(amount, settlement_rate) for amount in enrolled)
    base = sum(enrolled) - settlements if fee_on_savings else sum(enrolled)
    fees, charges = portion(base, fee_rate), charge * months
    total = settlements + fees + charges
    amounts = allocate(total, [1] * months)
    dates = [deposit_day(first, number) for number in range(months)]
    return Plan(settlements, fees, charges, total, amounts[0], list(zip(dates, amounts, strict=True)))


def deposit_day(first: date, months: int) -> date:
    """When the deposit is drawn so many months after `first`: one in each calendar month, on the agreed day of the month
    (the last one of a shorter month), on a bank day."""
    return bank_day_of_month(months_after(first, months))


def months_after(first: date, months: int) -> date:
    """The same day so many months later; the last day of a month that is too short for it."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def fees_by_debt(enrolled: Sequence[int], fee_rate: int) -> list[int]:
    """Rule (a): the whole fee, split by the debts' amounts at enrolment; the parts add up to it exactly."""
    return allocate(portion(sum(enrolled), fee_rate), enrolled)


def fee_by_savings(enrolled: int, settled_for: int, fee_rate: int) -> int:
    """Rule (b): a constant percentage of enrolled − paid; nothing when nothing was saved."""
    return max(0, portion(enrolled - settled_for, fee_rate))


def months_moved(enrolled: int, offer: int, settlement_rate: int, monthly: int) -> int:
    """By how many whole months an offer moves the end of the plan, against what was planned for this debt.

    Negative is earlier. An estimate: what the other debts will cost is not known yet.
    """
    difference = offer - portion(enrolled, settlement_rate)
    return int(difference / monthly) if monthly > 0 else 0


def when_saved(saved: int, ahead: Sequence[tuple[date, int]], costs: Sequence[int]) -> list[date | None]:
    """For each cost in turn, the day of the deposit that covers it and all before it; None where the plan does not.

    An estimate for the client's timeline. What is covered already has the first day ahead.
    """
    days: list[date | None] = []
    have, needed, place = saved, 0, 0
    reached = ahead[0][0] if ahead else None
    for cost in costs:
        needed += cost
        while have < needed and place < len(ahead):
            have, reached, place = have + ahead[place][1], ahead[place][0], place + 1
        days.append(reached if have >= needed else None)
    return days

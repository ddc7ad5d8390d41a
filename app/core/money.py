"""Amounts: integer minor units with a currency, exact decimals at the edges, shares that always add up."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import msgspec

MINOR_DIGITS = {"USD": 2, "EUR": 2, "GBP": 2, "CAD": 2, "MXN": 2, "JPY": 0}
LARGEST = 10**15  # beyond any real amount; keeps a typing slip from overflowing a column
BASIS_POINTS = 10_000


class Money(msgspec.Struct, frozen=True, order=True):
    """`amount` in the currency's minor unit: 4500 USD is $45.00."""

    amount: int
    currency: str = "USD"


class NotAnAmount(ValueError):
    """The text is no amount in this currency."""


def parse_amount(raw: object, currency: str = "USD") -> int:
    """Minor units of `$1,234.50`, `1234.5` or a number. Raises NotAnAmount."""
    text = str(raw).strip().replace(",", "").replace("$", "").replace("\u2212", "-")
    try:
        exact = Decimal(text).scaleb(MINOR_DIGITS.get(currency, 2))
    except InvalidOperation as error:
        raise NotAnAmount(f"{raw!r} is not an amount") from error
    if not exact.is_finite() or exact != exact.to_integral_value() or abs(exact) > LARGEST:
        raise NotAnAmount(f"{raw!r} has parts of a cent or is too large")
    return int(exact)


def major(amount: int, currency: str = "USD") -> Decimal:
    """The amount in the currency's major unit, exactly."""
    return Decimal(amount).scaleb(-MINOR_DIGITS.get(currency, 2))


def portion(amount: int, basis_points: int) -> int:
    """A share of an amount, rounded half up once to whole minor units."""
    exact = Decimal(amount) * basis_points / BASIS_POINTS
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split a total by weights so that the parts add up exactly.

    Left-over units go to the largest remainders; equal remainders go to the earlier place. Raises ValueError when there
    is no positive weight.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights, default=0) < 0:
        raise ValueError("weights must not be negative, and one must be positive")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts

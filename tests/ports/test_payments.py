"""Money by hand: the same key is the same payment, and what cannot be true is refused in words."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core import clock
from app.core.money import Money
from app.core.ports.payments import (
    ChargeRequest,
    Manual,
    ManualReceipt,
    PaymentProvider,
    RefundRequest,
    Refused,
)

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_charge(**changes: object) -> ChargeRequest:
    receipt = ManualReceipt(how="check", received_at=NOON, reference="2041")
    return ChargeRequest(**{"amount": Money(62_500), "invoice": "inv-1", "receipt": receipt, **changes})


async def test_a_receipt_is_a_payment_and_the_same_key_the_same_one() -> None:
    provider: PaymentProvider = Manual()
    with clock.held_at(NOON):
        first = await provider.charge(a_charge(), "k1")
        assert await provider.charge(a_charge(), "k1") == first
        other = await provider.charge(a_charge(), "k2")
    assert (first.state, first.amount, first.reference, first.at) == (
        "succeeded",
        Money(62_500),
        "check 2041",
        NOON,
    )
    assert first.id != other.id and await provider.find("k1") is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": Money(0)}, "not_positive"),
        ({"amount": Money(-5)}, "not_positive"),
        ({"receipt": None}, "missing_receipt"),
        ({"receipt": ManualReceipt(how="cash", received_at=NOON + timedelta(days=2))}, "future_date"),
        ({"receipt": ManualReceipt(how="cash", received_at=datetime(2026, 3, 1))}, "future_date"),  # noqa: DTZ001
        ({"receipt": ManualReceipt(how="cash", received_at=NOON, reference="x" * 101)}, "too_long"),
    ],
)
async def test_what_cannot_be_true_is_refused(changes: dict[str, object], code: str) -> None:
    with clock.held_at(NOON):
        assert await Manual().charge(a_charge(), "k")
        with pytest.raises(Refused) as refused:
            await Manual().charge(a_charge(**changes), "k")
    assert refused.value.code == code


async def test_money_goes_back_the_way_it_came() -> None:
    with clock.held_at(NOON):
        paid = await Manual().charge(a_charge(), "k1")
        given = await Manual().refund(RefundRequest(payment=paid.id, amount=Money(2_500)), "r1")
        assert (given.payment, given.amount, given.at) == (paid.id, Money(2_500), NOON)
        for bad in (
            RefundRequest(payment="pi_123", amount=Money(1)),
            RefundRequest(payment=paid.id, amount=Money(0)),
        ):
            with pytest.raises(Refused):
                await Manual().refund(bad, "r2")

"""Taking money and giving it back: what a provider can be asked, and the one provider that needs no
account.

The key is stored before the call and is the same for every attempt, so a provider that knows keys
charges once, and one that lost its answer is asked by `find` instead of being charged afresh.
"""

import hashlib
import re
from datetime import datetime, timedelta
from typing import Literal, Protocol

import msgspec

from app.core import clock
from app.core.money import Money
from app.core.ports.failures import OutcomeUnknown, Refused, Unavailable
from themes.catalogue import say

__all__ = [
    "ChargeRequest",
    "Declined",
    "Manual",
    "ManualReceipt",
    "OutcomeUnknown",
    "Payment",
    "PaymentProvider",
    "Refund",
    "RefundRequest",
    "Refused",
    "Unavailable",
]

How = Literal["cash", "check", "bank_transfer", "card_terminal", "other"]
State = Literal["succeeded", "pending", "failed"]
LONGEST_REFERENCE = 100
# A person's clock and zone may be ahead of ours, by a day at most.
AHEAD = timedelta(days=1)


class Declined(Refused):
    """The payer's bank or wallet said no; `code` is the provider's reason."""


class ManualReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Money that a person of the tenant has in hand: how it came, when, and what is written on it."""

    how: How
    received_at: datetime
    reference: str = ""


class ChargeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`invoice` is our id, kept as metadata at the provider. `customer` and `method` are the provider's
    own ids; `receipt` takes their place for money that came by hand.
    """

    amount: Money
    invoice: str
    description: str = ""
    customer: str = ""
    method: str = ""
    receipt: ManualReceipt | None = None


class RefundRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`payment` is the provider's id of what was paid; less than all of it may be given back."""

    payment: str
    amount: Money
    reason: str = ""


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider says of a payment. `pending` settles later by webhook; `failed` never will."""

    provider: str
    id: str
    state: State
    amount: Money
    at: datetime
    reference: str = ""
    failure: str = ""


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    provider: str
    id: str
    payment: str
    state: State
    amount: Money
    at: datetime


class PaymentProvider(Protocol):
    """The verbs raise Declined or another Refused, Unavailable, or OutcomeUnknown."""

    name: str

    async def charge(self, request: ChargeRequest, key: str) -> Payment: ...

    async def refund(self, request: RefundRequest, key: str) -> Refund: ...

    async def find(self, key: str) -> Payment | None:
        """What became of a charge with this key; None means that it certainly never was one."""
        ...


class Manual:
    """Money by hand. Nothing leaves the house, so nothing can be in doubt: the same key is the same
    payment, and the ledger that keeps it is the proof.
    """

    name = "manual"

    async def charge(self, request: ChargeRequest, key: str) -> Payment:
        """The receipt as a payment. Raises Refused, with a sentence for whoever types it in."""
        receipt = request.receipt
        if receipt is None:
            raise Refused("Say how the money came, and when.", "missing_receipt")
        _check_amount(request.amount)
        if receipt.received_at.tzinfo is None or receipt.received_at > clock.now() + AHEAD:
            raise Refused("The day it was received can't be in the future.", "future_date")
        return Payment(
            provider=self.name,
            id=_id("payment", key),
            state="succeeded",
            amount=request.amount,
            at=receipt.received_at,
            reference=_reference(receipt),
        )

    async def refund(self, request: RefundRequest, key: str) -> Refund:
        """Money given back by hand, today. That it is not more than was paid is the ledger's to know."""
        _check_amount(request.amount)
        if not request.payment.startswith("manual_payment_"):
            raise Refused("This payment was not taken by hand; refund it where it was taken.", "other_provider")
        return Refund(
            provider=self.name,
            id=_id("refund", key),
            payment=request.payment,
            state="succeeded",
            amount=request.amount,
            at=clock.now(),
        )

    async def find(self, key: str) -> Payment | None:
        """Never anything: what the ledger does not hold has not happened."""
        return None


def _check_amount(money: Money) -> None:
    if money.amount <= 0:
        raise Refused("The amount must be more than zero.", "not_positive")


def _id(what: str, key: str) -> str:
    return f"manual_{what}_{hashlib.sha256(key.encode()).hexdigest()[:24]}"


def _reference(receipt: ManualReceipt) -> str:
    """How it came and what is written on it, on one line: `check 2041`."""
    words = re.sub(r"[\x00-\x1f\x7f]+", " ", receipt.reference).strip()
    if len(words) > LONGEST_REFERENCE:
        raise Refused(say("Shorten the reference to %(most)s signs.", most=LONGEST_REFERENCE), "too_long")
    return f"{receipt.how.replace('_', ' ')} {words}".strip()

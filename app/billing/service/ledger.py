"""Double entry: every booking adds up to nothing, is made once per key, and is never changed.

The client's own account is not ours; it is shown as trust money held (asset) against what is owed to the
client (liability).
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from app.billing.models import Account, Entry, Posting
from app.core import clock
from app.core.work import Work

# Accounts on which every posting names the client whose money it is; neither may fall below nothing for anybody.
OWNED = ("clients", "refunds")
# code: (label, kind). Debits are positive, credits negative.
CHART = {
    "trust": ("Client money in trust", "asset"),
    "clients": ("Owed to clients", "liability"),
    "refunds": ("Refunds due to clients", "liability"),
    "covered": ("Returned deposits we covered", "asset"),
    "bank": ("Bank", "asset"),
    "receivable": ("Receivable", "asset"),
    "fees": ("Settlement fees", "income"),
    "sales": ("Sales", "income"),
    "tax": ("Sales tax owed", "liability"),
}


class UnbalancedEntry(ValueError):
    """The amounts do not add up to nothing. The database would refuse it too, at the end of the
    transaction."""


async def open_accounts(work: Work) -> None:
    """The chart of accounts; accounts that stand stay as they are."""
    for code, (label, kind) in CHART.items():
        statement = insert(Account).values(id=uuid7(), code=code, label=label, kind=kind)
        await work.execute(statement.on_conflict_do_nothing(index_elements=["code"]))


async def post(
    work: Work,
    key: str,
    kind: str,
    amounts: Mapping[str, int],
    *,
    subject: str,
    subject_id: UUID,
    happened_at: datetime,
    currency: str = "USD",
    contact_id: UUID | None = None,
) -> bool:
    """Book once. `amounts` maps account codes to minor units, debit positive; `contact_id` is whose money moves where
    client money does. False when the key was booked before.

    Raises UnbalancedEntry and KeyError for an unknown account. The database refuses what would overdraw a client.
    """
    if sum(amounts.values()) or len(amounts) < 2:
        raise UnbalancedEntry(f"{kind}: {dict(amounts)}")
    if not any(amounts.values()):
        return False
    entry = {
        "id": uuid7(),
        "key": key,
        "booked_at": clock.real_now(),
        "happened_at": happened_at,
        "kind": kind,
        "subject": subject,
        "subject_id": subject_id,
        "currency": currency,
    }
    made = await work.scalar(
        insert(Entry).values(**entry).on_conflict_do_nothing(index_elements=["key"]).returning(Entry.id)
    )
    if made is None:
        return False
    await _book_sides(work, made, amounts, contact_id)
    return True


async def _book_sides(work: Work, entry_id: UUID, amounts: Mapping[str, int], contact_id: UUID | None) -> None:
    accounts = await _accounts(work)
    sides = [
        {
            "id": uuid7(),
            "entry_id": entry_id,
            "account_id": accounts[code],
            "amount": amount,
            "contact_id": contact_id if code in OWNED else None,
        }
        for code, amount in amounts.items()
        if amount
    ]
    await work.execute(insert(Posting), sides)


async def _accounts(work: Work) -> dict[str, UUID]:
    known: dict[str, UUID] | None = work.info.get("accounts")
    if known is None:
        rows = await work.execute(select(Account.code, Account.id))
        known = work.info["accounts"] = {row.code: row.id for row in rows}
    return known

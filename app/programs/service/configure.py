"""What a tenant's programs are like: rates, limits, disclosures. One setting, written by the blueprint."""

from typing import Any, Literal

import msgspec

from app.core import config
from app.core.errors import NotFound
from app.core.work import Work

KEY = "program"


class Disclosure(msgspec.Struct, frozen=True):
    """What must be told and accepted before enrolment (16 CFR 310.3(a)(1)(viii)). `words` may name {months}
    and {fee}."""

    name: str
    label: str
    words: str


class ClientChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What a client may change about a planned deposit without asking: each `free` or `ask`.

    Up to `days` business days before it is drawn; a move of more than `move_days` days is asked for in any case.
    """

    skip: Literal["free", "ask"] = "ask"
    move: Literal["free", "ask"] = "free"
    amount: Literal["free", "ask"] = "ask"
    monthly: Literal["free", "ask"] = "ask"
    extra: Literal["free", "ask"] = "free"
    days: int = 3
    move_days: int = 10


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts in minor units, rates in basis points. `enrolled_stage` is where an enrolled lead goes, `debt_field` the
    lead's field for all debt together: enrolling fills it in where nobody had asked."""

    months: int = 36
    shortest: int = 12
    longest: int = 60
    settlement_rate: int = 5_000
    fee_model: str = "debt"
    fee_rate: int = 2_500
    monthly_charge: int = 0
    least_total: int = 750_000
    least_debt: int = 25_000
    enrolled_stage: str = "enrolled"
    finished_stage: str = "settled"
    debt_field: str = "total_debt"
    disclosures: tuple[Disclosure, ...] = ()
    client_changes: ClientChanges = ClientChanges()


async def configure_program(work: Work, section: dict[str, Any]) -> None:
    """The blueprint's `program` section, checked before it is kept."""
    await config.put(work, KEY, msgspec.to_builtins(msgspec.convert(section, Terms)))


async def let_clients_change(work: Work, rule: ClientChanges) -> bool:
    """What clients may change by themselves from now on; what they asked for already still waits for an answer. False
    when nothing is new. Raises NotFound where the business has no programs."""
    before = await terms(work)
    if before is None:
        raise NotFound
    after = msgspec.structs.replace(before, client_changes=rule)
    return await config.change(work, KEY, before, after, part="client_changes")


async def terms(work: Work) -> Terms | None:
    """The tenant's terms; None where the business has no programs."""
    stored = await config.get(work, KEY)
    return msgspec.convert(stored, Terms) if stored else None

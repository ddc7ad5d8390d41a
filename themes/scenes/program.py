"""A client half-way through a program, for the portal's first page."""

from datetime import datetime, timedelta
from types import SimpleNamespace as Thing
from typing import Any

CREDITORS = (
    ("Harborstone Bank", 640_000, "settled", 288_000),
    ("Pinecrest Card", 412_500, "settled", 197_000),
    ("Union Retail", 873_000, "offered", 392_000),
    ("Lakeside Credit", 519_000, "negotiating", 0),
    ("First Meridian", 298_000, "saving", 0),
    ("Corner Finance", 184_000, "saving", 0),
)


def client_home(
    now: datetime, words: dict[str, Any], stages: list[tuple[str, str]], *, program: bool
) -> dict[str, Any]:
    """Context of `portal/home.html`. `words` is the portal's setting; without `program` a case, an order
    or a request stands in its place."""
    steps = [Thing(id=at, name=name, label=label, position=at, kind="open") for at, (name, label) in enumerate(stages)]
    contact = Thing(
        id="preview",
        name="Dana Reyes",
        first_name="Dana",
        email="dana.reyes@example.com",
        phone="+15555550142",
        language="en",
    )
    client = Thing(
        contact=contact,
        lead=None,
        stage=steps[min(2, len(steps) - 1)] if steps else None,
        stages=steps,
        owner="Luis Ortega",
    )
    return {
        "client": client,
        "words": {"sections": [], "stages": {}, "steps": [], **words},
        "it": _program(now, contact) if program else None,
        "invoice": None,
        "tickets": [],
        "unread": 0,
        "open_until": None,
    }


def _program(now: datetime, contact: Thing) -> Thing:
    debts = [_debt(now, *row) for row in CREDITORS]
    deposits = [_deposit(now, at) for at in range(-9, 16)]
    ahead = [row for row in deposits if row.state != "cleared"]
    settled = [view for view in debts if view.debt.state == "settled"]
    return Thing(
        program=_agreement(),
        new=False,
        expected={view.debt.id: ahead[4].due_on for view in debts if view.debt.state in ("negotiating", "offered")},
        contact=contact,
        debts=debts,
        live=debts,
        settled=settled,
        deposits=deposits,
        past=[row for row in deposits if row.state == "cleared"],
        ahead=ahead,
        last_on=ahead[-1].due_on,
        accepted=set(),
        to_approve=[view for view in debts if view.debt.state == "offered"],
        plan=None,
        **_sums(debts, settled, deposits),
    )


def _sums(debts: list[Thing], settled: list[Thing], deposits: list[Thing]) -> dict[str, int]:
    deposited = sum(row.amount for row in deposits if row.state == "cleared")
    paid = sum(view.offer.amount for view in settled)
    return {
        "deposited": deposited,
        "paid_to_creditors": paid,
        "saved": deposited - paid,
        "fees": sum(view.charged or 0 for view in debts),
        "enrolled_amount": sum(view.debt.enrolled_amount for view in debts),
        "written_down": sum(view.debt.enrolled_amount - view.offer.amount for view in settled),
    }


def _agreement() -> Thing:
    return Thing(
        id="preview",
        number=118,
        state="active",
        currency="USD",
        fee_model="enrolled",
        fee_rate=2500,
        refund_amount=0,
        refund_paid_at=None,
        refund_due_on=None,
        hold=None,
        paused_until=None,
    )


def _deposit(now: datetime, at: int) -> Thing:
    return Thing(
        id=at,
        due_on=now.date() + timedelta(days=30 * at - 23),
        amount=62_500,
        state="cleared" if at < 1 else "scheduled",
        return_code=None,
    )


def _debt(now: datetime, creditor: str, owed: int, state: str, price: int) -> Thing:
    expires = now.date() + timedelta(days=9)
    offer = Thing(
        id="preview",
        amount=price,
        creditor_paid_at=None,
        state="offered" if state == "offered" else "paid",
        expires_on=expires,
    )
    debt = Thing(
        id=creditor, creditor=creditor, enrolled_amount=owed, state=state, last_four="", held=False, current_amount=owed
    )
    return Thing(
        debt=debt,
        offer=offer if price else None,
        fee=owed // 4,
        months=0,
        charged=owed // 4 if state == "settled" else None,
    )

"""A creditor's offer as the client sees it, and the client's own yes."""

import hashlib
from uuid import UUID

from app.core.errors import Conflict, NotFound
from app.core.work import Work
from app.programs import service as programs
from app.programs.queries import DebtView, ProgramPage
from themes.catalogue import say
from themes.formats import money


def approval_words(page: ProgramPage, view: DebtView, firm: str) -> str:
    """What the client says yes to, in their language, as shown above the button and as it is kept."""
    assert view.offer is not None
    amounts = (view.debt.enrolled_amount, view.offer.amount, view.fee)
    owed, offered, fee = (money(amount, page.program.currency) for amount in amounts)
    return say(
        "I agree that %(firm)s settles my debt with %(creditor)s (%(owed)s when I enrolled) for %(offered)s. The fee for"
        " this debt is %(fee)s. I owe it only after the creditor has agreed in writing and got a first payment.",
        firm=firm,
        creditor=view.debt.creditor,
        owed=owed,
        offered=offered,
        fee=fee,
    )


def stamp(shown: str) -> str:
    """Short name of these very words: the button sends it back, so that a yes never means other words."""
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


def offer_within(page: ProgramPage | None, settlement_id: UUID) -> tuple[ProgramPage, DebtView]:
    """The offer, if it is on a debt of this very program. Raises NotFound."""
    found = [view for view in page.debts if view.offer and view.offer.id == settlement_id] if page else []
    if page is None or not found:
        raise NotFound
    return page, found[0]


def expired(page: ProgramPage, view: DebtView) -> bool:
    """Whether the creditor's last day is over."""
    return bool(view.offer and view.offer.expires_on and view.offer.expires_on < page.today)


async def approve(work: Work, page: ProgramPage, view: DebtView, *, firm: str, device: str, seen: str = "") -> None:
    """The client's own yes to this very deal; saying it twice counts once.

    Raises Conflict when the offer is gone, or when what was shown (`seen`, a stamp) is not what it says now.
    """
    assert view.offer is not None
    said = approval_words(page, view, firm)
    if seen and seen != stamp(said):
        raise Conflict(say("The offer has changed since you opened it. Read it again."))
    await programs.approve(work, view.offer.id, words=said, approved_from=device[:300])

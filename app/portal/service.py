"""What the portal says here, who is asked in, and what clients do in it."""

from typing import Any
from uuid import UUID

import msgspec

from app.access import service as access
from app.contacts.models import Contact
from app.core import clock, config, events
from app.core.errors import NotFound, invalid
from app.core.work import Work
from app.leads.models import Lead
from app.programs import service as programs
from app.programs.queries import DebtView, ProgramPage
from app.tasks import service as tasks
from app.tasks.service import TaskValues
from themes.formats import money

KEY = "portal"
LONGEST_QUESTION = 2_000


class Section(msgspec.Struct, frozen=True):
    """A tab: home, program, documents, invoices or more, under this business's word."""

    name: str
    label: str


class Step(msgspec.Struct, frozen=True):
    """One thing that happens in the first weeks."""

    when: str
    what: str


class PortalWords(msgspec.Struct, frozen=True, kw_only=True):
    """`stages` says for each stage of the pipeline what it means to the client; `steps` explains the
    beginning."""

    sections: tuple[Section, ...] = ()
    stages: dict[str, str] = {}
    steps: tuple[Step, ...] = ()
    invite: bool = True


async def configure_portal(work: Work, section: dict[str, Any]) -> None:
    """The blueprint's `portal` section, checked before it is kept."""
    await config.put(work, KEY, msgspec.to_builtins(msgspec.convert(section, PortalWords)))


async def words(work: Work) -> PortalWords:
    return msgspec.convert(await config.get(work, KEY) or {}, PortalWords)


async def invite(work: Work, contact_id: UUID) -> bool:
    """Ask the client in by mail, once. False when there is no e-mail, or somebody has it already."""
    contact = await work.get(Contact, contact_id)
    if contact is None or not contact.email or not (await words(work)).invite:
        return False
    if await access.find_person(work, contact.email) is not None:
        return False
    await access.invite(work, email=contact.email, name=contact.name, role="client", party_id=contact_id)
    return True


def approval_words(page: ProgramPage, view: DebtView, firm: str) -> str:
    """What the client says yes to, as shown above the button and as it is kept."""
    assert view.offer is not None
    amounts = (view.debt.enrolled_amount, view.offer.amount, view.fee)
    owed, offered, fee = (money(amount, page.program.currency) for amount in amounts)
    return (
        f"I agree that {firm} settles my debt with {view.debt.creditor}"
        f" ({owed} when I enrolled) for {offered}."
        f" The fee for this debt is {fee}. I owe it only after the creditor"
        " has agreed in writing and got a first payment."
    )


def offer_within(page: ProgramPage | None, settlement_id: UUID) -> tuple[ProgramPage, DebtView]:
    """The offer, if it is on a debt of this very program. Raises NotFound."""
    found = [view for view in page.debts if view.offer and view.offer.id == settlement_id] if page else []
    if page is None or not found:
        raise NotFound
    return page, found[0]


def expired(view: DebtView) -> bool:
    """Whether the creditor's last day is over."""
    return bool(view.offer and view.offer.expires_on and view.offer.expires_on < clock.now().date())


async def approve(work: Work, page: ProgramPage, view: DebtView, *, firm: str, device: str) -> None:
    """The client's own yes to this very deal; saying it twice counts once. Raises Conflict when the offer is
    gone."""
    assert view.offer is not None
    await programs.approve(work, view.offer.id, words=approval_words(page, view, firm), approved_from=device[:300])


async def ask(work: Work, lead: Lead | None, question: str, about: str = "") -> None:
    """A question for the person who looks after them: a task, due now. Raises Invalid."""
    if not question.strip():
        raise invalid("question", "Write your question first.", "missing")
    if len(question) > LONGEST_QUESTION:
        raise invalid("question", f"Keep it under {LONGEST_QUESTION:,} letters.", "too_long")
    if lead is None:
        raise NotFound
    title = f"{work.actor.name} asks{f' about {about}' if about else ''}: {' '.join(question.split())}"[:200]
    values = TaskValues(title=title, due_at=clock.now(), kind="message", priority=1, assignee_id=lead.owner_id)
    task = await tasks.add_task(work, values, entity="lead", entity_id=lead.id)
    events.record(work, "portal.question", "lead", lead.id, task_id=task.id)

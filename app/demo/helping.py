"""Tickets of the care tenant and screenings of the injury tenant, so that both rooms are alive on first sight."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.access import service as access
from app.access.models import PersonRow, Role
from app.contacts import service as contacts
from app.contacts.models import Contact
from app.core import clock
from app.core.work import SYSTEM, Actor, Work, unit
from app.demo.cast import PASSWORD
from app.demo.handbook import Person
from app.demo.invented import consent
from app.leads import service as leads
from app.leads.models import Lead, Stage
from app.leads.service import LeadValues
from app.screening import service as screening
from app.screening.service.setup import Firm
from app.support import service as support
from app.support.models import Ticket
from tenants.registry import Tenant

# Subject, words, topic, priority, hours ago, what became of it.
REQUESTS = (
    ("Parcel marked delivered, not here", "It says delivered on Tuesday. Nobody at the door has it.", "delivery", "high", 2, ""),
    ("Can't sign in any more", "The link says it has expired, three times now.", "account", "urgent", 1, ""),
    ("Charged twice this month", "My card shows the same sum twice.", "billing", "high", 5, "open"),
    ("The lid does not close", "It came like this. A photo is attached in the portal.", "product", "normal", 26, "waiting"),
    ("How do I return two of three?", "I want to keep the blue one.", "returns", "normal", 30, "solved"),
    ("Invoice with our VAT number", "Could you send it again with the number on it?", "billing", "low", 50, "waiting"),
    ("It stopped working after a week", "The light blinks red, then nothing.", "outage", "urgent", 27, "open"),
    ("Nobody called me back", "I was promised a call on Monday.", "complaint", "high", 49, "rated"),
    ("Change of address", "We moved. The new one is in the portal.", "account", "low", 75, "solved"),
    ("Please cancel my plan", "It costs more than I use.", "cancel", "normal", 6, ""),
    ("Where is my refund?", "You said five days; it has been nine.", "billing", "normal", 28, "open"),
    ("Thank you", "Your colleague was wonderful on the phone.", "feedback", "low", 100, "praised"),
    ("Wrong colour in the box", "Ordered green, got grey.", "delivery", "normal", 4, "waiting"),
    ("Does it fit the older model?", "I have the one from two years ago.", "product", "low", 52, "rated"),
)  # fmt: skip
FIRMS = [
    Firm(name="alder_finch", label="Alder & Finch", email="intake@alderfinch.example.com", states=["PA", "NJ", "NY"]),
    Firm(name="brook_law", label="Brook Law Group", email="cases@brooklaw.example.com"),
    Firm(name="castle_row", label="Castle Row Attorneys", email="new@castlerow.example.com", states=["FL", "GA"]),
]
OTHERS = ("Rick Varga", "Jo Lindqvist", "Meadow Freight", "Pat Olmstead", "Sam Achterberg", "Lee Tomasz")


async def ask_for_help(work: Work, staff: list[Actor]) -> None:
    """Fourteen requests of the last days, in every state; none twice."""
    if await work.scalar(select(Ticket.id).limit(1)) is not None:
        return
    people = (await work.execute(_people(("new", "open", "won")).limit(len(REQUESTS)))).all()
    now = clock.now()
    for number, (row, request) in enumerate(zip(people, REQUESTS, strict=False)):
        await _one(work, row, request, now, staff[number % len(staff)])


async def _one(work: Work, row: Any, request: tuple[Any, ...], now: datetime, by: Actor) -> None:
    subject, words, topic, priority, hours, became = request
    asked = now - timedelta(hours=hours)
    with clock.held_at(asked):
        ticket = await support.open_ticket(
            work,
            support.NewTicket(
                contact_id=row.Contact.id, lead_id=row.Lead.id, subject=subject, body=words, category=topic, priority=priority,
                channel="portal", assignee_id=by.id if became else None, author_name=row.Contact.name,
            ),
        )  # fmt: skip
    work.actor = by
    if became:
        with clock.held_at(asked + timedelta(minutes=20)):
            then = became if became in ("open", "waiting") else "solved"
            text = f"Hello {row.Contact.first_name}, thank you for writing. I have looked into it."
            await support.reply(work, ticket.id, support.Reply(text=text, channel="portal", then=then))
            await support.note(work, ticket.id, "Checked the order, all as they say.")
    if became in ("rated", "praised"):
        await support.rate(
            work, ticket.id, 5 if became == "praised" else 2, "It took too long." if became == "rated" else ""
        )


def _people(kinds: tuple[str, ...]) -> Any:
    latest = select(Lead, Contact).join(Contact, Contact.id == Lead.contact_id).join(Stage, Stage.id == Lead.stage_id)
    live = (Lead.test.is_(False), Lead.deleted_at.is_(None), Contact.email.is_not(None), Stage.kind.in_(kinds))
    return latest.where(*live).order_by(Lead.created_at.desc(), Lead.id)


async def look_into_cases(work: Work, staff: list[Actor]) -> None:
    """Law firms, checks that are clear, one that waits for a decision, cases offered and accepted."""
    if await screening.firms(work):
        return
    await screening.keep_firms(work, FIRMS)
    people = (await work.execute(_people(("open", "won")).limit(12))).all()
    for number, row in enumerate(people):
        work.actor = staff[number % len(staff)]
        name = OTHERS[number % len(OTHERS)] if number != 3 else people[7].Contact.name
        await screening.check(work, row.Lead.id, [{"name": name, "role": "driver"}])
        if number in (1, 5):
            await screening.offer(work, row.Lead.id, "brook_law")


async def _last_days(work: Work, by: Actor) -> None:
    """Somebody who waited for almost two years: the last day to file is near."""
    today = clock.now().date()
    happened = today.replace(year=today.year - 2, day=min(today.day, 28)) + timedelta(days=18)
    person = {"first_name": "Gloria", "last_name": "Hanlon", "phone": "+16105550141", "email": "gloria.hanlon@example.com",
              "city": "Reading", "state": "PA", "zip": "19601"}  # fmt: skip
    contact = await contacts.create(work, person)
    said = consent("Keystone Injury Law", clock.now(), 95_000)
    await contacts.add_consent(work, contact.id, text=said["text"], at=clock.now(), url=said["url"])
    told = {"incident_date": happened, "accident_type": "car", "injured": True, "represented": False, "at_fault": "no",
            "treatment": "hospital"}  # fmt: skip
    lead = await leads.create(work, contact.id, LeadValues(source="referral", owner_id=by.id, custom=told))
    await screening.recompute(work, lead.id)


async def enliven(tenant: Tenant, blueprint: str) -> list[Person]:
    """What this kind of business has beside its leads; a client of the care desk may sign in."""
    async with unit(tenant=tenant) as work:
        agents = select(PersonRow).join(Role, Role.id == PersonRow.role_id).where(Role.name == "agent")
        staff = [Actor("person", row.id, row.name) for row in await work.scalars(agents.order_by(PersonRow.name))]
        if blueprint == "customer-care" and staff:
            await ask_for_help(work, staff)
            return await _a_customer(work)
        if blueprint == "mva-intake" and staff:
            await look_into_cases(work, staff)
            await _last_days(work, staff[0])
    return []


async def _a_customer(work: Work) -> list[Person]:
    """Whoever asked about the lid sees it in the portal."""
    found = select(Contact).join(Ticket, Ticket.contact_id == Contact.id).where(Ticket.subject == REQUESTS[3][0])
    contact = (await work.scalars(found)).first()
    if contact is None or not contact.email or await access.find_person(work, contact.email) is not None:
        return []
    work.actor = SYSTEM
    await access.create_person(
        work, email=contact.email, name=contact.name, role="client", password=PASSWORD, party_id=contact.id
    )
    return [Person(role="client", email=contact.email, password=PASSWORD, name=contact.name)]

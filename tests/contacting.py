"""What tests of contact share: people who may be reached, held clocks, a running simulator, its signed
reports.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from app.access.models import PersonRow
from app.contacts import service as contacts
from app.core import clock, permissions
from app.core.permissions import Person
from app.core.ports.signing import sign
from app.core.ports.simulator.peer import Peer
from app.core.work import Actor, Work, unit
from app.leads import service as leads
from app.leads.models import Lead
from app.leads.service import LeadValues
from tests.drive import drain

# A Tuesday at 2:30 pm Eastern.
AFTERNOON = datetime(2026, 3, 10, 18, 30, tzinfo=UTC)
SECRET = "simulator-secret"
FORM = "https://forms.example.com/debt"


@contextmanager
def at(moment: datetime = AFTERNOON) -> Iterator[datetime]:
    with clock.held_at(moment):
        yield moment


@asynccontextmanager
async def acting(cast: Any, slug: str, first_name: str = "luis") -> AsyncIterator[Work]:
    """A unit of work of a tenant in which this person acts."""
    async with unit(tenant=cast.tenants[slug]) as work:
        row = (await work.scalars(select(PersonRow).where(PersonRow.email == f"{first_name}@example.com"))).one()
        work.actor = Actor("person", row.id, row.name)
        work.person = person_of(row)
        yield work


def person_of(row: PersonRow) -> Person:
    return Person(
        id=row.id, email=row.email, name=row.name, role="agent", role_label="Agent", audience="staff", home="/agent",
        permissions=frozenset(each.name for each in permissions.catalogue()), reach="all",
    )  # fmt: skip


async def a_lead(
    cast: Any, slug: str = "harbor", *, owner: str = "luis", consent: str = "written", state: str = "FL", zip: str = "33602",
    phone: str | None = "+17275550142", email: str | None = "dana@example.net", first_name: str = "Dana", **values: Any,
) -> Lead:  # fmt: skip
    """Somebody in Tampa who filled in a form an hour ago and agreed to be reached."""
    async with acting(cast, slug, owner) as work:
        asked = clock.now() - timedelta(hours=1)
        given = {
            "first_name": first_name,
            "last_name": "Reyes",
            "phone": phone,
            "email": email,
            "state": state,
            "zip": zip,
        }
        contact = await contacts.create(work, given)
        if consent:
            url = FORM if consent == "written" else None
            await contacts.add_consent(work, contact.id, text="You may call and text me.", at=asked, url=url)
        return await leads.create(
            work,
            contact.id,
            LeadValues(**{"owner_id": work.actor.id, "landing_page": FORM, "source": "form", **values}),
        )


@contextmanager
def simulator(runtime: Any) -> Iterator[Peer]:
    """The carrier and the mail server, running, and the product told where they are."""
    before = runtime.settings
    with Peer(secret=SECRET) as peer:
        runtime.settings = msgspec.structs.replace(
            before, mail_url=peer.mail_url, carrier_url=peer.http_url, carrier_secret=SECRET
        )
        try:
            yield peer
        finally:
            runtime.settings = before


async def leave(cast: Any, slug: str = "harbor", until: datetime | None = None) -> Any:
    """Whatever waits leaves now."""
    return await drain(cast.runtime, cast.tenants[slug], until=until or clock.now())


async def report(cast: Any, slug: str, kind: str, event_id: str, data: dict[str, Any], path: str = "") -> Any:
    """What the carrier says, signed as it signs."""
    body = msgspec.json.encode({"type": kind, "at": clock.now().isoformat(), "data": data})
    headers = {"content-type": "application/json", **sign(SECRET, event_id, body)}
    return await cast.visitor(slug).client.post(f"/hooks/carrier{path}", content=body, headers=headers)


async def mail_in(cast: Any, slug: str, event_id: str, raw: bytes, sender: str = "", to: str = "") -> Any:
    headers = {
        "content-type": "message/rfc822",
        "envelope-from": sender,
        "envelope-to": to,
        **sign(SECRET, event_id, raw),
    }
    return await cast.visitor(slug).client.post("/hooks/mail", content=raw, headers=headers)


async def rows(cast: Any, slug: str, statement: Any) -> list[Any]:
    async with unit(tenant=cast.tenants[slug]) as work:
        return list(await work.scalars(statement))


async def one(cast: Any, slug: str, model: Any, record_id: UUID) -> Any:
    async with unit(tenant=cast.tenants[slug]) as work:
        return await work.get(model, record_id)

"""What the agenda could not do: rows that failed for good, and rows that may have happened."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from app.core import agenda
from app.core.work import Work
from themes.catalogue import later, say

MOST = 100
# What a kind of job does, for whoever decides whether to do it again; others go by the name of their room.
WORDS = {
    "access.mail": later("Mail an invitation or a link to sign in"),
    "access.notice": later("Tell somebody about a change to their sign-in"),
    "access.hand_over": later("Hand over a leaver’s work"),
    "billing.make_pdf": later("Make the PDF of an invoice"),
    "billing.remind_one": later("Remind of an invoice"),
    "brand.publish": later("Publish the brand"),
    "calls.place": later("Place a call"),
    "contacts.compare": later("Look for duplicates"),
    "leads.bulk": later("Change many at once"),
    "leads.export": later("Make an export"),
    "leads.import_read": later("Read a file to import"),
    "leads.import_check": later("Check the rows of an import"),
    "leads.import_run": later("Run an import"),
    "leads.import_undo": later("Take an import back"),
    "messages.send": later("Send a message"),
    "messages.trial": later("Send a test message"),
    "portal.invite": later("Invite somebody into the portal"),
    "reports.run": later("Run a scheduled report"),
    "reports.make": later("Make a report’s file"),
    "reports.mail": later("Mail a report"),
    "routing.route": later("Find an owner"),
    "sequences.step": later("Take the next step of a sequence"),
    "sequences.start": later("Start a sequence"),
    "team.mail_notices": later("Mail unread notices"),
}
ROOMS = {
    "access": later("Work on sign-in"),
    "billing": later("Work on invoices"),
    "calls": later("Work on calls"),
    "leads": later("Work on records"),
    "messages": later("Work on messages"),
    "portal": later("Work on the portal"),
    "reports": later("Work on reports"),
    "sequences": later("Work on sequences"),
    "support": later("Work on tickets"),
}


class Stuck(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is `failed` (certainly not done) or `parked` (may have happened: look before trying again)."""

    id: UUID
    kind: str
    state: str
    due: datetime
    attempts: int
    error: str

    @property
    def label(self) -> str:
        return say(WORDS.get(self.kind) or ROOMS.get(self.kind.partition(".")[0]) or later("Work behind the pages"))

    @property
    def code(self) -> str:
        """What somebody quotes whose page waits for it."""
        return agenda.code_of(self.id)


async def stuck(work: Work) -> list[Stuck]:
    rows = await work.execute(
        text(
            "select id, kind, state, due, attempts, coalesce(error, '') as error from spine.agenda"
            " where state in ('failed', 'parked') and tenant_role = current_user order by due desc limit :most"
        ),
        {"most": MOST},
    )
    return [msgspec.convert(dict(row), Stuck) for row in rows.mappings()]

"""Home, and the program, case or order."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get

from app.billing import queries as billing
from app.billing.queries import InvoiceRow
from app.core import config, pages
from app.core.errors import FieldError, Invalid
from app.core.money import NotAnAmount, parse_amount
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.messages import queries as messages
from app.portal import queries, service
from app.portal.queries import Client
from app.portal.service import PortalWords
from app.programs import queries as programs
from app.programs import service as planning
from app.programs.models.returns import RETURNS
from app.programs.models.schedule import Change
from app.programs.queries import ProgramPage
from app.support import queries as support
from app.support.models import OPEN, Ticket
from themes.catalogue import LANGUAGES, say

USE = {"permission": "portal.use"}
AHEAD = 3  # planned deposits that are listed


class HomeView(msgspec.Struct, frozen=True, kw_only=True):
    """One number, one date, one thing to do, one person to call; `invoice` is the one that is due next, `tickets` are
    their open requests, those that wait for them first."""

    client: Client
    words: PortalWords
    it: ProgramPage | None
    invoice: InvoiceRow | None
    tickets: list[Ticket]
    open_until: datetime | None
    unread: int = 0


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """What `more` a month (minor units) would do to the end of the plan; `ends` is None where it can't be reckoned."""

    typed: str
    amount: int = 0
    ends: date | None = None
    was: date | None = None
    errors: list[FieldError] = []


class ProgramView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole program with its timeline and the calculator; `returned` says for each code of a bank what happened;
    `too_late` are deposits that can't be changed here any more."""

    client: Client
    words: PortalWords
    it: ProgramPage | None
    open_until: datetime | None
    what_if: WhatIf
    returned: dict[str, str]
    too_late: set[UUID]


class ClientPages(Controller):
    """`/portal…`, read."""

    path = "/portal"
    opt = USE

    @get("/")
    async def home(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """Whoever chose a language as a visitor keeps it, unless they chose one here before."""
        if await _keeps_language(request, work):
            return pages.redirect(request, "/portal")
        context, part = await home_view(work), "portal/_home.html"
        return await pages.page(request, work, "portal/home.html", context, title=say("Home"), fragment=part)

    @get("/program")
    async def program(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """The program where there is one, else how far the case, order or request is. `?more=50` asks what if."""
        view = await home_view(work)
        await service.looked_at(work, work.person.id, "deposit", "deposit_soon", "settled", "refund")
        label = next((s.label for s in view.words.sections if s.name == "program"), "Progress")
        context = ProgramView(
            client=view.client,
            words=view.words,
            it=view.it,
            open_until=view.open_until,
            what_if=await what_if(work, view.it, request.query_params.get("more", "").strip()),
            returned={code: say(known.client) for code, known in RETURNS.items()},
            too_late=await planning.too_late(work, view.it.ahead[:AHEAD]) if view.it else set(),
        )
        part = "portal/_program.html"
        return await pages.page(request, work, "portal/program.html", context, title=say(label), fragment=part)


async def _keeps_language(request: HttpRequest, work: Work) -> bool:
    chosen, person = request.cookies.get("lang", ""), work.person
    if chosen not in LANGUAGES or "locale" in await queries.preferences(work, person.id):
        return False
    await service.speak_language(work, person.id, person.party_id, chosen)
    return True


async def what_if(work: Work, it: ProgramPage | None, typed: str) -> WhatIf:
    """Nothing is promised and nothing is kept."""
    if it is None or it.program.state != "active" or not it.ahead or not typed:
        return WhatIf(typed=typed)
    first = it.ahead[0]
    try:
        more = parse_amount(typed, it.program.currency)
        change = Change(kind="monthly", amount=first.amount + max(0, more))
        shown = await planning.preview(work, it.program.id, first.id, change)
    except (NotAnAmount, Invalid):
        return WhatIf(typed=typed, errors=[FieldError("more", "invalid_format", say("Enter an amount, like 50."))])
    return WhatIf(typed=typed, amount=change.amount or 0, ends=shown.ends_after, was=shown.ends_before)


async def home_view(work: Work) -> HomeView:
    client = await queries.client(work, work.person)
    settings = await config.everything(work)
    owed = [row for row in await billing.of_contact(work, client.contact.id) if row.state == "open"]
    return HomeView(
        client=client,
        words=await service.words(work),
        it=await programs.page_of_contact(work, client.contact.id),
        invoice=min(owed, key=lambda row: (row.due_on, row.number)) if owed else None,
        tickets=await _open_tickets(work, client),
        open_until=queries.open_until(settings["hours"], settings["zone"], settings["holidays"]),
        unread=await messages.unread_in_portal(work, client.contact.id),
    )


async def _open_tickets(work: Work, client: Client) -> list[Ticket]:
    found = [each for each in await support.of_contact(work, client.contact.id) if each.state in OPEN]
    return sorted(found, key=lambda each: each.state != "waiting")


HANDLERS = [ClientPages]

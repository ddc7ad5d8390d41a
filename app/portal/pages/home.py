"""Home, the program or case, and More."""

from datetime import datetime

import msgspec
from litestar import Controller, Response, get

from app.billing import queries as billing
from app.billing.queries import InvoiceRow
from app.core import config, pages
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.portal import queries, service
from app.portal.queries import Client
from app.portal.service import PortalWords
from app.programs import queries as programs
from app.programs.queries import ProgramPage

USE = {"permission": "portal.use"}


class HomeView(msgspec.Struct, frozen=True, kw_only=True):
    """One number, one date, one thing to do, one person to call; `invoice` is the one that is due next."""

    client: Client
    words: PortalWords
    it: ProgramPage | None
    invoice: InvoiceRow | None
    open_until: datetime | None


class MoreView(msgspec.Struct, frozen=True, kw_only=True):
    """Who they are to us and how we reach them."""

    client: Client


class ClientPages(Controller):
    """`/portal…`, read."""

    path = "/portal"
    opt = USE

    @get("/")
    async def home(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        return await pages.page(request, work, "portal/home.html", await home_view(work), title="Home")

    @get("/program")
    async def program(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """The program where there is one, else how far the case, order or request is."""
        view = await home_view(work)
        label = next((s.label for s in view.words.sections if s.name == "program"), "Progress")
        return await pages.page(request, work, "portal/program.html", view, title=label)

    @get("/more")
    async def more(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = MoreView(client=await queries.client(work, work.person))
        return await pages.page(request, work, "portal/more.html", context, title="More")


async def home_view(work: Work) -> HomeView:
    client = await queries.client(work, work.person)
    settings = await config.everything(work)
    owed = [row for row in await billing.of_contact(work, client.contact.id) if row.state == "open"]
    return HomeView(
        client=client,
        words=await service.words(work),
        it=await programs.page_of_contact(work, client.contact.id),
        invoice=min(owed, key=lambda row: (row.due_on, row.number)) if owed else None,
        open_until=queries.open_until(settings["hours"], settings["zone"]),
    )


HANDLERS = [ClientPages]

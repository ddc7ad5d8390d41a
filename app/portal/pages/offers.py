"""An offer to approve, and questions."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import pages
from app.core.errors import Invalid
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep, client_address
from app.core.work import Work
from app.portal import queries, service
from app.portal.queries import Client
from app.programs import queries as programs
from app.programs.queries import DebtView, ProgramPage
from themes.tokens import brand_of


class OfferView(msgspec.Struct, frozen=True, kw_only=True):
    """One offer with the words that a yes means; `in_account` is what is left of deposits; `question` is
    what was typed."""

    client: Client
    it: ProgramPage
    view: DebtView
    words: str
    in_account: int
    expired: bool
    question: str = ""


class Offers(Controller):
    """`/portal/offers/{id}` and `/portal/questions`."""

    path = "/portal"
    opt = {"permission": "portal.use"}

    @get("/offers/{settlement_id:uuid}")
    async def show(self, request: HttpRequest, work: WorkDep, settlement_id: FromPath[UUID]) -> Response[bytes]:
        context = await _offer(work, settlement_id)
        return await pages.page(request, work, "portal/offer.html", context, title="An offer for you")

    @post("/offers/{settlement_id:uuid}/approve")
    async def approve(self, request: HttpRequest, work: WorkDep, settlement_id: FromPath[UUID]) -> Response[Any]:
        """The words, the time and the device are kept. A second press says the same."""
        shown = await _offer(work, settlement_id)
        device = f"{client_address(request)} · {request.headers.get('user-agent', '')}"
        await service.approve(work, shown.it, shown.view, firm=_firm(work), device=device)
        said = f"Thank you. We settle {shown.view.debt.creditor} now."
        return pages.redirect(request, "/portal", Toast(said))

    @post("/offers/{settlement_id:uuid}/ask")
    async def ask_about(self, request: HttpRequest, work: WorkDep, settlement_id: FromPath[UUID]) -> Response[Any]:
        shown = await _offer(work, settlement_id)
        question = str((await pages.form(request)).get("question") or "")
        try:
            await service.ask(work, shown.client.lead, question, f"the offer of {shown.view.debt.creditor}")
        except Invalid as problem:
            typed = msgspec.structs.replace(shown, question=question)
            return await pages.refused(request, work, "portal/offer.html", typed, problem, title="An offer for you")
        return pages.redirect(request, f"/portal/offers/{settlement_id}", _asked(shown.client))

    @post("/questions")
    async def ask(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        client = await queries.client(work, work.person)
        question = str((await pages.form(request)).get("question") or "")
        try:
            await service.ask(work, client.lead, question)
        except Invalid as problem:
            context = {"client": client, "question": question}
            return await pages.refused(request, work, "portal/more.html", context, problem, title="More")
        return pages.redirect(request, "/portal/more", _asked(client))


def _asked(client: Client) -> Toast:
    return Toast(f"{client.owner or 'We'} will answer you.")


def _firm(work: Work) -> str:
    return brand_of(work.tenant.brand).product_name or work.tenant.name


async def _offer(work: Work, settlement_id: UUID) -> OfferView:
    """Raises NotFound for anybody else's."""
    client = await queries.client(work, work.person)
    page, view = service.offer_within(await programs.page_of_contact(work, client.contact.id), settlement_id)
    assert view.offer is not None
    return OfferView(
        client=client,
        it=page,
        view=view,
        words=service.approval_words(page, view, _firm(work)),
        in_account=page.saved,
        expired=service.expired(view),
    )


HANDLERS = [Offers]

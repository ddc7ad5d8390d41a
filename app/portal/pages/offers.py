"""An offer: look, approve, or ask."""

from datetime import date
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
from app.programs.models.plan import months_after
from app.programs.queries import DebtView, ProgramPage
from themes.catalogue import say
from themes.tokens import brand_of


class OfferView(msgspec.Struct, frozen=True, kw_only=True):
    """One offer with the words that a yes means and their stamp; `in_account` is what is saved now; `ends` is when the
    program would end then (an estimate); `question` is what was typed."""

    client: Client
    it: ProgramPage
    view: DebtView
    words: str
    stamp: str
    in_account: int
    ends: date | None
    expired: bool
    question: str = ""


class Offers(Controller):
    """`/portal/offers/{id}`."""

    path = "/portal"
    opt = {"permission": "portal.use"}

    @get("/offers/{settlement_id:uuid}")
    async def show(self, request: HttpRequest, work: WorkDep, settlement_id: FromPath[UUID]) -> Response[bytes]:
        context = await _offer(work, settlement_id)
        return await pages.page(request, work, "portal/offer.html", context, title=say("An offer for you"))

    @post("/offers/{settlement_id:uuid}/approve")
    async def approve(self, request: HttpRequest, work: WorkDep, settlement_id: FromPath[UUID]) -> Response[Any]:
        """The words, the time and the device are kept. A second press says the same; a yes to other words is refused."""
        shown = await _offer(work, settlement_id)
        seen = str((await pages.form(request)).get("seen") or "")
        device = f"{client_address(request)} · {request.headers.get('user-agent', '')}"
        await service.approve(work, shown.it, shown.view, firm=_firm(work), device=device, seen=seen)
        said = say("Thank you. We go on with %(creditor)s now.", creditor=shown.view.debt.creditor)
        return pages.redirect(request, "/portal", Toast(said))

    @post("/offers/{settlement_id:uuid}/ask")
    async def ask_about(self, request: HttpRequest, work: WorkDep, settlement_id: FromPath[UUID]) -> Response[Any]:
        shown = await _offer(work, settlement_id)
        question = str((await pages.form(request)).get("question") or "")
        try:
            about = say("the offer of %(creditor)s", creditor=shown.view.debt.creditor)
            await service.ask(work, shown.client.contact.id, shown.client.lead, question, about)
        except Invalid as problem:
            typed = msgspec.structs.replace(shown, question=question)
            return await pages.refused(
                request, work, "portal/offer.html", typed, problem, title=say("An offer for you")
            )
        return pages.redirect(request, f"/portal/offers/{settlement_id}", _asked(shown.client))


def _asked(client: Client) -> Toast:
    return Toast(
        say("%(name)s will answer you in Messages.", name=client.owner)
        if client.owner
        else say("We will answer you in Messages.")
    )


def _firm(work: Work) -> str:
    return brand_of(work.tenant.brand).product_name or work.tenant.name


async def _offer(work: Work, settlement_id: UUID) -> OfferView:
    """Raises NotFound for anybody else's."""
    client = await queries.client(work, work.person)
    page, view = service.offer_within(await programs.page_of_contact(work, client.contact.id), settlement_id)
    assert view.offer is not None
    words = service.approval_words(page, view, _firm(work))
    ends = months_after(page.last_on, view.months) if page.last_on else None
    return OfferView(
        client=client,
        it=page,
        view=view,
        words=words,
        stamp=service.stamp(words),
        ends=ends,
        in_account=page.saved,
        expired=service.expired(page, view),
    )


HANDLERS = [Offers]

"""`/admin/publishers/{id}/offers`: the form of an offer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import config, fields, pages, places
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads import queries as leads
from app.publishers import forms, queries, service
from app.publishers.models import Offer, OfferDraft, Publisher
from app.publishers.models.spec import offer_fields
from app.publishers.models.terms import DAYS, PERIODS
from app.publishers.pages.rules import stages
from themes.catalogue import say

BASE = "/admin/publishers"
STATES = ("test", "live", "paused", "closed")


class OfferPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of one offer; `offer` None makes a new one."""

    publisher: Publisher
    offer: Offer | None
    typed: Mapping[str, Any]
    required: list[str]
    choices: list[tuple[str, str]]
    pipelines: list[tuple[str, str]]
    zones: list[tuple[str, str]]
    periods: tuple[str, ...]
    days: tuple[str, ...]
    states: tuple[str, ...]
    stages: list[tuple[str, str]]
    currency: str


class OfferPages(Controller):
    """Whoever may change publishers."""

    path = f"{BASE}/{{publisher_id:uuid}}/offers"
    opt = {"permission": "publishers.manage"}

    @get("/new")
    async def new_offer(self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]) -> Response[bytes]:
        """Filled in from one of the blueprint's models."""
        models, wanted = await service.templates(work), request.query_params.get("like", "")
        draft = next((one for one in models if one.slug == wanted), models[0] if models else OfferDraft(name=""))
        if draft.name in {one.name for one in await queries.offers(work, publisher_id)}:
            draft = msgspec.structs.replace(draft, name="")  # two of one name can't be told apart
        context = await _offer_page(work, publisher_id, None, draft)
        return await pages.page(request, work, "publishers/offer.html", context, title=say("New offer"))

    @post("/")
    async def create_offer(self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]) -> Response[Any]:
        typed, models = await pages.form(request), await service.templates(work)
        base = next((one for one in models if one.slug == typed.get("like")), OfferDraft(name=""))
        try:
            draft = await _draft(work, typed, base, await config.get(work, "currency"))
            made = await service.create_offer(work, publisher_id, draft)
        except Invalid as problem:
            context = await _offer_page(work, publisher_id, None, base, typed)
            return await pages.refused(request, work, "publishers/offer.html", context, problem, title=say("New offer"))
        return pages.redirect(request, f"{BASE}/{publisher_id}", Toast(say("Added %(name)s.", name=made.name)))

    @get("/{offer_id:uuid}")
    async def edit_offer(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID], offer_id: FromPath[UUID]
    ) -> Response[bytes]:
        offer = await _offer(work, publisher_id, offer_id)
        context = await _offer_page(work, publisher_id, offer, service.as_draft(offer))
        return await pages.page(request, work, "publishers/offer.html", context, title=offer.name)

    @post("/{offer_id:uuid}")
    async def change_offer(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID], offer_id: FromPath[UUID]
    ) -> Response[Any]:
        typed, offer = await pages.form(request), await _offer(work, publisher_id, offer_id)
        base = service.as_draft(offer)
        try:
            draft = await _draft(work, typed, base, offer.currency)
            await service.change_offer(work, publisher_id, offer_id, draft)
        except Invalid as problem:
            context = await _offer_page(work, publisher_id, offer, base, typed)
            return await pages.refused(request, work, "publishers/offer.html", context, problem, title=offer.name)
        return pages.redirect(request, f"{BASE}/{publisher_id}", Toast("Saved. The spec says so from now on."))


async def _offer(work: Work, publisher_id: UUID, offer_id: UUID) -> Offer:
    found = next((one for one in await queries.offers(work, publisher_id) if one.id == offer_id), None)
    if found is None:
        raise NotFound
    return found


async def _fieldset(work: Work, base: OfferDraft) -> fields.FieldSet:
    return offer_fields(await fields.registry(work, "contact"), await fields.registry(work, "lead"), base.spec)


async def _draft(work: Work, typed: Mapping[str, Any], base: OfferDraft, currency: str) -> OfferDraft:
    names = [name for name, _ in await stages(work)]
    return forms.offer_draft(typed, currency, await _fieldset(work, base), base, names)


async def _offer_page(
    work: Work,
    publisher_id: UUID,
    offer: Offer | None,
    draft: OfferDraft,
    typed: Mapping[str, Any] | None = None,
) -> OfferPage:
    publisher, known = await queries.publisher(work, publisher_id), await _fieldset(work, draft)
    if publisher is None:
        raise NotFound
    zones = sorted({zone for state in places.states().values() for zone in state.zones})
    required = [field.name for field in known if field.required]
    if typed is not None:
        chosen = typed.get("required", [])
        required = [chosen] if isinstance(chosen, str) else list(chosen)
    currency = offer.currency if offer else await config.get(work, "currency")
    return OfferPage(
        publisher=publisher,
        offer=offer,
        typed=typed if typed is not None else forms.as_typed(draft, currency),
        required=required,
        choices=[(field.name, field.label) for field in known],
        pipelines=[(one.name, one.label) for one in await leads.pipelines(work)],
        zones=[(zone, f"{places.zone_label(zone)} ({zone})") for zone in zones],
        periods=PERIODS,
        days=DAYS,
        states=STATES,
        stages=await stages(work),
        currency=currency,
    )

"""`/admin/publishers`: who sends leads, on which terms, and what came of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.access.models import PersonRow
from app.core import clock, config, fields, pages, places
from app.core.errors import Conflict, FieldError, Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads import queries as leads
from app.publishers import forms, queries, service
from app.publishers.models import Offer, OfferDraft, Publisher, PublisherKey
from app.publishers.models.spec import offer_fields
from app.publishers.models.terms import DAYS, PERIODS
from app.publishers.pages.portal import exchange_page, leads_page
from app.publishers.queries import Home

SEE = {"permission": "publishers.view"}
CHANGE = {"permission": "publishers.manage"}
BASE = "/admin/publishers"
OVER = timedelta(days=30)
STATES = ("test", "live", "paused", "closed")


class PublishersPage(msgspec.Struct, frozen=True, kw_only=True):
    """All publishers with their figures of 30 days."""

    rows: list[Any]
    currency: str
    typed: Mapping[str, Any]
    adding: bool


class PublisherPage(msgspec.Struct, frozen=True, kw_only=True):
    """One publisher: how it goes, its offers, keys and people; `secret` is a key made just now."""

    home: Home
    publisher: Publisher
    offers: list[Offer]
    keys: list[PublisherKey]
    people: list[PersonRow]
    secret: str
    full: bool
    typed: Mapping[str, Any]
    templates: list[OfferDraft]
    states: tuple[str, ...]


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
    currency: str


class PublisherAdminPages(Controller):
    """Staff with the right see every publisher of the tenant."""

    path = BASE
    opt = SEE

    @get("/")
    async def index(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        return await pages.page(
            request,
            work,
            "publishers/index.html",
            await _index(work, adding="add" in request.query_params),
            title="Publishers",
        )

    @post("/", opt=CHANGE)
    async def create(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """In test mode; the next step is its first offer."""
        typed = await pages.form(request)
        try:
            made = await service.create_publisher(
                work, name=_text(typed, "name"), email=_text(typed, "email"), notes=_text(typed, "notes")
            )
        except Invalid as problem:
            context = await _index(work, typed)
            return await pages.refused(
                request, work, "publishers/index.html", context, problem, title="Publishers"
            )
        return pages.redirect(request, f"{BASE}/{made.id}", Toast(f"Added {made.name}, in test mode."))

    @get("/{publisher_id:uuid}")
    async def show(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]
    ) -> Response[bytes]:
        return await _show(request, work, publisher_id)

    @post("/{publisher_id:uuid}", opt=CHANGE)
    async def change(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]
    ) -> Response[Any]:
        """Name, e-mail, notes, how many requests a minute."""
        typed = await pages.form(request)
        values = {name: _text(typed, name) for name in ("name", "email", "notes") if name in typed}
        try:
            if typed.get("per_minute"):
                values["per_minute"] = _count(typed["per_minute"])
            await service.change_publisher(work, publisher_id, **values)
        except Invalid as problem:
            return await _show(request, work, publisher_id, typed=typed, problem=problem)
        return pages.redirect(request, f"{BASE}/{publisher_id}", Toast("Saved."))

    @post("/{publisher_id:uuid}/state", opt=CHANGE)
    async def change_state(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]
    ) -> Response[None]:
        """Test, live, paused, closed."""
        state = _text(await pages.form(request), "state")
        if state not in STATES:
            raise NotFound
        found = await service.change_publisher(work, publisher_id, state=state)
        said = {"test": "in test mode", "live": "live", "paused": "paused", "closed": "closed"}[state]
        return pages.redirect(request, f"{BASE}/{publisher_id}", Toast(f"{found.name} is {said}."))

    @post("/{publisher_id:uuid}/keys", opt=CHANGE)
    async def make_key(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]
    ) -> Response[Any]:
        """The answer is the only page that ever shows the secret."""
        typed = await pages.form(request)
        try:
            _, secret = await service.make_key(work, publisher_id, _text(typed, "label"))
        except Conflict as conflict:
            problem = Invalid([FieldError("label", "not_allowed", conflict.detail)])
            return await _show(request, work, publisher_id, typed=typed, problem=problem)
        return await _show(request, work, publisher_id, secret=secret)

    @post("/{publisher_id:uuid}/keys/{key_id:uuid}/revoke", opt=CHANGE)
    async def revoke_key(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID], key_id: FromPath[UUID]
    ) -> Response[None]:
        await service.revoke_key(work, publisher_id, key_id)
        return pages.redirect(
            request, f"{BASE}/{publisher_id}", Toast("Revoked. Requests with this key are refused.")
        )

    @post("/{publisher_id:uuid}/people", opt=CHANGE)
    async def invite(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]
    ) -> Response[Any]:
        """Somebody who sees this publisher's own pages."""
        typed = await pages.form(request)
        try:
            person = await service.invite_person(
                work, publisher_id, name=_text(typed, "person_name"), email=_text(typed, "person_email")
            )
        except Invalid as problem:
            renamed = [FieldError(f"person_{one.field}", one.code, one.message) for one in problem.errors]
            return await _show(request, work, publisher_id, typed=typed, problem=Invalid(renamed))
        return pages.redirect(request, f"{BASE}/{publisher_id}", Toast(f"Invited {person.email}."))

    @get("/{publisher_id:uuid}/leads")
    async def sent(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]
    ) -> Response[bytes]:
        """What this publisher sent, as the publisher sees it."""
        found = await _found(work, publisher_id)
        context = await leads_page(work, found, request, f"{BASE}/{publisher_id}/leads", staff=True)
        return await pages.page(
            request,
            work,
            "publishers/sent.html",
            context,
            title=f"{found.name} · Leads",
            fragment="publishers/_leads.html",
        )

    @get("/{publisher_id:uuid}/leads/{submission_id:uuid}")
    async def exchange(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID], submission_id: FromPath[UUID]
    ) -> Response[bytes]:
        context = await exchange_page(
            work, publisher_id, submission_id, f"{BASE}/{publisher_id}/leads", staff=True
        )
        return await pages.page(
            request,
            work,
            "publishers/sent_exchange.html",
            context,
            title="Request and answer",
            fragment="publishers/_exchange.html",
        )

    @get("/{publisher_id:uuid}/offers/new", opt=CHANGE)
    async def new_offer(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]
    ) -> Response[bytes]:
        """Filled in from one of the blueprint's models."""
        models, wanted = await service.templates(work), request.query_params.get("like", "")
        draft = next(
            (one for one in models if one.slug == wanted), models[0] if models else OfferDraft(name="")
        )
        context = await _offer_page(work, publisher_id, None, draft)
        return await pages.page(request, work, "publishers/offer.html", context, title="New offer")

    @post("/{publisher_id:uuid}/offers", opt=CHANGE)
    async def create_offer(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]
    ) -> Response[Any]:
        typed, models = await pages.form(request), await service.templates(work)
        base = next((one for one in models if one.slug == typed.get("like")), OfferDraft(name=""))
        try:
            draft = await _draft(work, typed, base, await config.get(work, "currency"))
            made = await service.create_offer(work, publisher_id, draft)
        except Invalid as problem:
            context = await _offer_page(work, publisher_id, None, base, typed)
            return await pages.refused(
                request, work, "publishers/offer.html", context, problem, title="New offer"
            )
        return pages.redirect(request, f"{BASE}/{publisher_id}", Toast(f"Added {made.name}."))

    @get("/{publisher_id:uuid}/offers/{offer_id:uuid}", opt=CHANGE)
    async def edit_offer(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID], offer_id: FromPath[UUID]
    ) -> Response[bytes]:
        offer = await _offer(work, publisher_id, offer_id)
        context = await _offer_page(work, publisher_id, offer, service.as_draft(offer))
        return await pages.page(request, work, "publishers/offer.html", context, title=offer.name)

    @post("/{publisher_id:uuid}/offers/{offer_id:uuid}", opt=CHANGE)
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
            return await pages.refused(
                request, work, "publishers/offer.html", context, problem, title=offer.name
            )
        return pages.redirect(
            request, f"{BASE}/{publisher_id}", Toast("Saved. The spec says so from now on.")
        )


def _text(typed: Mapping[str, Any], name: str) -> str:
    value = typed.get(name, "")
    return value if isinstance(value, str) else ""


def _count(typed: Any) -> int:
    try:
        return int(str(typed).replace(",", ""))
    except ValueError:
        raise Invalid(
            [FieldError("per_minute", "invalid_format", "Write a whole number, like 6000.")]
        ) from None


async def _index(
    work: Work, typed: Mapping[str, Any] | None = None, *, adding: bool = True
) -> PublishersPage:
    rows = await queries.all_publishers(work, clock.now() - OVER)
    currency = await config.get(work, "currency")
    return PublishersPage(rows=rows, currency=currency, typed=typed or {}, adding=adding or not rows)


async def _found(work: Work, publisher_id: UUID) -> Publisher:
    found = await queries.publisher(work, publisher_id)
    if found is None:
        raise NotFound
    return found


async def _show(
    request: HttpRequest,
    work: Work,
    publisher_id: UUID,
    *,
    secret: str = "",
    typed: Mapping[str, Any] | None = None,
    problem: Invalid | None = None,
) -> Response[bytes]:
    found = await _found(work, publisher_id)
    keys = await queries.keys(work, publisher_id)
    context = PublisherPage(
        home=await queries.home(work, found),
        publisher=found,
        offers=await queries.offers(work, publisher_id),
        keys=keys,
        people=await queries.people_of(work, publisher_id),
        secret=secret,
        full=sum(key.revoked_at is None for key in keys) >= service.LIVE_AT_ONCE,
        typed=typed or {},
        templates=await service.templates(work),
        states=STATES,
    )
    if problem is not None:
        return await pages.refused(request, work, "publishers/show.html", context, problem, title=found.name)
    return await pages.page(request, work, "publishers/show.html", context, title=found.name)


async def _offer(work: Work, publisher_id: UUID, offer_id: UUID) -> Offer:
    found = next((one for one in await queries.offers(work, publisher_id) if one.id == offer_id), None)
    if found is None:
        raise NotFound
    return found


async def _fieldset(work: Work, base: OfferDraft) -> fields.FieldSet:
    return offer_fields(
        await fields.registry(work, "contact"), await fields.registry(work, "lead"), base.spec
    )


async def _draft(work: Work, typed: Mapping[str, Any], base: OfferDraft, currency: str) -> OfferDraft:
    return forms.offer_draft(typed, currency, await _fieldset(work, base), base)


async def _offer_page(
    work: Work,
    publisher_id: UUID,
    offer: Offer | None,
    draft: OfferDraft,
    typed: Mapping[str, Any] | None = None,
) -> OfferPage:
    publisher, known = await _found(work, publisher_id), await _fieldset(work, draft)
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
        currency=currency,
    )

"""`/admin/publishers`: who sends leads, on which terms, and what came of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import clock, config, pages
from app.core.errors import Conflict, FieldError, Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.publishers import queries, service
from app.publishers.models import Offer, OfferDraft, Publisher, PublisherKey
from app.publishers.pages.keys import as_invalid, curl_with
from app.publishers.pages.offers import BASE, STATES
from app.publishers.pages.people import invited
from app.publishers.pages.portal import days_in_address
from app.publishers.pages.sent import exchange_page, leads_page
from app.publishers.queries import Home
from app.publishers.queries.within import may_read
from themes.catalogue import say
from themes.terms import worded

SEE = {"permission": "publishers.view"}
CHANGE = {"permission": "publishers.manage"}
OVER = timedelta(days=30)


class PublishersPage(msgspec.Struct, frozen=True, kw_only=True):
    """All publishers with their figures of 30 days."""

    rows: list[Any]
    currency: str
    typed: Mapping[str, Any]
    adding: bool


class PublisherPage(msgspec.Struct, frozen=True, kw_only=True):
    """One publisher: how it goes, its offers, keys and people; `secret` is a key made just now, `curl` a post with it."""

    home: Home
    this_day: str
    publisher: Publisher
    offers: list[Offer]
    keys: list[PublisherKey]
    people: list[queries.Member]
    forms: list[queries.FormLine]
    returned: int
    secret: str
    curl: str
    full: bool
    typed: Mapping[str, Any]
    templates: list[OfferDraft]
    states: tuple[str, ...]


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
            title=worded("%(Publishers)s"),
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
                request, work, "publishers/index.html", context, problem, title=worded("%(Publishers)s")
            )
        return pages.redirect(request, f"{BASE}/{made.id}", Toast(say("Added %(name)s, in test mode.", name=made.name)))

    @get("/{publisher_id:uuid}")
    async def show(self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]) -> Response[bytes]:
        return await _show(request, work, publisher_id)

    @post("/{publisher_id:uuid}", opt=CHANGE)
    async def change(self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]) -> Response[Any]:
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
    async def change_state(self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]) -> Response[None]:
        """Test, live, paused, closed."""
        return await _put_state(request, work, publisher_id, _text(await pages.form(request), "state"))

    @post("/{publisher_id:uuid}/state/{wanted:str}", opt=CHANGE)
    async def put_state(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID], wanted: FromPath[str]
    ) -> Response[None]:
        """The same by address, for Undo."""
        return await _put_state(request, work, publisher_id, wanted)

    @post("/{publisher_id:uuid}/leads/{submission_id:uuid}/return", opt=CHANGE)
    async def return_lead(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID], submission_id: FromPath[UUID]
    ) -> Response[Any]:
        """Give a paid lead back, with a reason."""
        base, typed = f"{BASE}/{publisher_id}/leads", await pages.form(request)
        try:
            await service.return_lead(work, publisher_id, submission_id, _text(typed, "reason"))
        except (Conflict, Invalid) as problem:
            told = problem if isinstance(problem, Invalid) else Invalid([FieldError("reason", "late", problem.detail)])
            context = await exchange_page(work, publisher_id, submission_id, base, staff=True)
            return await pages.refused(
                request, work, "publishers/sent_exchange.html", context, told, title=say("Request and answer")
            )
        undo = f"{base}/{submission_id}/return/undo"
        return pages.redirect(request, f"{base}/{submission_id}", Toast(say("Returned. Nothing is paid for it."), undo))

    @post("/{publisher_id:uuid}/leads/{submission_id:uuid}/return/undo", opt=CHANGE)
    async def take_back(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID], submission_id: FromPath[UUID]
    ) -> Response[None]:
        await service.take_back(work, publisher_id, submission_id)
        return pages.redirect(
            request, f"{BASE}/{publisher_id}/leads/{submission_id}", Toast(say("It is paid for again."))
        )

    @post("/{publisher_id:uuid}/people/{person_id:uuid}/remove", opt=CHANGE)
    async def remove_person(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID], person_id: FromPath[UUID]
    ) -> Response[None]:
        person = await service.remove_person(work, publisher_id, person_id)
        told = Toast(say("%(name)s can no longer sign in.", name=person.name))
        return pages.redirect(request, f"{BASE}/{publisher_id}", told)

    @post("/{publisher_id:uuid}/keys", opt=CHANGE)
    async def make_key(self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]) -> Response[Any]:
        """The answer is the only page that ever shows the secret."""
        typed = await pages.form(request)
        try:
            _, secret = await service.make_key(work, publisher_id, _text(typed, "label"), _text(typed, "networks"))
        except (Conflict, Invalid) as problem:
            return await _show(request, work, publisher_id, typed=typed, problem=as_invalid(problem))
        return await _show(request, work, publisher_id, secret=secret)

    @post("/{publisher_id:uuid}/keys/{key_id:uuid}/revoke", opt=CHANGE)
    async def revoke_key(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID], key_id: FromPath[UUID]
    ) -> Response[None]:
        await service.revoke_key(work, publisher_id, key_id)
        return pages.redirect(
            request, f"{BASE}/{publisher_id}", Toast(say("Revoked. Requests with this key are refused."))
        )

    @post("/{publisher_id:uuid}/people", opt=CHANGE)
    async def invite(self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]) -> Response[Any]:
        """Somebody who sees this publisher's own pages."""
        typed = await pages.form(request)
        try:
            person = await invited(work, publisher_id, typed)
        except Invalid as problem:
            return await _show(request, work, publisher_id, typed=typed, problem=problem)
        return pages.redirect(request, f"{BASE}/{publisher_id}", Toast(say("Invited %(email)s.", email=person.email)))

    @get("/{publisher_id:uuid}/leads")
    async def sent(self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]) -> Response[bytes]:
        """What this publisher sent, as the publisher sees it."""
        found = await _found(work, publisher_id)
        context = await leads_page(work, found, request, f"{BASE}/{publisher_id}/leads", staff=True)
        return await pages.page(
            request,
            work,
            "publishers/sent.html",
            context,
            title=worded("%(name)s · %(Leads)s", name=found.name),
            fragment="publishers/_leads.html",
        )

    @get("/{publisher_id:uuid}/leads/{submission_id:uuid}")
    async def exchange(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID], submission_id: FromPath[UUID]
    ) -> Response[bytes]:
        if not await may_read(work, work.person, submission_id):
            raise NotFound
        context = await exchange_page(work, publisher_id, submission_id, f"{BASE}/{publisher_id}/leads", staff=True)
        return await pages.page(
            request,
            work,
            "publishers/sent_exchange.html",
            context,
            title=say("Request and answer"),
            fragment="publishers/_exchange.html",
        )


async def _put_state(request: HttpRequest, work: Work, publisher_id: UUID, state: str) -> Response[None]:
    if state not in STATES:
        raise NotFound
    before = (await _found(work, publisher_id)).state
    found = await service.change_publisher(work, publisher_id, state=state)
    said = {
        "test": say("%(name)s is in test mode.", name=found.name),
        "live": say("%(name)s is live.", name=found.name),
        "paused": say("%(name)s is paused.", name=found.name),
        "closed": say("%(name)s is closed.", name=found.name),
    }
    undo = f"{BASE}/{publisher_id}/state/{before}" if before != state else ""
    here = pages.safe_next(request.query_params.get("next"), f"{BASE}/{publisher_id}")
    return pages.redirect(request, here, Toast(said[state], undo))


def _text(typed: Mapping[str, Any], name: str) -> str:
    value = typed.get(name, "")
    return value if isinstance(value, str) else ""


def _count(typed: Any) -> int:
    try:
        return int(str(typed).replace(",", ""))
    except ValueError:
        raise Invalid([FieldError("per_minute", "invalid_format", say("Write a whole number, like 6000."))]) from None


async def _index(work: Work, typed: Mapping[str, Any] | None = None, *, adding: bool = True) -> PublishersPage:
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
    keys, home = await queries.keys(work, publisher_id), await queries.home(work, found)
    context = PublisherPage(
        home=home,
        this_day=days_in_address(home)["this_day"],
        publisher=found,
        offers=await queries.offers(work, publisher_id),
        keys=keys,
        people=await queries.people_of(work, publisher_id),
        forms=await queries.forms_of(work, publisher_id),
        returned=sum(one.returned.leads for one in await queries.totals(work, publisher_id)),
        secret=secret,
        curl=await curl_with(work, found, secret) if secret else "",
        full=sum(key.revoked_at is None for key in keys) >= service.LIVE_AT_ONCE,
        typed=typed or {},
        templates=await service.templates(work),
        states=STATES,
    )
    if problem is not None:
        return await pages.refused(request, work, "publishers/show.html", context, problem, title=found.name)
    return await pages.page(request, work, "publishers/show.html", context, title=found.name)

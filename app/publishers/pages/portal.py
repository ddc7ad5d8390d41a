"""`/publisher`: today's state, leads with their exact requests, the living spec, keys."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import pages
from app.core.errors import Conflict, FieldError, Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep, client_address
from app.core.work import Work
from app.publishers import queries, service
from app.publishers.models import Answer, Publisher, PublisherKey
from app.publishers.models.answers import CODES
from app.publishers.queries import Filters, OpenOffer
from app.publishers.queries import samples as sample_posts

USE = {"permission": "publisher.use"}
LEADS = "/publisher/leads"


class LeadsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The list: rows, how it is narrowed, and what can be chosen."""

    base: str
    publisher: Publisher
    lines: list[queries.Line]
    filters: Filters
    offers: list[tuple[str, str]]
    codes: list[str]
    query: str
    next_url: str
    first_url: str
    staff: bool


class ExchangePage(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its answer."""

    base: str
    exchange: queries.Exchange
    staff: bool


class SpecPage(msgspec.Struct, frozen=True, kw_only=True):
    """One offer's spec: the same mapping that a program gets, samples, and the answer to a try."""

    offers: list[tuple[str, str]]
    spec: Mapping[str, Any]
    curls: list[tuple[str, str]]
    answers: list[tuple[int, str, str]]
    typed: Mapping[str, Any]
    tried: Answer | None
    live_post: bool


class KeysPage(msgspec.Struct, frozen=True, kw_only=True):
    """Keys, and the secret of the one that was made just now."""

    keys: list[PublisherKey]
    secret: str
    curl: str
    full: bool


class PublisherPages(Controller):
    """A publisher's person sees this publisher's rows and nobody else's: `person.party_id`."""

    path = "/publisher"
    opt = USE

    @get("/")
    async def home(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """What is going on now."""
        context = await queries.home(work, await _own(work))
        return await pages.page(
            request, work, "publishers/home.html", context, title="Today", fragment="publishers/_home.html"
        )

    @get("/leads")
    async def leads(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """Everything that was sent, newest first."""
        context = await leads_page(work, await _own(work), request, LEADS, staff=False)
        return await pages.page(
            request, work, "publishers/leads.html", context, title="Leads", fragment="publishers/_leads.html"
        )

    @get("/leads/{submission_id:uuid}")
    async def exchange(self, request: HttpRequest, work: WorkDep, submission_id: FromPath[UUID]) -> Response[bytes]:
        """The exact request and answer of one row."""
        context = await exchange_page(work, (await _own(work)).id, submission_id, LEADS, staff=False)
        return await pages.page(
            request,
            work,
            "publishers/exchange.html",
            context,
            title="Request and answer",
            fragment="publishers/_exchange.html",
        )

    @get("/spec")
    async def spec(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """The living spec."""
        return await _spec_answer(request, work, await _own(work))

    @post("/spec")
    async def try_it(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """Post the form for real, as a test."""
        publisher, typed = await _own(work), await pages.form(request)
        typed = {name: value for name, value in typed.items() if isinstance(value, str | list) and value != ""}
        answer = await service.try_out(work, publisher.id, typed, client_address(request))
        return await _spec_answer(request, work, publisher, typed=typed, tried=answer)

    @get("/keys")
    async def keys(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """Which keys there are."""
        context = await _keys_page(work, await _own(work))
        return await pages.page(request, work, "publishers/keys.html", context, title="Keys")

    @post("/keys")
    async def make_key(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """The answer is the only page that ever shows the secret."""
        publisher, typed = await _own(work), await pages.form(request)
        try:
            _, secret = await service.make_key(work, publisher.id, str(typed.get("label", "")))
        except Conflict as problem:
            told = Invalid([FieldError("label", "not_allowed", problem.detail)])
            context = await _keys_page(work, publisher)
            return await pages.refused(request, work, "publishers/keys.html", context, told, title="Keys")
        context = await _keys_page(work, publisher, secret)
        return await pages.page(request, work, "publishers/keys.html", context, title="Keys")

    @post("/keys/{key_id:uuid}/revoke")
    async def revoke_key(self, request: HttpRequest, work: WorkDep, key_id: FromPath[UUID]) -> Response[None]:
        """From the next request on it is refused."""
        await service.revoke_key(work, (await _own(work)).id, key_id)
        return pages.redirect(
            request, "/publisher/keys", Toast("Revoked. Requests with this key are refused from now on.")
        )


async def _own(work: Work) -> Publisher:
    """The publisher that the person stands for. Raises NotFound for anybody else."""
    found = await queries.publisher(work, work.person.party_id)
    if found is None:
        raise NotFound
    return found


def read_filters(params: Mapping[str, str]) -> Filters:
    return Filters(**{name: params.get(name, "")[:255] for name in Filters.__struct_fields__})


async def leads_page(work: Work, publisher: Publisher, request: HttpRequest, base: str, *, staff: bool) -> LeadsPage:
    filters, cursor = read_filters(request.query_params), request.query_params.get("cursor", "")
    found = await queries.lines(work, publisher.id, filters, cursor=cursor)
    query = queries.query_of(filters)
    joint = "&" if query else ""
    return LeadsPage(
        base=base,
        publisher=publisher,
        lines=found.lines,
        filters=filters,
        offers=[(offer.slug, offer.name) for offer in await queries.offers(work, publisher.id)],
        codes=list(CODES),
        query=query,
        next_url=f"{base}?{query}{joint}cursor={pages.quoted(found.next_cursor)}" if found.next_cursor else "",
        first_url=f"{base}?{query}" if cursor else "",
        staff=staff,
    )


async def exchange_page(work: Work, publisher_id: UUID, submission_id: UUID, base: str, *, staff: bool) -> ExchangePage:
    found = await queries.exchange(work, publisher_id, submission_id)
    if found is None:
        raise NotFound
    return ExchangePage(base=base, exchange=found, staff=staff)


async def _spec_answer(
    request: HttpRequest,
    work: Work,
    publisher: Publisher,
    *,
    typed: Mapping[str, Any] | None = None,
    tried: Answer | None = None,
) -> Response[bytes]:
    offers = await queries.open_offers(work, publisher.id)
    shown = [offer for offer in offers if offer.state != "closed"]
    if not shown:
        return await pages.page(request, work, "publishers/no_offer.html", None, title="Spec")
    slug = (typed or request.query_params).get("offer", "")
    offer: OpenOffer = next((one for one in shown if one.slug == slug), shown[0])
    caller = await queries.caller_of(work, publisher.id)
    spec = await queries.spec_of(work, caller, offer)
    context = SpecPage(
        offers=[(one.slug, one.name) for one in shown],
        spec=spec,
        curls=sample_posts.curls(spec, several=len(shown) > 1),
        answers=sample_posts.answers(offer),
        typed=typed if typed is not None else sample_posts.form_values(spec),
        tried=tried,
        live_post=publisher.state == "live",
    )
    return await pages.page(
        request,
        work,
        "publishers/spec.html",
        context,
        title="Spec",
        fragment="publishers/_tried.html" if tried else None,
    )


async def _keys_page(work: Work, publisher: Publisher, secret: str = "") -> KeysPage:
    keys = await queries.keys(work, publisher.id)
    curl = ""
    offers = [offer for offer in await queries.open_offers(work, publisher.id) if offer.state != "closed"]
    if secret and offers:
        spec = await queries.spec_of(work, await queries.caller_of(work, publisher.id), offers[0])
        curl = sample_posts.curls(spec, several=len(offers) > 1, secret=secret)[0][1]
    live = sum(key.revoked_at is None for key in keys)
    return KeysPage(keys=keys, secret=secret, curl=curl, full=live >= service.LIVE_AT_ONCE)

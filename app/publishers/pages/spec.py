"""`/publisher/spec`: the living spec, and a form that posts for real as a test."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Controller, Response, get, post

from app.core import pages
from app.core.web import HttpRequest, WorkDep, client_address
from app.core.work import Work
from app.publishers import queries, service
from app.publishers.models import Answer, Publisher
from app.publishers.pages.portal import USE, own
from app.publishers.queries import OpenOffer
from app.publishers.queries import samples as sample_posts
from themes.catalogue import say


class SpecPage(msgspec.Struct, frozen=True, kw_only=True):
    """One offer's spec: the same mapping that a program gets, samples that work, and the answer to a try."""

    offers: list[tuple[str, str]]
    spec: Mapping[str, Any]
    curls: list[tuple[str, str]]
    answers: list[tuple[int, str, str]]
    forms: list[queries.FormLine]
    typed: Mapping[str, Any]
    tried: Answer | None
    live_post: bool


class SpecPages(Controller):
    path = "/publisher/spec"
    opt = USE

    @get("/")
    async def spec(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        return await _answer(request, work, await own(work))

    @post("/")
    async def try_it(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """Post the form for real, as a test."""
        publisher, typed = await own(work), await pages.form(request)
        typed = {name: value for name, value in typed.items() if isinstance(value, str | list) and value != ""}
        answer = await service.try_out(work, publisher.id, typed, client_address(request))
        return await _answer(request, work, publisher, typed=typed, tried=answer)


async def _answer(
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
        return await pages.page(request, work, "publishers/no_offer.html", None, title=say("Spec"))
    slug = (typed or request.query_params).get("offer", "")
    offer: OpenOffer = next((one for one in shown if one.slug == slug), shown[0])
    context = await _context(work, publisher, shown, offer, typed, tried)
    fragment = "publishers/_tried.html" if tried else None
    return await pages.page(request, work, "publishers/spec.html", context, title=say("Spec"), fragment=fragment)


async def _context(
    work: Work,
    publisher: Publisher,
    shown: list[OpenOffer],
    offer: OpenOffer,
    typed: Mapping[str, Any] | None,
    tried: Answer | None,
) -> SpecPage:
    spec = await queries.spec_of(work, await queries.caller_of(work, publisher.id), offer)
    return SpecPage(
        offers=[(one.slug, one.name) for one in shown],
        spec=spec,
        curls=sample_posts.curls(spec, several=len(shown) > 1, secret=queries.test_key(work, publisher)),
        answers=sample_posts.answers(offer),
        forms=[form for form in await queries.forms_of(work, publisher.id) if form.state == "live"],
        typed=typed if typed is not None else sample_posts.form_values(spec),
        tried=tried,
        live_post=publisher.state == "live",
    )

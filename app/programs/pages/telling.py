"""The last steps of enrolling: what is read out and accepted, the review, the start."""

import hashlib
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import drafts, pages
from app.core.errors import FieldError, Invalid
from app.core.fields import Field
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep, client_address
from app.core.work import Work
from app.programs import service
from app.programs.pages.steps import MANAGE, Step, drafted, found, key_of, steps_of, terms_of, title_of, url_of
from app.programs.queries import ProgramPage
from app.programs.service.configure import Disclosure
from app.programs.service.disclosures import spoken
from app.programs.service.enrolment import unread
from themes.catalogue import say


class ToldView(msgspec.Struct, frozen=True, kw_only=True):
    """What is read out; `ticked` are those that were accepted as they read now. `asked` is what has to be known before
    somebody is enrolled and is not, `typed` what was answered."""

    url: str
    name: str
    steps: list[Step]
    it: ProgramPage
    disclosures: list[tuple[Disclosure, str]]
    ticked: set[str]
    asked: list[Field] = []
    typed: dict[str, Any] = {}


class TellingPages(Controller):
    """`/agent/leads/{id}/program/disclosures`, `…/review` and `…/enrol`."""

    path = "/agent/leads/{lead_id:uuid}/program"
    opt = MANAGE

    @get("/disclosures")
    async def disclosures(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        it = await drafted(work, lead_id)
        return await _told(request, work, "disclosures", await _told_view(work, it, "disclosures"))

    @post("/disclosures")
    async def keep_told(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """What was accepted is remembered with its words; on to the review once that is everything."""
        it, given = await drafted(work, lead_id), await pages.form(request)
        told = await _told_view(work, it, "disclosures")
        ticks = {one.name: str(given.get(one.name) or "") for one, _ in told.disclosures}
        await drafts.keep(work, key_of(lead_id, "told"), ticks)
        after = await _told_view(work, it, "disclosures")
        if missing := _missing(after):
            return await _told(request, work, "disclosures", after, missing)
        return pages.redirect(request, f"{url_of(lead_id)}/review")

    @get("/review")
    async def review(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        context = await _told_view(work, await drafted(work, lead_id), "review")
        if _missing(context):
            return pages.redirect(request, f"{url_of(lead_id)}/disclosures")
        return await _told(request, work, "review", await _with_questions(work, context))

    @post("/enrol")
    async def enrol(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """Every disclosure is kept as it was read out, then the program starts. A second press changes nothing; what is
        not known yet is asked for here."""
        _, program = await found(work, lead_id)
        if program is not None and program.state != "draft":
            return pages.redirect(request, f"/agent/programs/{program.id}")
        it = await drafted(work, lead_id)
        told = await _told_view(work, it, "review")
        if missing := _missing(told):
            return await _told(request, work, "disclosures", await _told_view(work, it, "disclosures"), missing)
        how = say("Read out by %(name)s, %(address)s", name=work.person.name, address=client_address(request))
        for one, _ in told.disclosures:
            await service.accept_disclosure(work, it.program.id, one.name, one.words, how)
        try:
            await service.enrol(work, it.program.id, await pages.form(request))
        except Invalid as problem:
            work.abandon()
            asked = await _with_questions(work, told, await pages.form(request))
            return await _told(request, work, "review", asked, problem)
        await drafts.done(work, key_of(lead_id, "told"))
        toast = Toast(say("%(name)s is enrolled.", name=told.name))
        return pages.redirect(request, f"/agent/programs/{it.program.id}", toast)


async def _told_view(work: Work, it: ProgramPage, here: str) -> ToldView:
    """Ticks count for the words that they were set beside: another plan has to be read out again."""
    kept = await drafts.kept(work, key_of(it.program.lead_id, "told"))
    told = [spoken(one, it.program) for one in (await terms_of(work)).disclosures]
    ticked = {one.name for one in told if kept.get(one.name) == _mark(one)}
    url = url_of(it.program.lead_id)
    return ToldView(
        url=url,
        name=it.contact.name,
        steps=steps_of(url, here, ready=3 if len(ticked) == len(told) else 2),
        it=it,
        disclosures=[(one, _mark(one)) for one in told],
        ticked=ticked,
    )


async def _with_questions(work: Work, told: ToldView, typed: dict[str, Any] | None = None) -> ToldView:
    asked = list(await service.asked_for(work, told.it.program))
    return msgspec.structs.replace(told, asked=asked, typed=typed or {})


def _missing(told: ToldView) -> Invalid | None:
    left = [one for one, _ in told.disclosures if one.name not in told.ticked]
    return Invalid([FieldError(one.name, "missing", unread(one.label)) for one in left]) if left else None


async def _told(
    request: HttpRequest, work: Work, page: str, context: ToldView, problem: Invalid | None = None
) -> Response[bytes]:
    """What was ticked stays kept when something is missing."""
    template, title = f"programs/{page}.html", title_of(context.name)
    if problem is None:
        return await pages.page(request, work, template, context, title=title)
    values = msgspec.structs.asdict(context) | {"errors": problem.errors}
    return await pages.page(request, work, template, values, title=title, status=422)


def _mark(told: Disclosure) -> str:
    """Stands for the words as they were read out."""
    return hashlib.sha256(told.words.encode()).hexdigest()[:16]


HANDLERS = [TellingPages]

"""`/agent/leads/{id}/screening`: a few questions at a time, the check, the decision, the law firm."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import config, drafts, pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads.forms import as_input
from app.leads.models.fields import lost_reasons
from app.leads.queries import LeadPage, lead_page
from app.screening import forms, queries, service
from app.screening.queries import ScreenState, Standing
from app.screening.service.conflicts import ROLES
from themes.catalogue import say

EDIT = {"permission": "screening.edit"}
DECIDE = {"permission": "screening.decide"}
EMPTY_PARTIES = 3


class PanelView(msgspec.Struct, frozen=True, kw_only=True):
    """What the lead's page shows; `st` None where this business asks nothing."""

    st: Standing | None
    url: str
    may_edit: bool
    reasons: dict[str, str]


class ScreeningView(msgspec.Struct, frozen=True, kw_only=True):
    """One screen of questions beside the standing. `inputs` are values as the form's inputs have them."""

    it: LeadPage
    st: Standing
    current: ScreenState
    inputs: dict[str, Any]
    parties: list[dict[str, str]]
    roles: list[tuple[str, str]]
    reasons: dict[str, str]
    offered: list[tuple[str, str]]
    url: str
    next_screen: str
    typed: dict[str, Any]
    may_edit: bool
    may_decide: bool


class ScreeningPages(Controller):
    path = "/agent/leads/{lead_id:uuid}/screening"
    opt = {"permission": "screening.view"}

    @get("/panel")
    async def panel(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        it = await lead_page(work, work.person, lead_id)
        try:
            found = await queries.standing(work, it)
        except NotFound:
            found = None
        context = PanelView(
            st=found, url=_url(lead_id), may_edit=work.person.may("screening.edit"), reasons=await _reasons(work)
        )
        return await pages.page(
            request, work, "screening/panel.html", context, title=say("Screening"), fragment="screening/_panel.html"
        )

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        context = await _view(work, lead_id, request.query_params.get("screen", ""), {})
        return await pages.page(request, work, "screening/screen.html", context, title=_title(context))

    @post("/answers", opt=EDIT)
    async def answer(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """Save this screen, go on to the next."""
        given = await pages.form(request)
        view = await _view(work, lead_id, str(given.get("screen") or ""), given)
        if not view.current.open:
            raise NotFound
        try:
            await service.answer(work, lead_id, view.current.screen, given)
        except Invalid as problem:
            return await pages.refused(request, work, "screening/screen.html", view, problem, title=_title(view))
        await drafts.done(work, f"screening-{lead_id}-{view.current.screen.name}")
        if "stay" in given:
            return pages.redirect(request, f"{view.url}?screen={view.current.screen.name}", Toast(say("Saved.")))
        checking = view.st.setup.conflicts and view.st.conflict == "unchecked"
        onward = view.url if checking else f"/agent/leads/{lead_id}"
        if view.next_screen:
            onward = f"{view.url}?screen={view.next_screen}"
        return pages.redirect(request, onward, Toast(say("Saved.")))

    @post("/check", opt=EDIT)
    async def check(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        view = await _view(work, lead_id, "", given)
        try:
            row = await service.check(work, lead_id, forms.read_parties(given))
        except Invalid as problem:
            return await pages.refused(request, work, "screening/screen.html", view, problem, title=_title(view))
        if row.conflict == "possible":
            told = say("Somebody of that name is known to us. Somebody who may decide is told.")
            return pages.redirect(request, view.url, Toast(told))
        onward = view.st.screens[1].screen.name if len(view.st.screens) > 1 else ""
        return pages.redirect(request, f"{view.url}?screen={onward}", Toast(say("No conflict found. Go on.")))

    @post("/conflict", opt=DECIDE)
    async def decide(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """`verdict` clear or lock, each with a reason."""
        given = await pages.form(request)
        view = await _view(work, lead_id, "", given)
        why = str(given.get("why") or "")
        try:
            if given.get("verdict") == "lock":
                await service.lock(work, lead_id, why)
            else:
                await service.clear(work, lead_id, why)
        except Invalid as problem:
            return await pages.refused(request, work, "screening/screen.html", view, problem, title=_title(view))
        if given.get("verdict") == "lock" and not work.person.may("leads.sealed"):
            return pages.redirect(request, "/agent/leads", Toast(say("Locked. It is out of your reach now.")))
        return pages.redirect(request, view.url, Toast(say("Noted.")))

    @post("/decline", opt=EDIT)
    async def decline(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        view = await _view(work, lead_id, "", given)
        try:
            message = await service.decline(
                work, lead_id, str(given.get("reason") or ""), letter=bool(given.get("letter"))
            )
        except Invalid as problem:
            return await pages.refused(request, work, "screening/screen.html", view, problem, title=_title(view))
        told = say("Declined.")
        if message is not None:
            told = message.refused_why if message.state == "refused" else say("Declined; the letter is on its way.")
        return pages.redirect(request, f"/agent/leads/{lead_id}", Toast(told))

    @post("/referrals", opt=EDIT)
    async def refer(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        view = await _view(work, lead_id, "", given)
        try:
            made = await service.offer(work, lead_id, str(given.get("firm") or ""))
        except Invalid as problem:
            return await pages.refused(request, work, "screening/screen.html", view, problem, title=_title(view))
        return pages.redirect(request, view.url, Toast(say("Offered to %(firm)s.", firm=made.firm_name)))

    @post("/referrals/{referral_id:uuid}", opt=EDIT)
    async def respond(
        self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID], referral_id: FromPath[UUID]
    ) -> Response[Any]:
        """What the firm said."""
        given = await pages.form(request)
        view = await _view(work, lead_id, "", given)
        await queries.referral(work, lead_id, referral_id)
        try:
            await service.respond(
                work, lead_id, referral_id, str(given.get("state") or ""), str(given.get("why") or "")
            )
        except Invalid as problem:
            return await pages.refused(request, work, "screening/screen.html", view, problem, title=_title(view))
        return pages.redirect(request, view.url, Toast(say("Noted.")))


def _url(lead_id: UUID) -> str:
    return f"/agent/leads/{lead_id}/screening"


async def _view(work: Work, lead_id: UUID, name: str, typed: dict[str, Any]) -> ScreeningView:
    """Without a name: the first screen that is open and not done. Raises NotFound for one out of reach."""
    it = await lead_page(work, work.person, lead_id)
    found = await queries.standing(work, it)
    current = _current(found, name)
    at = found.screens.index(current)
    following = next((one.screen.name for one in found.screens[at + 1 :] if one.open and one.asked), "")
    zone, row = ZoneInfo(await config.get(work, "zone")), found.row
    held = {field.name: as_input(field, it.held.get(field.name), zone) for field in current.asked}
    kept = await drafts.kept(work, f"screening-{lead_id}-{current.screen.name}")
    blank = [{"name": "", "role": "driver"}] * EMPTY_PARTIES
    return ScreeningView(
        it=it,
        st=found,
        current=current,
        inputs={**held, **kept, **typed},
        parties=forms.read_parties(typed)
        or ((row.parties if row else []) + blank)[: max(EMPTY_PARTIES, 1 + len(row.parties if row else []))],
        roles=[(role, _role(role)) for role in ROLES],
        reasons=await _reasons(work),
        offered=[(name, label) for name, label, retired in await lost_reasons(work) if not retired],
        url=_url(lead_id),
        next_screen=following,
        typed=typed,
        may_edit=work.person.may("screening.edit"),
        may_decide=work.person.may("screening.decide"),
    )


def _current(found: Standing, name: str) -> ScreenState:
    named = next((one for one in found.screens if one.screen.name == name), None)
    if name and named is None:
        raise NotFound
    undone = (one for one in found.screens if one.open and not one.done)
    return named or next(undone, found.screens[0])


def _role(role: str) -> str:
    words = {
        "driver": say("Other driver"),
        "owner": say("Owner of the car"),
        "employer": say("Employer or company"),
        "passenger": say("Passenger"),
        "insurer": say("Insurer"),
        "other": say("Other"),
    }
    return words[role]


async def _reasons(work: Work) -> dict[str, str]:
    return {name: label for name, label, _ in await lost_reasons(work)}


def _title(view: ScreeningView) -> str:
    return f"{view.it.contact.name} · {say('Screening')}"


HANDLERS: list[Any] = [ScreeningPages]

"""One ticket: the conversation, the answer, notes, and who does it by when."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import drafts, pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.support import forms, queries, service
from app.support.models import TicketSettings
from app.support.pages.listing import EDIT, PATH, holders
from app.support.queries import TicketPage
from app.support.service import Reply
from themes.catalogue import say


class TicketView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that `support/ticket.html` shows. `answer` is what stands in the answer's field."""

    it: TicketPage
    settings: TicketSettings
    people: list[tuple[str, str]]
    channels: list[tuple[str, str]]
    answer: str
    typed: dict[str, Any]
    once: str
    url: str
    may_edit: bool


class TicketPages(Controller):
    path = f"{PATH}/{{ticket_id:uuid}}"
    opt = {"permission": "tickets.view"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep, ticket_id: FromPath[UUID]) -> Response[Any]:
        """A merged one leads to where it went."""
        onward = await queries.merged_into(work, ticket_id)
        if onward is not None:
            return pages.redirect(request, f"{PATH}/{onward}")
        context = await _view(work, ticket_id, {}, macro=request.query_params.get("macro", ""))
        return await pages.page(
            request, work, "support/ticket.html", context, title=_title(context), fragment="support/_said.html"
        )

    @post("/reply", opt=EDIT)
    async def reply(self, request: HttpRequest, work: WorkDep, ticket_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        ticket = await queries.ticket(work, work.person, ticket_id)
        wanted = Reply(
            text=str(given.get("text") or ""),
            channel=str(given.get("channel") or "portal"),
            then=str(given.get("then") or "waiting"),
            once=forms.once(given),
        )
        try:
            _, message = await service.reply(work, ticket.id, wanted)
        except Invalid as problem:
            return await _again(request, work, ticket_id, given, problem)
        if message is not None and message.state == "refused":
            return pages.redirect(request, f"{PATH}/{ticket_id}", Toast(message.refused_why))
        await drafts.done(work, f"ticket-{ticket_id}")
        words = {"solved": say("Answered and solved."), "open": say("Answered.")}
        return pages.redirect(
            request,
            f"{PATH}/{ticket_id}",
            Toast(words.get(wanted.then) or say("Answered. The clock stands until they write.")),
        )

    @post("/notes", opt=EDIT)
    async def note(self, request: HttpRequest, work: WorkDep, ticket_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        await queries.ticket(work, work.person, ticket_id)
        try:
            await service.note(work, ticket_id, str(given.get("note") or ""))
        except Invalid as problem:
            renamed = Invalid([msgspec.structs.replace(error, field="note") for error in problem.errors])
            return await _again(request, work, ticket_id, given, renamed)
        await drafts.done(work, f"ticket-note-{ticket_id}")
        return pages.redirect(request, f"{PATH}/{ticket_id}", Toast(say("Note saved.")))

    @post("/state", opt=EDIT)
    async def state(self, request: HttpRequest, work: WorkDep, ticket_id: FromPath[UUID]) -> Response[Any]:
        """Undo puts it back where it was."""
        given, ticket = await pages.form(request), await queries.ticket(work, work.person, ticket_id)
        before, label = ticket.state, (await service.settings(work)).label
        wanted = str(given.get("state") or request.query_params.get("to", ""))
        try:
            moved = await service.move(work, ticket_id, wanted)
        except Invalid as problem:
            return await _again(request, work, ticket_id, given, problem)
        undo = f"{PATH}/{ticket_id}/state?to={before if before != 'new' else 'open'}" if moved.state != before else ""
        told = say("#%(number)s: %(state)s", number=ticket.number, state=say(label(moved.state)))
        return pages.redirect(request, f"{PATH}/{ticket_id}", Toast(told, undo))

    @post("/facts", opt=EDIT)
    async def facts(self, request: HttpRequest, work: WorkDep, ticket_id: FromPath[UUID]) -> Response[Any]:
        """Assignee, priority, topic and subject in one form."""
        given = await pages.form(request)
        await queries.ticket(work, work.person, ticket_id)
        said = {name: str(given[name]) for name in ("subject", "category", "priority") if name in given}
        try:
            await service.change(work, ticket_id, **said)
            if "assignee_id" in given:
                person_id, team_id = forms.holder(given)
                await service.assign(work, ticket_id, person_id, team_id=team_id)
        except Invalid as problem:
            return await _again(request, work, ticket_id, given, problem)
        return pages.redirect(request, f"{PATH}/{ticket_id}", Toast(say("Saved.")))

    @post("/merge", opt=EDIT)
    async def merge(self, request: HttpRequest, work: WorkDep, ticket_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        await queries.ticket(work, work.person, ticket_id)
        try:
            into = forms.chosen(given, "into")
            if into is None:
                raise NotFound
            await queries.ticket(work, work.person, into)
            target = await service.merge(work, ticket_id, into)
        except Invalid as problem:
            return await _again(request, work, ticket_id, given, problem)
        return pages.redirect(
            request, f"{PATH}/{target.id}", Toast(say("Merged into #%(number)s.", number=target.number))
        )


async def _view(work: Work, ticket_id: UUID, typed: dict[str, Any], *, macro: str = "") -> TicketView:
    it = await queries.ticket_page(work, work.person, ticket_id)
    may = work.person.may("tickets.edit")
    kept = await drafts.kept(work, f"ticket-{ticket_id}") if may else {}
    words = await service.fill_macro(work, it.row.ticket, macro) if macro else ""
    return TicketView(
        it=it,
        settings=await service.settings(work),
        people=await holders(work) if may else [],
        channels=_channels(it),
        answer=words or str(typed.get("text") or kept.get("text") or ""),
        typed=typed,
        once=str(typed.get("once") or uuid4()),
        url=f"{PATH}/{ticket_id}",
        may_edit=may,
    )


def _channels(it: TicketPage) -> list[tuple[str, str]]:
    """The customer's own way first."""
    ways = [("email", say("E-mail"))] if it.contact.email else []
    ways += [("sms", say("Text"))] if it.contact.phone else []
    ways.append(("portal", say("Portal only")))
    return sorted(ways, key=lambda way: way[0] != it.row.ticket.channel)


async def _again(
    request: HttpRequest, work: Work, ticket_id: UUID, given: dict[str, Any], problem: Invalid
) -> Response[bytes]:
    work.abandon()
    context = await _view(work, ticket_id, given)
    return await pages.refused(request, work, "support/ticket.html", context, problem, title=_title(context))


def _title(view: TicketView) -> str:
    return f"#{view.it.row.ticket.number} {view.it.row.ticket.subject}"


HANDLERS: list[Any] = [TicketPages]

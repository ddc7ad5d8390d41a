"""`/admin/people`: who is here, who is invited, who is out. The console has the same pages for its own
people.
"""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from app.access import forms, queries
from app.access.models.devices import device
from app.access.models.sessions import how_in_words
from app.access.pages.account import SignInLine
from app.access.pages.credentials import first_confirm
from app.access.pages.inviting import roles_to_give
from app.access.queries.people import FACTORS, PersonLine, RoleLine
from app.access.service import accounts, leaving, people, second_factor
from app.core.errors import FieldError, Invalid
from app.core.pages import Toast, form, page, redirect, refused
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes.catalogue import later, say
from themes.formats import number
from themes.terms import worded

VIEW: dict[str, Any] = {"permission": "people.view"}
MANAGE: dict[str, Any] = {"permission": "people.manage", "support": False}
PAGE = 50
SHOWN = {"staff": later("Staff"), "publisher": later("%(Publishers)s"), "client": later("%(Clients)s")}


class PeoplePage(msgspec.Struct, frozen=True):
    """`show` is the audience listed, `tabs` the ones to choose from; `more` goes on after the last line."""

    people: list[PersonLine]
    show: str
    tabs: dict[str, str]
    q: str
    state: str
    factor: str
    more: str
    may_manage: bool


class PersonPage(msgspec.Struct, frozen=True):
    """One person: state, role, second factor, where signed in, and the history of coming in."""

    id: UUID
    name: str
    email: str
    state: str
    role: str
    role_label: str
    second_factor: bool
    second_factor_needed: bool
    sessions: int
    history: list[SignInLine]
    went: queries.HandedOver | None
    roles: list[RoleLine]
    may_manage: bool
    me: bool
    errors: list[FieldError] = []


class LeavePage(msgspec.Struct, frozen=True):
    """What somebody has in hand, and who may take it; `chosen` by name of field."""

    id: UUID
    name: str
    state: str
    held: list[leaving.Holding]
    takers: list[tuple[str, str]]
    chosen: dict[str, str]
    errors: list[FieldError] = []


@get("/admin/people", opt=VIEW)
async def show_people(
    request: HttpRequest,
    work: WorkDep,
    show: FromQuery[str] = "",
    q: FromQuery[str] = "",
    in_state: Annotated[str, QueryParameter(name="state")] = "",
    factor: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[Any]:
    tabs = _tabs(work)
    show = show if show in tabs else next(iter(tabs))
    rows = await queries.people(
        work, work.person, audience=show, text=q.strip(), state=in_state, factor=factor, after=after, limit=PAGE
    )
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    context = PeoplePage(
        rows[:PAGE],
        show,
        tabs,
        q,
        in_state,
        factor if factor in FACTORS else "",
        f"{last.name.lower()}|{last.id}" if last else "",
        work.person.may("people.manage"),
    )
    return await page(request, work, "access/people.html", context, title=say("People"), fragment="access/_people.html")


def _tabs(work: Work) -> dict[str, str]:
    if work.person.audience == "console":
        return {"console": say("People")}
    return {name: worded(label) for name, label in SHOWN.items()}


@get("/admin/people/{person_id:uuid}", opt=VIEW)
async def show_person(request: HttpRequest, work: WorkDep, person_id: FromPath[UUID]) -> Response[Any]:
    context = await _person(work, person_id)
    return await page(request, work, "access/person.html", context, title=context.name)


@post("/admin/people/{person_id:uuid}/role", opt=MANAGE)
async def change_role(request: HttpRequest, work: WorkDep, person_id: FromPath[UUID]) -> Response[Any]:
    name = forms.text(await form(request), "role")
    try:
        person = await people.change_role(work, person_id, name)
    except Invalid as problem:
        context = await _person(work, person_id)
        return await refused(request, work, "access/person.html", context, problem, title=context.name)
    return redirect(
        request,
        f"/admin/people/{person_id}",
        Toast(say("%(person)s has the new role from now on.", person=person.name)),
    )


@get("/admin/people/{person_id:uuid}/leave", opt=MANAGE)
async def show_leaving(request: HttpRequest, work: WorkDep, person_id: FromPath[UUID]) -> Response[Any]:
    context = await _leaving(work, person_id, {})
    return await page(request, work, "access/leave.html", context, title=say("%(name)s leaves", name=context.name))


@post("/admin/people/{person_id:uuid}/deactivate", opt=MANAGE)
async def deactivate(request: HttpRequest, work: WorkDep, person_id: FromPath[UUID]) -> Response[Any]:
    fields = await form(request)
    try:
        person, given = await leaving.leave(work, person_id, {name: forms.text(fields, name) for name in fields})
    except Invalid as problem:
        context = await _leaving(work, person_id, fields)
        title = say("%(name)s leaves", name=context.name)
        return await refused(request, work, "access/leave.html", context, problem, title=title)
    undo = "" if given.all else f"/admin/people/{person_id}/reactivate"
    return redirect(request, f"/admin/people/{person_id}", Toast(_gone(person.name, given), undo))


def _gone(name: str, given: leaving.Given) -> str:
    said = say("%(name)s is out and signed out everywhere.", name=name)
    if not given.all:
        return said
    more = (
        say("Handed over: %(count)s.", count=number(given.all))
        if given.now == given.all
        else say("%(count)s go over, the last of them in a minute.", count=number(given.all))
    )
    return f"{said} {more}"


async def _leaving(work: Work, person_id: UUID, typed: dict[str, Any]) -> LeavePage:
    row = (await queries.person_of(work, work.person, person_id)).PersonRow
    held = await leaving.holdings(work, person_id)
    chosen = {one.field: forms.text(typed, one.field) for one in held}
    takers = [(str(taker), name) for taker, name in (await leaving.takers(work, person_id)).items()]
    return LeavePage(row.id, row.name, row.state, held, takers, chosen)


@post("/admin/people/{person_id:uuid}/reactivate", opt=MANAGE)
async def reactivate(request: HttpRequest, work: WorkDep, person_id: FromPath[UUID]) -> Response[Any]:
    person = await people.reactivate(work, person_id)
    return redirect(
        request, f"/admin/people/{person_id}", Toast(say("%(person)s may come in again.", person=person.name))
    )


@post("/admin/people/{person_id:uuid}/second-factor/reset", opt=MANAGE)
async def reset_second_factor(request: HttpRequest, work: WorkDep, person_id: FromPath[UUID]) -> Response[Any]:
    """Only by somebody who has just proved who they are; the person is told by mail."""
    if (first := first_confirm(request, f"/admin/people/{person_id}")) is not None:
        return first
    person = await second_factor.reset(work, person_id)
    return redirect(
        request,
        f"/admin/people/{person_id}",
        Toast(say("%(person)s can set up a new second factor.", person=person.name)),
    )


@post("/admin/people/{person_id:uuid}/sessions/end", opt=MANAGE)
async def end_sessions(request: HttpRequest, work: WorkDep, person_id: FromPath[UUID]) -> Response[Any]:
    person, _ = await people.locked(work, person_id)
    keep = work.person.session_id if person.id == work.person.id else None
    ended = await accounts.end_other_sessions(work, person.id, keep)
    return redirect(request, f"/admin/people/{person_id}", Toast(say("Signed out: %(ended)s.", ended=ended)))


async def _person(work: Work, person_id: UUID) -> PersonPage:
    found = await queries.person_of(work, work.person, person_id)
    row, role = found.PersonRow, found.Role
    return PersonPage(
        id=row.id,
        name=row.name,
        email=row.email,
        state=row.state,
        role=role.name,
        role_label=role.label,
        second_factor=row.totp_confirmed_at is not None,
        second_factor_needed=role.require_totp,
        sessions=len(await queries.sessions(work, row.id)),
        history=[
            SignInLine(
                one.id,
                one.at,
                one.outcome == "entered",
                how_in_words(one.how),
                device(one.agent),
                one.address,
            )
            for one in await queries.history(work, row.id)
        ],
        went=await queries.handed_over(work, row.id) if row.state == "deactivated" else None,
        roles=await roles_to_give(work) if row.party_id == work.person.party_id else [],  # a party decides on its own
        may_manage=work.person.may("people.manage"),
        me=row.id == work.person.id,
    )


HANDLERS: list[Any] = [
    show_people,
    show_person,
    change_role,
    show_leaving,
    deactivate,
    reactivate,
    reset_second_factor,
    end_sessions,
]

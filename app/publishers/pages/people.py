"""`/publisher/people`: colleagues of a publisher, invited and removed by its owners."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import pages
from app.core.errors import Conflict, FieldError, Invalid
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.publishers import queries, service
from app.publishers.models import Publisher
from app.publishers.pages.portal import MANAGE, USE, own
from themes.catalogue import say

PEOPLE = "/publisher/people"


class PeoplePage(msgspec.Struct, frozen=True, kw_only=True):
    publisher: Publisher
    people: list[queries.Member]
    typed: Mapping[str, Any]


class PeoplePages(Controller):
    path = PEOPLE
    opt = USE

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        return await _show(request, work, await own(work))

    @post("/", opt=MANAGE)
    async def invite(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        publisher, typed = await own(work), await pages.form(request)
        try:
            person = await invited(work, publisher.id, typed)
        except Invalid as problem:
            return await _show(request, work, publisher, typed=typed, problem=problem)
        return pages.redirect(request, PEOPLE, Toast(say("Invited %(email)s.", email=person.email)))

    @post("/{person_id:uuid}/role", opt=MANAGE)
    async def change_role(self, request: HttpRequest, work: WorkDep, person_id: FromPath[UUID]) -> Response[Any]:
        publisher, typed = await own(work), await pages.form(request)
        try:
            person = await service.change_role(work, publisher.id, person_id, str(typed.get("role", "")))
        except (Conflict, Invalid) as problem:
            return await _show(request, work, publisher, problem=_told(problem))
        return pages.redirect(request, PEOPLE, Toast(say("Changed what %(name)s may do.", name=person.name)))

    @post("/{person_id:uuid}/remove", opt=MANAGE)
    async def remove(self, request: HttpRequest, work: WorkDep, person_id: FromPath[UUID]) -> Response[Any]:
        publisher = await own(work)
        try:
            person = await service.remove_person(work, publisher.id, person_id)
        except Conflict as problem:
            return await _show(request, work, publisher, problem=_told(problem))
        return pages.redirect(request, PEOPLE, Toast(say("%(name)s can no longer sign in.", name=person.name)))


async def invited(work: Work, publisher_id: UUID, typed: Mapping[str, Any]) -> Any:
    """The person of an invitation's form; faults are named after its inputs. Raises Invalid."""
    given = {name: str(typed.get(f"person_{name}", "")) for name in ("name", "email")}
    try:
        return await service.invite_person(work, publisher_id, **given, role=str(typed.get("role") or service.ROLES[0]))
    except Invalid as problem:
        raise Invalid([FieldError(f"person_{one.field}", one.code, one.message) for one in problem.errors]) from None


def _told(problem: Conflict | Invalid) -> Invalid:
    return problem if isinstance(problem, Invalid) else Invalid([FieldError("", "not_allowed", problem.detail)])


async def _show(
    request: HttpRequest,
    work: Work,
    publisher: Publisher,
    *,
    typed: Mapping[str, Any] | None = None,
    problem: Invalid | None = None,
) -> Response[bytes]:
    context = PeoplePage(publisher=publisher, people=await queries.people_of(work, publisher.id), typed=typed or {})
    if problem is not None:
        return await pages.refused(request, work, "publishers/people.html", context, problem, title=say("People"))
    return await pages.page(request, work, "publishers/people.html", context, title=say("People"))

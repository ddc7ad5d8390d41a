"""Teams, hours, skills and caps for whoever leads them."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import clock, pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.team import forms, queries, service
from app.team.models import DAYS, Team
from app.team.queries import MemberView
from themes.catalogue import say

TEAM = "/admin/team"
MANAGE = {"permission": "team.manage"}
# Zones that a US business has people in; another one is kept when it is set already.
ZONES = (
    *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"),
    *("America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico"),
)


class TeamLine(msgspec.Struct, frozen=True):
    """A member with whether they are at work by their hours just now."""

    member: MemberView
    at_work: bool


class TeamPage(msgspec.Struct, frozen=True, kw_only=True):
    lines: list[TeamLine]
    teams: list[tuple[Team, int]]
    typed: dict[str, Any]


class MemberPage(msgspec.Struct, frozen=True, kw_only=True):
    """One member to change; `days` has what stands in the inputs of each day."""

    member: MemberView
    teams: list[tuple[UUID, str]]
    zones: list[str]
    days: list[tuple[str, str]]
    typed: dict[str, Any]


class TeamPages(Controller):
    path = TEAM
    opt = {"permission": "team.view"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = await _team(work, {})
        return await pages.page(
            request, work, "team/team.html", context, title=say("Team"), fragment="team/_members.html"
        )

    @post("/teams", opt=MANAGE)
    async def add_team(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        try:
            team = await service.create_team(work, str(given.get("name", "")))
        except Invalid as problem:
            return await pages.refused(
                request, work, "team/team.html", await _team(work, given), problem, title=say("Team")
            )
        return pages.redirect(request, TEAM, Toast(say("%(team)s made.", team=team.name)))

    @post("/teams/{team_id:uuid}", opt=MANAGE)
    async def rename_team(self, request: HttpRequest, work: WorkDep, team_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        try:
            team = await service.rename_team(work, team_id, str(given.get("name", "")))
        except Invalid as problem:
            context = await _team(work, {**given, "team": str(team_id)})
            return await pages.refused(request, work, "team/team.html", context, problem, title=say("Team"))
        return pages.redirect(request, TEAM, Toast(say("Renamed to %(team)s.", team=team.name)))

    @get("/{person_id:uuid}", opt=MANAGE)
    async def edit(self, request: HttpRequest, work: WorkDep, person_id: FromPath[UUID]) -> Response[bytes]:
        context = await _member(work, person_id, {})
        return await pages.page(
            request, work, "team/member.html", context, title=say("%(name)s · Team", name=context.member.name)
        )

    @post("/{person_id:uuid}", opt=MANAGE)
    async def change(self, request: HttpRequest, work: WorkDep, person_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        try:
            await service.change_member(work, person_id, forms.read_member(given))
        except Invalid as problem:
            context = await _member(work, person_id, given)
            title = say("%(name)s · Team", name=context.member.name)
            return await pages.refused(request, work, "team/member.html", context, problem, title=title)
        return pages.redirect(request, TEAM, Toast(say("Saved.")))


async def _team(work: Work, typed: dict[str, Any]) -> TeamPage:
    now = clock.now()
    lines = [TeamLine(member, member.at_work(now)) for member in await queries.members(work)]
    return TeamPage(lines=lines, teams=await queries.teams(work), typed=typed)


async def _member(work: Work, person_id: UUID, typed: dict[str, Any]) -> MemberPage:
    member = await queries.member(work, person_id)
    if member is None:
        raise NotFound
    held = {
        "team_id": member.team_id or "",
        "own_hours": "1" if member.own_hours else "",
        "zone": member.zone,
        "skills": ", ".join(member.skills),
        "languages": ", ".join(member.languages),
        "territories": ", ".join(member.territories),
        "cap": "" if member.cap is None else member.cap,
        "weight": member.weight,
    }
    for day in DAYS:
        held[day] = forms.hours_text(member.hours.get(day, []))
    shown = {**held, **typed}
    return MemberPage(
        member=member,
        teams=[(team.id, team.name) for team, _ in await queries.teams(work)],
        zones=sorted({*ZONES, member.zone}),
        days=[(day, shown[day]) for day in DAYS],
        typed=shown,
    )


HANDLERS: list[Any] = [TeamPages]

"""`/agent/numbers`: how I do, and how my team does; `/admin/numbers/{figure}`: the rows behind a figure."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from app.analytics import queries
from app.analytics.forms import read_scope
from app.analytics.models import Scope
from app.analytics.pages.periods import Periods, periods, same_days
from app.analytics.queries import FIGURES, Figure, Numbers, Own, Screen
from app.calls import queries as calls
from app.core import pages
from app.core.errors import Invalid, NotFound
from app.core.web import HttpRequest, WorkDep
from themes.catalogue import say
from themes.terms import worded

MINE = "/agent/numbers"
BEHIND = "/admin/numbers"


class NumbersPage(msgspec.Struct, frozen=True, kw_only=True):
    own: Own
    calls: calls.Numbers
    calls_url: str
    team: list[Numbers]
    won: str
    periods: Periods


class BehindPage(msgspec.Struct, frozen=True, kw_only=True):
    figure: Figure
    how: str
    screen: Screen
    total: float | None
    periods: Periods
    next_url: str


@get(MINE, opt={"permission": "leads.claim"})
async def mine(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    asked = await periods(work, MINE, request.query_params, usual="7d")
    context = NumbersPage(
        own=await queries.own(work, work.person, asked.period),
        calls=await calls.numbers(work, work.person.id, asked.period.since, asked.period.until),
        calls_url=f"/agent/calls?{urlencode({'placed': 1, 'from': asked.period.first, 'to': asked.period.last})}",
        team=await queries.team(work, work.person, asked.period),
        won=(await queries.view(work, work.person, Scope())).won,
        periods=asked,
    )
    return await pages.page(request, work, "analytics/numbers.html", context, title=say("My numbers"))


@get(f"{BEHIND}/{{name:str}}", opt={"permission": "leads.view"})
async def behind(request: HttpRequest, work: WorkDep, name: FromPath[str]) -> Response[bytes]:
    """Money is shown to those who may see invoices. What cannot be read in the address is not found."""
    figure, given = FIGURES.get(name), request.query_params
    slot = _slot(given)
    if (
        figure is None
        or (slot is None) == (figure.name == "leads")
        or (figure.name == "revenue" and not work.person.may("billing.view"))
    ):
        raise NotFound
    try:
        scope = read_scope(given)
    except Invalid:
        raise NotFound from None
    kept = {**scope.given(), **({"weekday": str(slot[0]), "hour": str(slot[1])} if slot else {})}
    asked = await periods(work, f"{BEHIND}/{name}", given, keep=kept)
    figure = queries.in_slot(figure, asked.period.zone, *slot) if slot else figure
    seen = await queries.view(work, work.person, scope)
    screen = await queries.behind(work, figure, seen, asked.period, given.get("cursor", ""))
    after = urlencode({**kept, **same_days(asked.period), "cursor": screen.cursor})
    context = BehindPage(
        figure=figure, how=worded(figure.how), screen=screen, total=await queries.total(work, figure, seen, asked.period), periods=asked,
        next_url=f"{BEHIND}/{name}?{after}" if screen.cursor else "",
    )  # fmt: skip
    label = queries.figure_label(figure, seen)
    title = say("%(label)s, %(when)s", label=label, when=queries.slot_label(*slot)) if slot else label
    return await pages.page(request, work, "analytics/behind.html", context, title=title)


def _slot(given: Mapping[str, str]) -> tuple[int, int] | None:
    """Weekday and hour of a chart's cell, where the address names them."""
    weekday, hour = given.get("weekday", ""), given.get("hour", "")
    if not (weekday.isascii() and weekday.isdigit() and hour.isascii() and hour.isdigit() and len(weekday + hour) < 4):
        return None
    return (int(weekday), int(hour)) if 1 <= int(weekday) <= 7 and int(hour) < 24 else None


HANDLERS: list[Any] = [mine, behind]

"""On the page of the sender: how marketing mail stands, and how many texts may leave in an hour."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get, post

from app.core import clock, config, pages
from app.core.errors import FieldError, Invalid
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.messages.service import health, pace
from app.messages.service.health import Figures
from app.messages.service.pace import Pace
from themes.catalogue import say

HOME = "/admin/sender"
MANAGE: dict[str, Any] = {"permission": health.MANAGE}


class HealthPage(msgspec.Struct, frozen=True, kw_only=True):
    """`paused`: why no marketing mail leaves, "" when it does. `typed` is what stands in the form of the pace."""

    figures: Figures
    paused: str
    least: int
    most_bounced: float
    most_complained: float
    paces: list[Pace]
    limits: Pace
    typed: dict[str, Any]


@get(f"{HOME}/health", opt=MANAGE)
async def show(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    context = await _context(work, {})
    return await pages.page(
        request, work, "messages/health.html", context, title=say("Sender"), fragment="messages/_health.html"
    )


@post(f"{HOME}/resume", opt=MANAGE)
async def resume(request: HttpRequest, work: WorkDep) -> Response[Any]:
    await health.resume(work)
    return pages.redirect(request, HOME, Toast(say("Marketing mail leaves again.")))


@post(f"{HOME}/pace", opt=MANAGE)
async def put_pace(request: HttpRequest, work: WorkDep) -> Response[Any]:
    given = await pages.form(request)
    try:
        await pace.put_pace(work, _day(given), *(_number(given, name) for name in ("block", "hour")))
    except Invalid as problem:
        context = await _context(work, given)
        return await pages.refused(request, work, "messages/health.html", context, problem, title=say("Sender"))
    return pages.redirect(request, HOME, Toast(say("Saved.")))


async def _context(work: Work, given: dict[str, Any]) -> HealthPage:
    now = await pace.pace_now(work)
    today = clock.now().astimezone(ZoneInfo(await config.get(work, "zone"))).date()
    return HealthPage(
        figures=await health.figures(work),
        paused=await health.why_not(work),
        least=health.LEAST_SENT,
        most_bounced=health.MOST_BOUNCED,
        most_complained=health.MOST_COMPLAINED,
        paces=await pace.paces(work),
        limits=now,
        typed={"since": today.isoformat(), "block": now.block, "hour": now.hour, **given},
    )


def _day(given: dict[str, Any]) -> date:
    try:
        return date.fromisoformat(str(given.get("since", "")))
    except ValueError:
        raise Invalid([FieldError("since", "invalid_format", say("Choose a day."))]) from None


def _number(given: dict[str, Any], name: str) -> int:
    text = str(given.get(name, "")).replace(",", "")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Invalid([FieldError(name, "invalid_format", say("Enter a whole number."))])
    return int(text)


HANDLERS = [show, resume, put_pace]

"""A form that was sent after the session had ended: kept for its writer, sealed, and sent by them after signing in.

Only a form that truly came from a page of that session is kept: its token must fit the cookie, the session's row must
still stand (ended ones do for a week), and the browser must not say that another site sent it.
"""

import base64
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.access import queries
from app.core import drafts
from app.core.errors import Invalid, NotFound
from app.core.pages import NO_STORE, page, redirect
from app.core.runtime import runtime
from app.core.web import SIGNED_IN, HttpRequest, WorkDep, is_htmx, wants_json
from app.core.work import Work, unit
from themes.catalogue import say

SECRETS = frozenset({"password", "given", "code", "secret"})  # forms with such fields are typed again
OPEN: dict[str, Any] = {"permission": SIGNED_IN}
PATH = "/resume"
LONGEST_SHOWN, SHORTEST_SHOWN = 2_000, 2


class Kept(msgspec.Struct, frozen=True):
    """Where the form went, and its fields in their order."""

    action: str
    fields: list[tuple[str, str]]


class ResumePage(msgspec.Struct, frozen=True):
    """`shown` is what a person would recognise: texts that no machine made. `fields` go along as they were."""

    key: str
    shown: list[str]
    fields: list[tuple[str, str]]


async def keep(work: Work, request: HttpRequest, token: str, fits: Callable[[str], bool]) -> str:
    """Where to go on after signing in, so that what was typed is there; "" when there is nothing to keep.

    `fits` says whether a form token belongs to the cookie. In a transaction of its own: this request's is rolled back.
    """
    if request.method != "POST" or is_htmx(request) or wants_json(request) or not token:
        return ""
    posted = list((await request.form()).items())
    fields = [(name, value) for name, value in posted if name != "_csrf" and isinstance(value, str)]
    given = next((str(value) for name, value in posted if name == "_csrf"), "")
    person_id = await queries.person_behind(work, token) if fits(given) else None
    if person_id is None or not fields or SECRETS & {name for name, _ in fields}:
        return ""
    key = uuid4().hex
    try:
        async with unit(tenant=work.tenant) as own:
            await drafts.keep_for(own, person_id, _name(key), await _sealed(own, person_id, request, fields))
    except Invalid:
        return ""
    return f"{PATH}/{key}"


def _name(key: str) -> str:
    return f"resume-{key}"


async def _sealed(work: Work, person_id: UUID, request: HttpRequest, fields: list[tuple[str, str]]) -> dict[str, Any]:
    box, kept = await runtime().box(work.tenant), Kept(request.scope["path"], fields)
    sealed = box.seal(msgspec.json.encode(kept).decode(), table="drafts", column="body", row=person_id)
    return {"sealed": base64.b64encode(sealed).decode()}


async def _opened(work: Work, key: str) -> Kept:
    body = await drafts.kept(work, _name(key))
    if not body:
        raise NotFound
    box, sealed = await runtime().box(work.tenant), base64.b64decode(body["sealed"])
    return msgspec.json.decode(box.open(sealed, table="drafts", column="body", row=work.person.id), type=Kept)


@get(f"{PATH}/{{key:str}}", opt=OPEN)
async def show_kept(request: HttpRequest, work: WorkDep, key: FromPath[str]) -> Response[Any]:
    """What was typed, to be sent with one press."""
    kept = await _opened(work, key)
    texts = [value for name, value in kept.fields if name not in ("next", "key", "seen", "once")]
    shown = [text[:LONGEST_SHOWN] for text in texts if len(text) > SHORTEST_SHOWN]
    title = say("Your text is still here")
    return await page(request, work, "access/resume.html", ResumePage(key, shown, kept.fields), title=title)


@post(f"{PATH}/{{key:str}}", opt=OPEN)
async def send_kept(request: HttpRequest, work: WorkDep, key: FromPath[str]) -> Response[Any]:
    """The browser sends the same fields on to where they were going, now with a form token that counts."""
    kept = await _opened(work, key)
    await drafts.done(work, _name(key))
    return Response(None, status_code=307, headers={"Location": kept.action, **NO_STORE})


@post(f"{PATH}/{{key:str}}/drop", opt=OPEN)
async def drop_kept(request: HttpRequest, work: WorkDep, key: FromPath[str]) -> Response[Any]:
    await _opened(work, key)
    await drafts.done(work, _name(key))
    return redirect(request, work.person.home)


@get("/alive", opt=OPEN)
async def alive(work: WorkDep) -> Response[None]:
    """204 while somebody is signed in here; a page asks before it sends a form that lay open for long."""
    return Response(None, status_code=204, headers=NO_STORE)


HANDLERS: list[Any] = [alive, show_kept, send_kept, drop_kept]

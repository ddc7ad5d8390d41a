"""`/account`: everybody's own page, whatever surface they work on."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from app.access import forms, queries
from app.access.models import PersonRow, SignIn
from app.access.models.devices import device
from app.access.models.sessions import how_in_words
from app.access.pages.session import account_at, session_at
from app.access.pages.steps import MODE_SECONDS
from app.access.service import accounts
from app.core.errors import FieldError, Invalid
from app.core.pages import Toast, form, page, redirect, refused
from app.core.runtime import runtime
from app.core.web import SIGNED_IN, HttpRequest, WorkDep
from app.core.work import Work
from themes.catalogue import later, say

OPEN: dict[str, Any] = {"permission": SIGNED_IN}
OWN: dict[str, Any] = {"permission": SIGNED_IN, "support": False}
TITLE = later("Your account")
HISTORY = 10


class SessionLine(msgspec.Struct, frozen=True):
    """One browser that is signed in."""

    id: UUID
    device: str
    address: str
    how: str
    since: Any
    last_seen: Any
    here: bool


class SignInLine(msgspec.Struct, frozen=True):
    """One line of the sign-in history."""

    id: UUID
    at: Any
    entered: bool
    how: str
    device: str
    address: str


class AccountPage(msgspec.Struct, frozen=True):
    """The whole page: profile, wishes, how one signs in, where one is signed in, and when one was."""

    name: str
    email: str
    role_label: str
    zone_wish: str
    locale_wish: str
    mode: str
    density: str
    keys: bool
    zones: list[str]
    locales: dict[str, str]
    has_password: bool
    second_factor: bool
    codes_left: int
    sessions: list[SessionLine]
    history: list[SignInLine]
    errors: list[FieldError] = []


class HistoryPage(msgspec.Struct, frozen=True):
    """Older sign-ins; `more` is the id to go on from, if there are others."""

    history: list[SignInLine]
    more: UUID | None


@get("/account", opt=OPEN)
async def show_account(request: HttpRequest, work: WorkDep) -> Response[Any]:
    return await page(request, work, "access/account.html", await _account(request, work), title=say(TITLE))


@post("/account/profile", opt=OWN)
async def save_profile(request: HttpRequest, work: WorkDep) -> Response[Any]:
    fields = await form(request)
    try:
        name = forms.person_name(fields)
    except Invalid as problem:
        shown = msgspec.structs.replace(await _account(request, work), name=forms.text(fields, "name"))
        return await refused(request, work, "access/account.html", shown, problem, title=say(TITLE))
    await accounts.rename(work, work.person.id, name)
    return redirect(request, "/account", Toast(say("Name saved.")))


@post("/account/preferences", opt=OWN)
async def save_preferences(request: HttpRequest, work: WorkDep) -> Response[Any]:
    try:
        wishes = forms.preferences(await form(request))
    except Invalid as problem:
        return await refused(
            request, work, "access/account.html", await _account(request, work), problem, title=say(TITLE)
        )
    await accounts.set_preferences(work, work.person.id, **msgspec.structs.asdict(wishes))
    response = redirect(request, "/account", Toast(say("Preferences saved.")))
    secure = runtime().settings.secure
    response.set_cookie(key="mode", value=wishes.mode, max_age=MODE_SECONDS, samesite="lax", secure=secure)
    return response


@post("/account/sessions/{session_id:uuid}/end", opt=OWN)
async def end_session(request: HttpRequest, work: WorkDep, session_id: FromPath[UUID]) -> Response[Any]:
    ended = await accounts.end_session(work, work.person.id, session_id)
    return redirect(
        request, "/account", Toast(say("That browser is signed out.") if ended else say("It was signed out already."))
    )


@post("/account/sessions/end-others", opt=OWN)
async def end_other_sessions(request: HttpRequest, work: WorkDep) -> Response[Any]:
    ended = await accounts.end_other_sessions(work, work.person.id, work.person.session_id)
    return redirect(
        request,
        "/account",
        Toast(say("Signed out elsewhere: %(count)s.", count=ended) if ended else say("You are signed in only here.")),
    )


@get("/account/history", opt=OPEN)
async def show_history(request: HttpRequest, work: WorkDep, before: FromQuery[UUID | None] = None) -> Response[Any]:
    rows = await queries.history(work, work.person.id, before=before, limit=51)
    context = HistoryPage([_line(row) for row in rows[:50]], rows[49].id if len(rows) > 50 else None)
    return await page(request, work, "access/history.html", context, title=say("Sign-in history"))


async def _account(request: HttpRequest, work: Work) -> AccountPage:
    row, here = account_at(request), session_at(request)
    wishes, person = row.preferences or {}, work.person
    lines = [
        SessionLine(
            one.id,
            device(one.agent),
            one.address,
            how_in_words(one.how),
            one.created_at,
            one.last_seen,
            here is not None and one.id == here.id,
        )
        for one in await queries.sessions(work, row.id)
    ]
    return AccountPage(
        name=row.name,
        email=row.email,
        role_label=person.role_label,
        zone_wish=wishes.get("zone", ""),
        locale_wish=wishes.get("locale", ""),
        mode=person.mode,
        density=person.density,
        keys=person.keys,
        zones=forms.zones(),
        locales=forms.LOCALES,
        has_password=row.password_hash is not None,
        second_factor=_has_second_factor(row),
        codes_left=await queries.recovery_codes_left(work, row.id),
        sessions=lines,
        history=[_line(one) for one in await queries.history(work, row.id, limit=HISTORY)],
    )


def _has_second_factor(row: PersonRow) -> bool:
    return row.totp_confirmed_at is not None


def _line(row: SignIn) -> SignInLine:
    return SignInLine(row.id, row.at, row.outcome == "entered", how_in_words(row.how), device(row.agent), row.address)


HANDLERS: list[Any] = [
    show_account,
    save_profile,
    save_preferences,
    end_session,
    end_other_sessions,
    show_history,
]

"""Password and second factor of the person who is signed in; each change wants a fresh proof of who sits
there.
"""

import re
from typing import Any

import msgspec
from litestar import Response, get, post

from app.access import forms, queries
from app.access.pages.account import OWN
from app.access.pages.session import account_at, session_at
from app.access.pages.signing_in import CodesPage, qr
from app.access.pages.steps import Onward, closed_errors, closed_page, raw
from app.access.service import accounts, second_factor, signin
from app.access.service.signin import Closed
from app.core.errors import Conflict, FieldError, Invalid
from app.core.pages import Toast, form, page, quoted, redirect, refused, safe_next
from app.core.web import HttpRequest, WorkDep
from themes.catalogue import say

RECOVERY_CODE = re.compile(r"[a-z0-9]{5}-[a-z0-9]{5}")


class ConfirmPage(msgspec.Struct, frozen=True):
    """`way`: `password`, `totp` or `mail`; `next` is the page that asked."""

    way: str
    email: str
    next: str
    errors: list[FieldError] = []


class PasswordPage(msgspec.Struct, frozen=True):
    """`has_password` is false for somebody who came by mailed link so far."""

    has_password: bool
    errors: list[FieldError] = []


class SecondFactorPage(msgspec.Struct, frozen=True):
    """On: since when, codes left, whether the role demands it. Off: the QR code and the secret in letters."""

    on: bool
    since: Any
    codes_left: int
    needed: bool
    qr: str = ""
    secret: str = ""
    errors: list[FieldError] = []


def first_confirm(request: HttpRequest, url: str) -> Response[Any] | None:
    """To the page that asks who sits here, unless that was proved within the last minutes: then None."""
    session = session_at(request)
    if session is not None and accounts.recently_confirmed(session):
        return None
    return redirect(request, f"/account/confirm?next={quoted(url)}")


@get("/account/confirm", opt=OWN)
async def show_confirm(request: HttpRequest, work: WorkDep, onward: Onward = "") -> Response[Any]:
    context = ConfirmPage(
        accounts.way_to_confirm(account_at(request)), work.person.email, safe_next(onward, "/account")
    )
    return await page(request, work, "access/confirm.html", context, title=say("Confirm it's you"))


@post("/account/confirm", opt=OWN)
async def confirm(request: HttpRequest, work: WorkDep) -> Response[Any]:
    session, onward = session_at(request), safe_next(forms.text(await form(request), "next"), "/account")
    assert session is not None
    outcome = await accounts.confirm(work, session, await raw(request, "given"))
    if isinstance(outcome, Closed):
        way = accounts.way_to_confirm(account_at(request))
        context = ConfirmPage(way, work.person.email, onward, closed_errors(outcome))
        return await closed_page(request, work, "access/confirm.html", context, outcome, title=say("Confirm it's you"))
    return redirect(request, onward)


@post("/account/confirm/mail", opt=OWN)
async def mail_code(request: HttpRequest, work: WorkDep) -> Response[Any]:
    """For people without password or authenticator: a code to the mailbox."""
    session, onward = session_at(request), safe_next(forms.text(await form(request), "next"), "/account")
    assert session is not None
    outcome = await signin.send_code_again(work, account_at(request), session.id)
    if outcome is not None:
        context = ConfirmPage("mail", work.person.email, onward, closed_errors(outcome))
        return await closed_page(request, work, "access/confirm.html", context, outcome, title=say("Confirm it's you"))
    return redirect(request, f"/account/confirm?next={quoted(onward)}", Toast(say("A code is on its way.")))


@get("/account/password", opt=OWN)
async def show_password(request: HttpRequest, work: WorkDep) -> Response[Any]:
    first = first_confirm(request, "/account/password")
    if first is not None:
        return first
    context = PasswordPage(account_at(request).password_hash is not None)
    return await page(request, work, "access/password.html", context, title=say("Change your password"))


@post("/account/password", opt=OWN)
async def change_password(request: HttpRequest, work: WorkDep) -> Response[Any]:
    first = first_confirm(request, "/account/password")
    if first is not None:
        return first
    person = work.person
    try:
        password = forms.new_password(await raw(request, "password"), (person.email, person.name, work.tenant.name))
    except Invalid as problem:
        context = PasswordPage(account_at(request).password_hash is not None)
        return await refused(request, work, "access/password.html", context, problem, title=say("Change your password"))
    await accounts.change_password(work, person.id, password, keep=person.session_id)
    return redirect(request, "/account", Toast(say("Password changed. Other browsers are signed out.")))


@get("/account/two-factor", opt=OWN)
async def show_second_factor(request: HttpRequest, work: WorkDep) -> Response[Any]:
    first = first_confirm(request, "/account/two-factor")
    if first is not None:
        return first
    context = await _second_factor(request, work)
    return await page(request, work, "access/two_factor.html", context, title=say("Two-factor sign-in"))


@post("/account/two-factor", opt=OWN)
async def turn_on(request: HttpRequest, work: WorkDep) -> Response[Any]:
    first, session = first_confirm(request, "/account/two-factor"), session_at(request)
    if first is not None or session is None:
        return first or redirect(request, "/account")
    typed = forms.text(await form(request), "code")
    row, _ = await second_factor.locked(work, work.person.id)
    codes = await second_factor.confirm_setup(work, row, session.id, typed)
    if codes is None:
        context = await _second_factor(request, work)
        problem = Invalid([FieldError("code", "not_allowed", say(signin.NO_CODE))])
        return await refused(request, work, "access/two_factor.html", context, problem, title=say("Two-factor sign-in"))
    return await page(
        request, work, "access/codes.html", CodesPage(codes, "/account"), title=say("Your recovery codes")
    )


@post("/account/two-factor/off", opt=OWN)
async def turn_off(request: HttpRequest, work: WorkDep) -> Response[Any]:
    first = first_confirm(request, "/account/two-factor")
    if first is not None:
        return first
    await second_factor.disable(work, work.person.id, keep=work.person.session_id)
    return redirect(request, "/account", Toast(say("Two-factor sign-in is off.")))


@post("/account/recovery-codes", opt=OWN)
async def renew_codes(request: HttpRequest, work: WorkDep) -> Response[Any]:
    first = first_confirm(request, "/account/two-factor")
    if first is not None:
        return first
    row, _ = await second_factor.locked(work, work.person.id)
    if row.totp_confirmed_at is None:
        raise Conflict(say("Set up two-factor sign-in first."))
    codes = await second_factor.renew_recovery_codes(work, row)
    return await page(
        request, work, "access/codes.html", CodesPage(codes, "/account"), title=say("Your recovery codes")
    )


@post("/account/recovery-codes.txt", opt=OWN)
async def download_codes(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    """The codes that the page shows, given back as a file: they are stored nowhere that they could be read
    from.
    """
    given = (await form(request)).get("codes", [])
    codes = [code for code in ([given] if isinstance(given, str) else given)[:10] if RECOVERY_CODE.fullmatch(str(code))]
    text = "\n".join([work.tenant.name, work.person.email, "", *codes, ""])
    headers = {
        "Content-Disposition": 'attachment; filename="recovery-codes.txt"',
        "Cache-Control": "no-store",
    }
    return Response(text.encode(), media_type="text/plain; charset=utf-8", headers=headers, status_code=200)


async def _second_factor(request: HttpRequest, work: WorkDep) -> SecondFactorPage:
    row, session = account_at(request), session_at(request)
    assert session is not None
    role = await queries.role_of(work, row.role_id)
    needed = role is not None and role.require_totp
    if row.totp_confirmed_at is not None:
        left = await queries.recovery_codes_left(work, row.id)
        return SecondFactorPage(True, row.totp_confirmed_at, left, needed)
    return SecondFactorPage(False, None, 0, needed, *qr(work, row, session))


HANDLERS: list[Any] = [
    show_confirm,
    confirm,
    mail_code,
    show_password,
    change_password,
    show_second_factor,
    turn_on,
    turn_off,
    renew_codes,
    download_codes,
]

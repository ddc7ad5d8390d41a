"""The language of pages and mails: for a visitor kept in the browser, for a client with their person."""

from typing import Any

from litestar import Response, post

from app.core import pages
from app.core.errors import NotFound
from app.core.runtime import runtime
from app.core.web import PUBLIC, HttpRequest, WorkDep
from app.portal import service
from themes.catalogue import LANGUAGES

YEAR = 365 * 24 * 3600


@post("/language", opt={"permission": PUBLIC})
async def speak(request: HttpRequest, work: WorkDep) -> Response[Any]:
    """Back to where the button stood. Raises NotFound for a language that we don't have."""
    given = await pages.form(request)
    language = str(given.get("lang") or "")
    if language not in LANGUAGES:
        raise NotFound
    if work.person is not None and work.person.may("portal.use"):
        await service.speak_language(work, work.person.id, work.person.party_id, language)
    response = pages.redirect(request, pages.safe_next(str(given.get("next") or ""), "/"))
    secure = runtime().settings.secure
    response.set_cookie(key="lang", value=language, max_age=YEAR, samesite="lax", secure=secure, httponly=True)
    return response


HANDLERS: list[Any] = [speak]

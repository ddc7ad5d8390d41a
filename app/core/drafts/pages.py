"""Where forms are kept while somebody types."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from app.core import drafts, limits, pages
from app.core.errors import Invalid
from app.core.limits import Limit
from app.core.web import SIGNED_IN, HttpRequest, WorkDep

TYPING = Limit.per_minute(120)


@post("/drafts/{key:str}", opt={"permission": SIGNED_IN})
async def keep_draft(request: HttpRequest, work: WorkDep, key: FromPath[str]) -> Response[None]:
    """204 when kept; 422 when it can't be. The page says "Saved" or "Not saved yet"."""
    await limits.demand("drafts", work.person.id, TYPING)
    given = await pages.form(request)
    try:
        await drafts.keep(work, key, {name: value for name, value in given.items() if isinstance(value, str | list)})
    except Invalid:
        return Response(None, status_code=422)
    return Response(None, status_code=204)


HANDLERS: list[Any] = [keep_draft]

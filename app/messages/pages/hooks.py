"""`/hooks`: what carrier and mail server report. Signed, taken once, in any order."""

from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath

from app.core.errors import Forbidden, NotFound, Problem
from app.core.ports import doors
from app.core.ports.carrier import BadSignature, Unavailable, Webhook
from app.core.ports.signing import verify
from app.core.runtime import runtime
from app.core.web import PUBLIC, HttpRequest, WorkDep
from app.core.work import Work
from app.messages.service import outside, reports

OPT: dict[str, Any] = {"permission": PUBLIC, "csrf": False}
CARRIER_LIMIT, MAIL_LIMIT = 256 * 1024, 10 * 1024 * 1024


class Unreadable(Problem):
    """Signed well, and yet nothing that we understand."""

    status = 400
    title = "This webhook can't be read."


@post("/hooks/carrier", opt=OPT, request_max_body_size=CARRIER_LIMIT, status_code=200)
async def carrier_hook(request: HttpRequest, work: WorkDep) -> Response[Any]:
    return await _carrier(request, work, None)


@post(
    "/hooks/carrier/{record:str}/{record_id:uuid}",
    opt=OPT,
    request_max_body_size=CARRIER_LIMIT,
    status_code=200,
)
async def carrier_record_hook(
    request: HttpRequest, work: WorkDep, record: FromPath[str], record_id: FromPath[UUID]
) -> Response[Any]:
    """The carrier was given this address with the text or call that it reports on."""
    return await _carrier(request, work, record_id)


async def _carrier(request: HttpRequest, work: Work, record_id: UUID | None) -> Response[Any]:
    body = await request.body()
    url = f"{outside.origin(work)}{request.scope['path']}"
    try:
        said = doors.carrier().read_webhook(Webhook(url, dict(request.headers), body))
    except Unavailable as away:
        raise NotFound from away
    except BadSignature as forged:
        raise Forbidden("The signature does not fit.") from forged
    except (ValueError, KeyError) as odd:
        raise Unreadable from odd
    new = await reports.carrier_said(work, said, record_id)
    return Response({"ok": True, "repeat": not new})


@post("/hooks/mail", opt=OPT, request_max_body_size=MAIL_LIMIT, status_code=200)
async def mail_hook(request: HttpRequest, work: WorkDep) -> Response[Any]:
    """One mail as `message/rfc822`, its envelope in headers."""
    body = await request.body()
    secret = runtime().settings.carrier_secret
    if not secret:
        raise NotFound
    try:
        event_id = verify([secret], dict(request.headers), body)
    except BadSignature as forged:
        raise Forbidden("The signature does not fit.") from forged
    head = request.headers
    new = await reports.mail_arrived(
        work,
        event_id,
        body,
        envelope_from=head.get("envelope-from", ""),
        envelope_to=head.get("envelope-to", ""),
    )
    return Response({"ok": True, "repeat": not new})


HANDLERS: list[Any] = [carrier_hook, carrier_record_hook, mail_hook]

"""Saying how a call ended, and taking it back."""

import json
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from app.calls import forms, queries, service
from app.calls.pages.bar import bar, title
from app.calls.pages.calling import MAKE, onward, own
from app.core.errors import Invalid
from app.core.pages import NO_STORE, Toast, form, page, redirect
from app.core.web import HttpRequest, WorkDep, is_htmx
from themes.catalogue import say


@post("/agent/calls/{call_id:uuid}/outcome", opt=MAKE)
async def set_outcome(request: HttpRequest, work: WorkDep, call_id: FromPath[UUID]) -> Response[Any]:
    """Say how it ended; `then=next` goes on to the queue. What can't be taken comes back with everything
    typed.
    """
    given = await form(request)
    call = await own(work, call_id)
    here, stay = str(given.get("next") or ""), given.get("then") == "stay"
    try:
        done = await service.set_outcome(work, call_id, forms.read_outcome(given, work.person))
    except Invalid as problem:
        assert call.lead_id is not None
        work.abandon()
        context = await bar(work, call.lead_id, typed=given, problem=problem, here=here)
        return await page(
            request, work, "calls/bar.html", context, title=title(context), fragment="calls/_bar.html", status=422
        )
    known = await queries.outcome(work, done.outcome or "")
    undo = f"/agent/calls/{call_id}/undo{'?in=queue' if here == 'queue' else ''}"
    toast = Toast(say("Saved: %(outcome)s.", outcome=known.label if known else ""), undo)
    if here == "queue" and is_htmx(request):
        return _told(toast, stay=stay)
    return redirect(request, onward(given, call.lead_id, stay=stay), toast)


def _told(toast: Toast, *, stay: bool) -> Response[None]:
    """The queue has the next lead already: it only needs to hear that this one is saved."""
    told = {"ui:toast": msgspec.to_builtins(toast), "ui:saved": {"stay": stay}}
    return Response(None, status_code=204, headers={**NO_STORE, "HX-Trigger": json.dumps(told)})


@post("/agent/calls/{call_id:uuid}/undo", opt=MAKE)
async def undo_outcome(request: HttpRequest, work: WorkDep, call_id: FromPath[UUID]) -> Response[Any]:
    """Outcome, stage, callback and lists as they were; from the queue the lead stands there again."""
    call = await service.undo_outcome(work, call_id, work.person)
    if request.query_params.get("in") == "queue":
        answer = redirect(request, f"/agent?lead={call.lead_id}", Toast(say("Taken back.")))
        answer.headers["HX-Location"] = f"/agent?lead={call.lead_id}"
        return answer
    return redirect(request, f"/agent/leads/{call.lead_id}" if call.lead_id else "/agent/calls", Toast("Taken back."))


HANDLERS: list[Any] = [set_outcome, undo_outcome]

"""On a lead's page and in the queue: the ways to reach somebody with what the gate says of each."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from app.compliance import service as compliance
from app.compliance.models import Verdict
from app.contacts.models import Contact
from app.core.pages import page
from app.core.web import HttpRequest, WorkDep
from app.leads.models import Lead
from app.messages import service
from app.messages.pages.composer import VIEW, found


class ReachPage(msgspec.Struct, frozen=True):
    """Every way to reach somebody with its verdict. `held`: why no marketing e-mail leaves now."""

    lead: Lead
    contact: Contact
    ways: list[tuple[str, str, str, Verdict]]
    beside: bool
    caution: str
    held: str


@get("/agent/leads/{lead_id:uuid}/reach", opt=VIEW)
async def ways_to_reach(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
    lead, contact = await found(work, lead_id)
    beside = request.query_params.get("in") == "queue"  # where the call button stands with its own verdict
    purpose = await service.usual_purpose(work, contact.id)
    verdicts, held = (
        await compliance.verdicts(work, contact.id, purpose),
        await service.held_back(work, "email", purpose),
    )
    ways = [
        ("call", "Call", "phone", verdicts["call"]),
        ("sms", "Text", "message-square", verdicts["sms"]),
        ("email", "E-mail", "mail", verdicts["email"]),
    ]
    context = ReachPage(
        lead,
        contact,
        ways[1:] if beside else ways,
        beside,
        next((said.caution for said in verdicts.values() if said.caution), ""),
        held[1] if held else "",
    )
    return await page(
        request, work, "messages/reach.html", context, title=contact.name, fragment="messages/_reach.html"
    )


HANDLERS: list[Any] = [ways_to_reach]

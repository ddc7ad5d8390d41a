"""Going into a tenant: once, for a reason, in sight of both sides."""

from urllib.parse import quote
from uuid import UUID

from app.access import service as access
from app.core import events
from app.core.errors import Forbidden, invalid
from app.core.runtime import runtime
from app.core.work import Actor, Work, unit
from app.provider import queries
from tenants.binding import bind
from themes.catalogue import say


async def open_tenant(work: Work, tenant_id: UUID, reason: str, to: str = "") -> str:
    """An address that lets this person into the tenant once, within 60 seconds, and leads on to `to`, a path there;
    both sides' logs say why.

    Raises NotFound beyond one's reach, Invalid without a reason and where the tenant allows no support.
    """
    row = await queries.tenant(work, tenant_id)
    target = await runtime().directory.by_id(row.id)
    if target is None or target.state != "active":
        raise invalid("reason", say("%(name)s is not active. Resume it first.", name=row.name))
    person = work.person
    try:
        with bind(None):
            async with unit(Actor("person", person.id, person.name), tenant=target) as inside:
                token = await access.grant_handoff(inside, by=person.name, by_id=person.id, reason=reason)
    except Forbidden as refused:
        raise invalid("reason", refused.detail, "not_allowed") from refused
    events.record(work, "tenant.opened", "tenant", tenant_id, changes={"reason": (None, reason)})
    onward = f"?to={quote(to, safe='/')}" if to else ""
    return f"{runtime().settings.origin(target.host)}/handoff/{token}{onward}"

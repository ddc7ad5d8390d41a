"""What becomes of a tenant: suspended, resumed, archived, deleted, its plan. The registry is written by effects."""

from collections.abc import Sequence
from uuid import UUID

from app.core import agenda, events
from app.core.errors import invalid
from app.core.work import Work
from app.provider import queries
from app.provider.queries import TenantRow
from themes.catalogue import say

ACTIONS = {"suspend": "suspended", "resume": "active", "archive": "archived", "delete": "deleted"}
TOGETHER = ("suspend", "resume")  # what may be asked for several at once: what can be taken back
MOST = 200


async def ask_for_state(work: Work, tenant_id: UUID, action: str, *, typed_name: str = "") -> None:
    """Suspend, resume, archive or delete. Deleting takes the name, typed. Raises NotFound beyond one's reach, Invalid."""
    if action not in ACTIONS:
        raise invalid("action", say("Choose one of: %(actions)s.", actions=", ".join(ACTIONS)))
    row = await queries.tenant(work, tenant_id)
    if action == "delete" and typed_name.strip() != row.name:
        raise invalid("typed_name", say("Type %(name)s to delete it with everything in it.", name=row.name))
    await _ask(work, row, action)


async def ask_for_all(work: Work, ids: Sequence[UUID], action: str) -> int:
    """The same for several that are in reach. Returns for how many; those in that state already are passed over.

    Raises Invalid for nothing selected, too many, or an action that is not for several.
    """
    if action not in TOGETHER:
        raise invalid("action", say("Choose one of: %(actions)s.", actions=", ".join(TOGETHER)))
    if not 0 < len(ids) <= MOST:
        raise invalid("ids", say("Select 1 to %(most)s tenants.", most=MOST), "missing")
    wanted = [row for row in await queries.some(work, ids) if row.state != ACTIONS[action]]
    for row in wanted:
        await _ask(work, row, action)
    return len(wanted)


async def _ask(work: Work, row: TenantRow, action: str) -> None:
    await agenda.add(work, "tenants.set_state", row.id, ACTIONS[action])
    events.record(work, "tenant.state_asked", "tenant", row.id, changes={"state": (row.state, ACTIONS[action])})


async def choose_plan(work: Work, tenant_id: UUID, plan: str) -> None:
    """Raises NotFound beyond one's reach, Invalid for a plan that there is not."""
    row = await queries.tenant(work, tenant_id)
    chosen = next((one for one in await queries.plans(work) if one.name == plan), None)
    if chosen is None:
        raise invalid("plan", say("Choose one of the plans."))
    await agenda.add(work, "tenants.set_plan", tenant_id, chosen.name)
    events.record(work, "tenant.plan_asked", "tenant", tenant_id, changes={"plan": (row.plan, chosen.label)})

"""The audit log hears everything, in the transaction in which it happens."""

from app.access.service import audit
from app.core import events
from app.core.work import Work


@events.inside(events.EVERY)
async def keep(work: Work, event: events.Event) -> None:
    """Whatever its kind says is audited gets a row beside the deed, and will be sealed."""
    if events.kind_of(event.kind).audited:
        audit.write_entry(work, event)
        if "audit_seal" not in work.info:
            work.info["audit_seal"] = True
            await audit.ask_for_seal(work)

"""What sequences make of events of the rooms below: some start one, some end one."""

from uuid import UUID

from app.calls.queries import outcome
from app.core import agenda, events
from app.core.events import Event
from app.core.work import Work
from app.sequences import service
from app.sequences.models import EVENTS
from app.sequences.models.triggers import CALLED, SPOKE, WROTE
from app.tasks.models import Task
from app.team import service as team
from app.team.queries import holders
from themes.catalogue import later


@events.after(*EVENTS)
async def start(work: Work, event: Event) -> None:
    await service.consider(work, event)


@events.after("message.refused")
async def see_what_was_refused(work: Work, event: Event) -> None:
    """A message of ours that the gate stopped after its step was done."""
    if "run" in event.payload.get("cause", {}):
        message_id = event.payload["message"]
        await agenda.add(work, "sequences.late", message_id, key=f"sequences.late:{message_id}")


@events.inside("message.received")
async def stop_on_reply(work: Work, event: Event) -> None:
    """A machine's answer and a word for the carrier are no reply."""
    if not event.payload.get("automatic") and event.payload.get("intent") not in ("start", "help"):
        await service.stop_for(work, "reply", WROTE, contacts=[UUID(str(event.payload["contact"]))])


@events.inside("call.outcome", "call.logged", "call.missed")
async def stop_on_call(work: Work, event: Event) -> None:
    """Speaking is an answer too, and so is their calling us; an agreed time is a booking."""
    contact_id = UUID(str(event.payload["contact"]))
    if event.payload.get("reached") or event.kind == "call.missed":
        why = CALLED if event.kind == "call.missed" else SPOKE
        await service.stop_for(work, "reply", why, contacts=[contact_id])
    ended = await outcome(work, str(event.payload.get("outcome", "")))
    if ended is not None and ended.next == "callback":
        await service.stop_for(work, "booked", later("They booked a call"), contacts=[contact_id])


@events.inside("task.added")
async def stop_on_booking(work: Work, event: Event) -> None:
    """A meeting that somebody arranged."""
    if event.entity != "lead" or event.actor_kind != "person":
        return
    task = await work.get(Task, UUID(str(event.payload["task"])))
    if task is not None and task.kind == "meeting":
        await service.stop_for(work, "booked", later("They booked a meeting"), leads=[event.entity_id])


@events.inside("compliance.opted_out")
async def stop_on_opt_out(work: Work, event: Event) -> None:
    """At once: it comes with a message, and says more than that they wrote."""
    contact = event.entity_id if event.entity == "contact" else event.payload.get("contact")
    if contact:
        await service.stop_for(work, "opt_out", later("They opted out"), contacts=[UUID(str(contact))])


@events.together("contact.consent_revoked")
async def stop_without_consent(work: Work, found: list[Event]) -> None:
    await service.stop_for(work, "opt_out", later("They opted out"), contacts={event.entity_id for event in found})


@events.inside("lead.stage_changed")
async def stop_at_stage(work: Work, event: Event) -> None:
    await service.stop_at_stage(
        work, event.entity_id, str(event.payload.get("to_kind", "")), str(event.payload.get("to_name", ""))
    )


@events.together("lead.deleted")
async def stop_when_deleted(work: Work, found: list[Event]) -> None:
    await service.stop_for(work, "", later("The lead was deleted"), leads={event.entity_id for event in found})


@events.after("sequence.failed")
async def tell_stuck(work: Work, event: Event) -> None:
    """Whoever can mend it."""
    people = await holders(work, "sequences.manage")
    await team.notify(work, "sequence.failed", people, event.entity, event.entity_id, to_doer=True)

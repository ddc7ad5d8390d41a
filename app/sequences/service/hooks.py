"""The webhook step: the chosen fields of a lead go as signed JSON to an address of the tenant's own.

The person waits on the step until the address has answered. What it can't take now is tried again over a day, the
same in every try by its id, so that the receiver can tell a repeat (`Idempotency-Key`, and the headers of Standard
Webhooks). The way out is guarded: public addresses only, checked after resolution, no redirects (T34). An address
that refuses for good, or again and again, pauses the step (T38): people wait there until somebody lets it go on.
"""

import base64
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from app.contacts.models import Contact
from app.core import agenda, clock, events, fields
from app.core.ports.doors import egress
from app.core.ports.egress import Answer
from app.core.ports.failures import OutcomeUnknown, Refused, Unavailable
from app.core.ports.signing import sign
from app.core.runtime import runtime
from app.core.work import Actor, Work
from app.leads.models import Lead, Stage
from app.sequences.models import Node, Sequence, SequenceRun, Webhook
from app.sequences.service import runs, standing
from app.sequences.service.rows import note, program_of, run_locked, shared
from app.sequences.service.standing import Standing
from app.team import service as team
from app.team.queries import holders
from themes.catalogue import say

SECONDS = 10.0
BACK_OFF = [timedelta(minutes=each) for each in (1, 5, 30, 120, 360, 720)]
LONGEST_ASKED = timedelta(hours=6)  # of what a Retry-After may ask for
LATER = (408, 425, 429)  # statuses below 500 that mean: not now
GONE = 410


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """What leaves, and the secrets that sign it."""

    id: str
    url: str
    body: bytes
    secrets: list[str]


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """`status` 0: no answer, and `said` says why. `final`: trying again would change nothing."""

    status: int = 0
    said: str = ""
    final: bool = False
    wait: int = 0

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


async def prepare(work: Work, run_id: UUID, turn: int) -> Post | None:
    """None where the run went elsewhere meanwhile, or has to wait: its sequence or this address is paused, or the
    address is not asked again yet.
    """
    found = await _at_the_step(work, run_id, turn)
    if found is None:
        return None
    run, sequence, step = found
    now, known = clock.now(), await standing.of(work, sequence.id, step)
    if known.paused_at is not None:
        note(work, run, "held", known.said, kind="webhook")
        return None
    if known.again_at is not None and known.again_at > now:
        await runs.put_off(work, run, known.again_at, known.said, "webhook", counts=False)
        return None
    body = msgspec.json.encode(await message(work, sequence, step, run.lead_id, f"{run.id}.{step.id}"))
    return Post(id=f"{run.id}.{step.id}", url=step.url, body=body, secrets=await secrets(work, sequence.id, step))


async def _at_the_step(work: Work, run_id: UUID, turn: int) -> tuple[SequenceRun, Sequence, Webhook] | None:
    run = await work.get(SequenceRun, run_id)
    sequence = await shared(work, run.sequence_id) if run else None
    if run is None or sequence is None or sequence.state != "on":
        return None
    run = await run_locked(work, run_id)
    node = await _node(work, run)
    if run.turn != turn or run.state != "active" or node is None or not isinstance(node.step, Webhook):
        return None
    work.actor = Actor("system", None, sequence.label)
    return run, sequence, node.step


async def _node(work: Work, run: SequenceRun) -> Node | None:
    return (await program_of(work, run.sequence_id, run.version)).get(run.step)


async def message(work: Work, sequence: Sequence, step: Webhook, lead_id: UUID, sent_as: str) -> dict[str, Any]:
    """What the address gets. Money in major units as text, times in UTC; sealed fields never."""
    lead = await work.get(Lead, lead_id)
    assert lead is not None
    contact, stage = await work.get(Contact, lead.contact_id), await work.get(Stage, lead.stage_id)
    fieldset = await fields.registry(work, "lead")
    held = fields.snapshot(fieldset, lead, contact, stage, custom=lead.custom)
    open_ = [field.name for field in fieldset if field.name in step.fields and not field.sensitive]
    return {
        "id": sent_as,
        "type": "sequence.step",
        "at": clock.now().isoformat(),
        "sequence": {"id": str(sequence.id), "name": sequence.label},
        "lead": {"id": str(lead.id), "fields": {name: _plain(held.get(name)) for name in open_}},
    }


def _plain(value: Any) -> Any:
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else fields.json_safe(value)


async def secrets(work: Work, sequence_id: UUID, step: Webhook) -> list[str]:
    """What signs for this step: made from its salt and the tenant's own key, kept nowhere. After a change the one of
    before signs too.
    """
    box = await runtime().box(work.tenant)
    keys = [box.blind_index(f"{sequence_id}:{step.id}:{salt}", "webhook") for salt in (step.salt, step.before) if salt]
    return [f"whsec_{base64.b64encode(key).decode()}" for key in keys]


# --- the way out, with no transaction open


async def post(request: Post, _key: str) -> Reply:
    """Never raises: whatever the address does is an answer to note."""
    try:
        answer = await egress().post(request.url, request.body, headers=_headers(request), seconds=SECONDS)
    except Refused as problem:
        return Reply(said=str(problem), final=True)
    except (Unavailable, OutcomeUnknown) as problem:
        return Reply(said=str(problem))
    return _read(answer)


def _headers(request: Post) -> dict[str, str]:
    signed = [sign(secret, request.id, request.body) for secret in request.secrets]
    headers = {"content-type": "application/json", "idempotency-key": request.id}
    if signed:
        headers |= signed[0] | {"webhook-signature": " ".join(each["webhook-signature"] for each in signed)}
    return headers


def _read(answer: Answer) -> Reply:
    asked = answer.headers.get("retry-after", "")
    wait = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0
    later = answer.status >= 500 or answer.status in LATER
    said = say("It answered %(status)s", status=answer.status)
    if 300 <= answer.status < 400:
        said += ", which sends elsewhere. Put in the address where it ends."
    return Reply(status=answer.status, said=said, final=not later, wait=wait)


# --- what became of it


async def settle(work: Work, run_id: UUID, turn: int, reply: Reply) -> None:
    """Note it, count it for the address, and go on, try again later, or wait with the paused step."""
    run = await work.get(SequenceRun, run_id)
    sequence = await shared(work, run.sequence_id) if run else None
    node = await _node(work, run) if run else None
    if run is None or sequence is None or node is None or not isinstance(node.step, Webhook):
        return
    work.actor, step = Actor("system", None, sequence.label), node.step
    known = await standing.counted(
        work, sequence.id, step, reply.ok, reply.said, final=reply.final, gone=reply.status == GONE
    )
    if known.just_paused:
        await _tell(work, sequence, step, known)
    run = await run_locked(work, run_id)
    if run.turn != turn or run.state != "active":
        what = "done" if reply.ok else "refused"
        note(work, run, what, reply.said, kind="webhook", step=step.id)
    elif reply.ok:
        await _go_on(work, run, "done", reply.said)
    elif known.paused_at is not None:
        note(work, run, "held", reply.said, kind="webhook")
    elif reply.final or run.tries >= len(BACK_OFF):
        await _go_on(work, run, "refused", reply.said)
    else:
        wait = max(BACK_OFF[run.tries], min(timedelta(seconds=reply.wait), LONGEST_ASKED))
        await runs.put_off(work, run, clock.now() + wait, reply.said, "webhook")


async def _go_on(work: Work, run: SequenceRun, what: str, said: str) -> None:
    program = await program_of(work, run.sequence_id, run.version)
    note(work, run, what, said, kind="webhook")
    await runs.place(work, run, program, program[run.step].next)


async def _tell(work: Work, sequence: Sequence, step: Webhook, known: Standing) -> None:
    events.record(work, "sequence.hook_paused", "sequence", sequence.id, step=step.id)
    people = await holders(work, "sequences.manage")
    told = {"sequence": sequence.label, "host": step.host, "said": known.said}
    await team.notify(work, "sequence.hook_paused", people, "sequence", sequence.id, to_doer=True, **told)


agenda.effect(agenda.Effect("sequences.post", prepare=prepare, call=post, settle=settle, repeatable=True, queue="send"))

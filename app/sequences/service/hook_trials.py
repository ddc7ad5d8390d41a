"""One message of a webhook step as a test: the saved step about one lead, signed like any other, `type` says test.

Nobody's run moves, and what the address answers does not count for its standing.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from app.core import agenda, clock, config
from app.core.errors import NotFound
from app.core.work import Work
from app.leads.queries import lead as find_lead
from app.sequences.models import Sequence, Webhook, read, walk
from app.sequences.service.hooks import Post, Reply, message, post, secrets

KIND = "sequences.try_hook"


class Tried(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The last test: `at` it was answered, None while it is on its way; `status` 0 where nothing answered."""

    asked_at: datetime
    host: str
    at: datetime | None = None
    status: int = 0
    said: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


async def last(work: Work, sequence_id: UUID, step_id: str) -> Tried | None:
    stored = await config.get(work, _key(sequence_id, step_id))
    return msgspec.convert(stored, Tried) if stored else None


async def ask(work: Work, sequence_id: UUID, step_id: str, lead_id: UUID) -> None:
    """Put one on its way; while one is, nothing more. Raises NotFound for another kind of step and a lead out of reach."""
    await find_lead(work, work.person, lead_id)
    step = await _step(work, sequence_id, step_id)
    if step is None:
        raise NotFound
    row = await agenda.add(work, KIND, sequence_id, step_id, lead_id, key=f"{KIND}:{sequence_id}:{step_id}")
    if row is not None:
        await _note(work, sequence_id, step_id, Tried(asked_at=clock.now(), host=step.host))


async def prepare(work: Work, sequence_id: UUID, step_id: str, lead_id: UUID) -> Post | None:
    """None where the step is gone meanwhile."""
    sequence, step = await work.get(Sequence, sequence_id), await _step(work, sequence_id, step_id)
    if sequence is None or step is None:
        return None
    sent_as = f"test.{step.id}.{clock.now():%Y%m%d%H%M%S}"
    body = await message(work, sequence, step, lead_id, sent_as) | {"type": "sequence.test"}
    return Post(
        id=sent_as, url=step.url, body=msgspec.json.encode(body), secrets=await secrets(work, sequence_id, step)
    )


async def settle(work: Work, sequence_id: UUID, step_id: str, lead_id: UUID, reply: Reply) -> None:
    before = await last(work, sequence_id, step_id)
    if before is not None:
        answered = {"at": clock.now(), "status": reply.status, "said": reply.said}
        await _note(work, sequence_id, step_id, msgspec.structs.replace(before, **answered))


async def _step(work: Work, sequence_id: UUID, step_id: str) -> Webhook | None:
    """As it is saved, published or not."""
    sequence = await work.get(Sequence, sequence_id)
    steps = (placed.step for placed in walk(read(sequence.steps))) if sequence else ()
    return next((step for step in steps if step.id == step_id and isinstance(step, Webhook)), None)


async def _note(work: Work, sequence_id: UUID, step_id: str, tried: Tried) -> None:
    await config.put(work, _key(sequence_id, step_id), msgspec.to_builtins(tried))


def _key(sequence_id: UUID, step_id: str) -> str:
    return f"webhook-trial:{sequence_id}:{step_id}"


agenda.effect(agenda.Effect(KIND, prepare=prepare, call=post, settle=settle, repeatable=True, queue="send", retries=2))

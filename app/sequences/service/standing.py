"""How the address of a webhook step stands: how often in a row it failed, when it is asked again, whether the step is
paused. One setting for each step and address, written only when something is wrong or right again.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec

from app.core import agenda, clock, config, events, live, locks
from app.core.errors import NotFound
from app.core.work import Work
from app.sequences.models import Webhook
from app.sequences.service.rows import locked

PREFIX = "webhook:"
MOST_IN_A_ROW, AT_LEAST = 10, timedelta(hours=1)
RESTING_FROM, LONGEST_REST = 3, timedelta(minutes=30)


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`failures` in a row, the first `since`; `again_at`: it is left in peace until then. `said` is what it did last."""

    failures: int = 0
    since: datetime | None = None
    again_at: datetime | None = None
    paused_at: datetime | None = None
    said: str = ""
    host: str = ""
    just_paused: bool = False


def _key(sequence_id: UUID, step: Webhook) -> str:
    return f"{PREFIX}{sequence_id}:{step.id}:{sha256(step.url.encode()).hexdigest()[:12]}"


async def of(work: Work, sequence_id: UUID, step: Webhook) -> Standing:
    return msgspec.convert(await config.get(work, _key(sequence_id, step)) or {}, Standing)


async def everything(work: Work) -> dict[tuple[UUID, str], Standing]:
    """Whatever does not stand well, by sequence and step; a paused address before one that only fails."""
    found: dict[tuple[UUID, str], Standing] = {}
    for key, value in (await config.everything(work)).items():
        if key.startswith(PREFIX) and value:
            sequence_id, step_id, _ = key.removeprefix(PREFIX).split(":")
            known, place = msgspec.convert(value, Standing), (UUID(sequence_id), step_id)
            if known.paused_at is not None or place not in found:
                found[place] = known
    return found


async def counted(
    work: Work, sequence_id: UUID, step: Webhook, ok: bool, said: str, *, final: bool, gone: bool
) -> Standing:
    """Count one answer; `just_paused` where it was one too many. One that worked forgets what was before, but does not
    take a paused step up again: a person does.
    """
    before = await of(work, sequence_id, step)
    if ok and not before.failures:
        return before
    key = _key(sequence_id, step)
    await locks.hold(work, "webhook", key)
    work.info.pop("settings", None)
    before = await of(work, sequence_id, step)
    if before.paused_at is not None:
        return before
    after = Standing() if ok else _failed(before, step, said, final, gone)
    stored = msgspec.structs.replace(after, just_paused=False)
    await config.put(work, key, msgspec.to_builtins(stored))
    return after


def _failed(before: Standing, step: Webhook, said: str, final: bool, gone: bool) -> Standing:
    """Ten in a row pause it: at once where it refuses, after an hour where it only fails; gone is gone at once."""
    now = clock.now()
    failures, since = before.failures + 1, before.since or now
    out = gone or (failures >= MOST_IN_A_ROW and (final or now - since >= AT_LEAST))
    rest = (
        min(timedelta(minutes=2 ** min(failures - RESTING_FROM, 10)), LONGEST_REST)
        if failures >= RESTING_FROM
        else None
    )
    return Standing(
        failures=failures,
        since=since,
        again_at=now + rest if rest and not final else None,
        paused_at=now if out else None,
        said=said,
        host=step.host,
        just_paused=out,
    )


async def resume(work: Work, sequence_id: UUID, step_id: str) -> None:
    """Ask the address again, with everybody who waited at the step. Raises NotFound where nothing is paused."""
    sequence = await locked(work, sequence_id)
    begin = f"{PREFIX}{sequence_id}:{step_id}:"
    held = [key for key, value in (await config.everything(work)).items() if key.startswith(begin) and value]
    if not held:
        raise NotFound
    for key in held:
        await locks.hold(work, "webhook", key)
        await config.put(work, key, {})
    events.record(work, "sequence.hook_resumed", "sequence", sequence.id, step=step_id)
    await agenda.add(work, "sequences.wake", sequence.id, None)
    live.tell(work, "sequences", sequence.id)

"""The worker root: one actor per queue, each of which does one agenda row."""

from typing import get_args
from uuid import UUID

import dramatiq
import uvloop

from app.core.agenda.kinds import Queue
from app.core.agenda.perform import perform_by_schema
from app.slices import load_for_workers
from workers.broker import make_broker

uvloop.install()  # most of a job is waiting for the database, which this loop does at less cost
broker = make_broker()
load_for_workers()


async def perform_row(schema: str, row_id: str, lease: int) -> None:
    """Ids in. What the row says is read from the database, so a forged message cannot add or change anything."""
    await perform_by_schema(schema, UUID(row_id), lease)


ACTORS = {
    queue: dramatiq.actor(perform_row, queue_name=queue, actor_name=f"perform_{queue}", broker=broker)
    for queue in get_args(Queue)
}

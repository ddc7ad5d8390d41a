"""The broker: Redis carries row ids and nothing that would be missed."""

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AsyncIO, Retries, TimeLimit

from app.core.settings import settings
from workers.middleware import Alive

# With the library's defaults a killed worker's messages were away for minutes (infra/decisions/0010).
HEARTBEAT_MS = 15_000
MAINTENANCE_PER_MILLION = 100_000


def make_broker() -> RedisBroker:
    """Dramatiq's own retries are off: the agenda retries, bounded and in sight of an operator."""
    broker = RedisBroker(
        url=settings().redis_url,
        heartbeat_timeout=HEARTBEAT_MS,
        maintenance_chance=MAINTENANCE_PER_MILLION,
        middleware=[],
    )
    for part in (TimeLimit(time_limit=600_000), Retries(max_retries=0), AsyncIO(), Alive()):
        broker.add_middleware(part)
    dramatiq.set_broker(broker)
    return broker

"""The ports are asynchronous; one loop serves the room's tests, and one simulator of their own each of
them.
"""

from collections.abc import AsyncIterator, Iterator

import pytest

from app.core.ports.simulator.peer import Peer
from tests.ports.peers import Inbox, inbox


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as running:
        yield running


@pytest.fixture
async def app() -> AsyncIterator[Inbox]:
    async with inbox() as running:
        yield running

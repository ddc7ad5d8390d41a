"""The ports are asynchronous; one loop serves the room's tests."""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"

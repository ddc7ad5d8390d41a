"""One Postgres and one Redis for the whole run, one database per worker cloned from a template that holds the world.

Tests commit for real. After each one, the tables that it wrote to are put back to what the template held.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from infra.local.postgres import Postgres
from infra.local.redis import Redis
from tests import database, world

SECRET = "a secret that only the tests know, long enough"
# How long an example takes says how loaded the machine is, nothing else.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    """The controller starts the servers and makes the template; workers are told where they are."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    folder = Path(tempfile.mkdtemp(prefix="marquee-test-"))
    postgres, redis = Postgres(folder / "postgres", durable=False), Redis(folder / "redis")
    postgres.start()
    redis.start()
    config.stash[SERVERS] = (folder, postgres, redis)
    config.stash[URLS] = {
        "superuser": postgres.superuser_url,
        "owner": postgres.owner_url("{db}"),
        "app": postgres.app_url("{db}"),
        "redis": redis.url,
    }


SERVERS: pytest.StashKey[tuple[Path, Postgres, Redis]] = pytest.StashKey()
URLS: pytest.StashKey[dict[str, str]] = pytest.StashKey()


def pytest_unconfigure(config: pytest.Config) -> None:
    if SERVERS in config.stash:
        folder, postgres, redis = config.stash[SERVERS]
        redis.drop()
        postgres.drop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Called by xdist for each worker: the template is made once, before the first one starts."""
    urls = node.config.stash[URLS]
    database.make_template(urls, SECRET)
    node.workerinput["urls"] = urls


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def urls(request: pytest.FixtureRequest, worker_id: str) -> Iterator[dict[str, str]]:
    """Where this worker's own clone is."""
    config = request.config
    given = config.workerinput["urls"] if hasattr(config, "workerinput") else config.stash[URLS]
    if not hasattr(config, "workerinput"):
        database.make_template(given, SECRET)
    number = 0 if worker_id == "master" else int(worker_id.removeprefix("gw"))
    yield database.clone(given, f"w{number}", redis_number=number)


@pytest.fixture(scope="session")
async def runtime(urls: dict[str, str], anyio_backend: str) -> AsyncIterator[Any]:
    """The product's own runtime on this worker's clone."""
    from app.core import boot
    from app.core.runtime import stop
    from app.slices import load_for_web

    os.environ.update(database.environment(urls, SECRET))
    load_for_web()
    opened = boot.boot()
    yield opened
    await stop()


@pytest.fixture(autouse=True)
async def clean(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[None]:
    """Put back what the test changed; nothing to do for a test without a database."""
    needs = "runtime" in request.fixturenames
    if needs:
        request.getfixturevalue("runtime")
    yield
    if needs:
        await database.put_back(request.getfixturevalue("urls"))


@pytest.fixture(scope="session")
async def app(runtime: Any) -> Any:
    from app.main import create_app

    return create_app(runtime)


@pytest.fixture
async def cast(runtime: Any, app: Any) -> world.Cast:
    """The world: tenants of every blueprint, named people in every role, browsers for them."""
    return await world.cast(runtime, app)

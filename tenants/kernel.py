"""The one struct through which the roots hand the kernel what it may not import."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tenants.directory import Directory
from tenants.registry import Tenant

# Writes a blueprint's rows inside the provisioning transaction: (connection bound to the tenant, tenant, options).
Seed = Callable[[AsyncConnection, Tenant, dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Kernel:
    """`owner` is the engine of the role that owns all objects; only migrations and provisioning may use it."""

    directory: Directory
    owner: AsyncEngine
    app_login: str
    clock: Callable[[], datetime]
    new_key: Callable[[], bytes]
    ddl: Callable[[], str]
    head: Callable[[], str]
    seed: Seed
    log: Callable[[str], None] = field(default=lambda _line: None)

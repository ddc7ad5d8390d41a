"""The console's pages: home, making a tenant, one tenant, resellers and their look."""

from typing import Any

from app.provider.pages import home, making, resellers, tenant

HANDLERS: list[Any] = [*home.HANDLERS, *making.HANDLERS, *tenant.HANDLERS, *resellers.HANDLERS]

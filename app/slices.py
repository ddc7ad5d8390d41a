"""The one explicit list of what the product is made of, in the order of who may import whom.

The web root loads everything, workers only what runs without pages, migrations only tables.
"""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

NAMES = (
    "app.access",
    "app.brand",
    "app.contacts",
    "app.compliance",
    "app.team",
    "app.tasks",
    "app.leads",
    "app.messages",
    "app.calls",
    "app.publishers",
    "app.routing",
    "app.programs",
    "app.documents",
    "app.billing",
    "app.screening",
    "app.support",
    "app.sequences",
    "app.analytics",
    "app.reports",
    "app.handbook",
    "app.portal",
    "app.provider",
)
CORE = ("app.core.events", "app.core.drafts", "app.core.config", "app.core.fields", "app.core.meters")
WITHOUT_PAGES = ("models", "jobs", "subscribers")
WITH_PAGES = (*WITHOUT_PAGES, "pages", "api")


def load(*parts: str) -> list[ModuleType]:
    """Import the named parts of every slice that has them, in order."""
    present = [name for name in (*CORE, *NAMES) if find_spec(name)]
    wanted = [f"{name}.{part}" for name in present for part in parts if _has(name, part)]
    return [import_module(name) for name in (*present, *wanted)]


def _has(name: str, part: str) -> bool:
    package = find_spec(name)
    return bool(package and package.submodule_search_locations) and find_spec(f"{name}.{part}") is not None


def load_tables() -> None:
    """Everything that `Base.metadata` should know of."""
    load("models")


def load_for_workers() -> None:
    """Jobs, effects and subscribers; no page, no template."""
    load(*WITHOUT_PAGES)


def load_for_web() -> list[type | object]:
    """All route handlers: each pages or api module lists its own in HANDLERS."""
    return [handler for module in load(*WITH_PAGES) for handler in getattr(module, "HANDLERS", ())]

"""The import rules that hang on file names: each a function from a module to its offences."""

from collections.abc import Callable

from tests.structure.tree import SLICE_FILES, SLICES, Module

ROOTS = ("app.main", "app.cli", "workers.main", "migrations.env")
CRM = tuple(f"app.{name}" for name in SLICES)
# Each outside service has one adapter; everyone else speaks to the port.
ADAPTED = ("weasyprint", "aiosmtplib", "smtplib", "stripe", "twilio", "openai", "anthropic")


def inside(module: Module, *packages: str) -> bool:
    return any(module.name == package or module.name.startswith(package + ".") for package in packages)


def pages_do_not_query(module: Module) -> list[str]:
    """pages and api import no SQLAlchemy and no driver."""
    if not inside(module, "app") or module.role not in {"pages", "api"}:
        return []
    return module.uses("sqlalchemy", "psycopg")


def services_know_no_web(module: Module) -> list[str]:
    """service and queries import no Litestar."""
    if not inside(module, "app") or module.role not in {"service", "queries"}:
        return []
    return module.uses("litestar")


def only_workers_know_dramatiq(module: Module) -> list[str]:
    return [] if inside(module, "workers") else module.uses("dramatiq")


def only_ports_speak_to_services(module: Module) -> list[str]:
    return [] if inside(module, "app.core.ports") else module.uses(*ADAPTED)


def versions_stand_alone(module: Module) -> list[str]:
    """A migration version outlives the code of its day."""
    parts = module.name.split(".")
    if parts[0] != "migrations" or "versions" not in parts:
        return []
    return module.uses("app", "tenants", "themes", "workers", "infra")


def provider_and_slices_apart(module: Module) -> list[str]:
    if inside(module, "app.provider"):
        return module.uses(*CRM, "app.portal")
    return module.uses("app.provider") if inside(module, *CRM, "app.portal") else []


def nobody_imports_a_root(module: Module) -> list[str]:
    """The web root is imported by nobody, the demo world by the command alone."""
    offences = module.uses("app.main", "migrations.env")
    if not inside(module, "workers"):
        offences += module.uses("workers.main")
    if not inside(module, "app.cli", "app.demo"):
        offences += module.uses("app.demo", "app.cli")
    return offences


def only_roots_use_the_launcher(module: Module) -> list[str]:
    return [] if inside(module, "infra", *ROOTS) else module.uses("infra")


def slices_have_known_files(module: Module) -> list[str]:
    """A slice has at most nine files, always of these names."""
    if not inside(module, *CRM, "app.portal") or module.role in SLICE_FILES:
        return []
    return [f"{module.path}: a slice's files are {', '.join(sorted(SLICE_FILES))}"]


RULES: list[Callable[[Module], list[str]]] = [
    pages_do_not_query,
    services_know_no_web,
    only_workers_know_dramatiq,
    only_ports_speak_to_services,
    versions_stand_alone,
    provider_and_slices_apart,
    nobody_imports_a_root,
    only_roots_use_the_launcher,
    slices_have_known_files,
]

"""The project as the structure tests see it: its modules with their imports, and its tracked files."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "tenants", "themes", "workers", "migrations", "infra")
SLICES = (
    "contacts compliance team tasks calendar leads messages calls publishers routing programs deals"
    " documents billing screening support sequences integrations analytics reports assistant"
).split()
SLICE_FILES = set("__init__ models queries service forms pages api jobs subscribers".split())


@dataclass(frozen=True)
class Module:
    """`imports`: line and dotted name each, relative ones resolved, `from a import b` as a.b."""

    name: str
    path: str
    imports: tuple[tuple[int, str], ...]

    @property
    def role(self) -> str:
        """Which of a slice's files it belongs to: app.leads.service.claim → service."""
        parts = self.name.split(".")
        return parts[2] if len(parts) > 2 else "__init__"

    def uses(self, *packages: str) -> list[str]:
        """Places where it imports one of the packages or anything in them."""
        return [
            f"{self.path}:{line} imports {name}"
            for line, name in self.imports
            if any(name == package or name.startswith(package + ".") for package in packages)
        ]


def parse(path: str, source: str) -> Module:
    """Every import of a module, wherever in it: a lazy import is an import."""
    parts = path.removesuffix(".py").split("/")
    package = parts[:-1]
    name = ".".join(package if parts[-1] == "__init__" else parts)
    return Module(name, path, tuple(_imports(ast.parse(source), package)))


def _imports(tree: ast.AST, package: list[str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


@cache
def modules() -> tuple[Module, ...]:
    """All of the project's own Python, without its tests."""
    files = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    own = (file for file in files if "node_modules" not in file.parts)
    return tuple(parse(str(file.relative_to(ROOT)), file.read_text()) for file in own)


def under(*packages: str) -> list[Module]:
    """The modules in these packages."""
    return [
        module
        for module in modules()
        if any(module.name == package or module.name.startswith(package + ".") for package in packages)
    ]


@cache
def files() -> tuple[Path, ...]:
    """Files that are tracked, or would be: new ones that nothing ignores. Empty outside a checkout."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listing.returncode != 0:
        return ()
    return tuple(ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file())

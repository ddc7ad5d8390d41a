"""Who may import whom: the layers of pyproject.toml, the rules by file name, and no cycles."""

import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import grimp
import pytest

from tests.structure import rules
from tests.structure.tree import PACKAGES, ROOT, SLICES, Module, modules, parse


def test_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout
    assert " 0 broken" in answer.stdout


def test_contracts_name_the_slices_in_their_order() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "house")
    named = [layer.strip("()").removeprefix("app.") for layer in layers]
    assert [name for name in reversed(named) if name in SLICES] == SLICES


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_rule_holds(rule: Callable[[Module], list[str]]) -> None:
    offences = [offence for module in modules() for offence in rule(module)]
    assert not offences, "\n".join(offences)


# rule → (a module that breaks it, the same import where it is right)
EXAMPLES = {
    rules.pages_do_not_query: ("app/leads/pages.py", "app/leads/queries.py", "from sqlalchemy import select"),
    rules.services_know_no_web: ("app/leads/service/claim.py", "app/leads/pages.py", "import litestar.di"),
    rules.only_workers_know_dramatiq: ("app/leads/jobs.py", "workers/broker.py", "import dramatiq"),
    rules.only_ports_speak_to_services: (
        "app/billing/service.py",
        "app/core/ports/cards.py",
        "def charge():\n    import stripe",
    ),
    rules.versions_stand_alone: (
        "migrations/tenant/versions/0001_first.py",
        "migrations/env.py",
        "from app.core import tables",
    ),
    rules.provider_and_slices_apart: (
        "app/provider/pages.py",
        "app/portal/pages.py",
        "from app.leads import queries",
    ),
    rules.nobody_imports_a_root: ("app/slices.py", "app/cli.py", "from app import demo"),
    rules.only_roots_use_the_launcher: ("app/core/work.py", "app/cli.py", "from infra.local import demo"),
    rules.slices_have_known_files: ("app/leads/helpers.py", "app/leads/service/helpers.py", ""),
}


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_rule_bites(rule: Callable[[Module], list[str]]) -> None:
    wrong, right, source = EXAMPLES[rule]
    assert rule(parse(wrong, source))
    assert not rule(parse(right, source))


def test_relative_imports_are_seen() -> None:
    upward = parse("app/leads/pages.py", "from ..main import create_app")
    beside = parse("app/leads/__init__.py", "from . import pages")
    assert upward.imports == ((1, "app.main.create_app"),)
    assert beside.imports == ((1, "app.leads.pages"),)


def cycles(imports: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that all reach each other (Tarjan's strongly connected components of two or more)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in sorted(imports.get(name, ())):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                found.append(sorted(group))

    for name in sorted(imports):
        if name not in index:
            visit(name)
    return found


def test_cycles_are_found() -> None:
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [["b", "c"]]
    assert cycles({"a": {"b"}, "b": {"c"}, "c": set()}) == []


def test_no_module_imports_itself_through_others() -> None:
    graph = grimp.build_graph(*PACKAGES, include_external_packages=False, cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    found = cycles(imports)
    assert not found, "\n".join(" ↔ ".join(group) for group in found)

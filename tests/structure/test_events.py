"""Decision 0050: events are written at the end of a transaction, so whoever reads them asks for it first.

A page that answered a form with the new timeline once showed it without what had just happened, and undo did not find what it
was to take back.
"""

import ast
import re
from collections.abc import Iterator

from tests.structure.tree import ROOT

# Where nothing can be asked for, as they only build a statement; each with why that does no harm.
BUILDERS = {
    "app/analytics/queries/figures.py enrolled": "figures are read by pages and reports, which record nothing",
    "app/leads/queries/imports.py worked_on": "looks for what came of another trace than the one in hand",
}
SPINE = "app/core/events.py"
NAMES_IT = re.compile(r"^from app\.core\.events import .*\bEvent\b|\bevents\.Event\b", re.MULTILINE)


def unasked(path: str, source: str) -> Iterator[str]:
    """Functions that name the table of events before they ask `events.written`."""
    if not NAMES_IT.search(source):
        return
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        read = [node.lineno for line in function.body for node in ast.walk(line) if _is_table(node)]
        asked = [node.lineno for node in ast.walk(function) if _asks(node)]
        if read and not (asked and min(asked) < min(read)):
            yield f"{path} {function.name}"


def _is_table(node: ast.AST) -> bool:
    """`Event` in a statement; as the type of an argument it does not stand in the body."""
    return (isinstance(node, ast.Name) and node.id == "Event") or (
        isinstance(node, ast.Attribute) and node.attr == "Event"
    )


def _asks(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "written"


def _all() -> set[str]:
    files = [file for file in (ROOT / "app").rglob("*.py") if str(file.relative_to(ROOT)) != SPINE]
    return {found for file in files for found in unasked(str(file.relative_to(ROOT)), file.read_text())}


def test_whoever_reads_events_has_them_written_first() -> None:
    assert _all() == set(BUILDERS)


def test_reading_without_asking_or_before_asking_is_found() -> None:
    reading = "    return await work.scalars(select(Event).where(Event.kind == kind))\n"
    asking = "    await events.written(work)\n"
    head = "from app.core.events import Event\n\nasync def found(work: Work, event: Event) -> list[Event]:\n"
    assert list(unasked("here", head + reading)) == ["here found"]
    assert list(unasked("here", head + "    rows = await work.scalars(select(Event))\n" + asking)) == ["here found"]
    assert list(unasked("here", head + asking + reading)) == []
    assert list(unasked("here", head + "    return event.payload\n")) == []

"""What the jail does with templates: parse, look through, render. JSON in, JSON out; faults are part of
the answer.
"""

from typing import Any

import msgspec
from liquid import Environment
from liquid.ast import Node
from liquid.builtin.expressions import Path
from liquid.builtin.tags.for_tag import ForNode
from liquid.context import RenderContext
from liquid.exceptions import LiquidError
from liquid.template import BoundTemplate

from themes.liquid.contexts import misplaced
from themes.liquid.environment import Kind, environment

MOST_LINES = 400
FAILURES = (LiquidError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""The library's own error, and those that its filters let through when a value is of an odd kind."""


class Piece(msgspec.Struct):
    """One template of a set that is rendered for the same people."""

    source: str
    kind: Kind


class Order(msgspec.Struct):
    """`check` looks through the first piece and tries it; `render` renders every piece for every model."""

    do: str
    pieces: list[Piece]
    models: list[dict[str, Any]] = []
    partials: dict[str, str] = {}


class Trouble(msgspec.Struct):
    """What went wrong, in the library's words, and on which line (1-based; 0 when it cannot be said)."""

    kind: str
    message: str
    line: int


class Found(msgspec.Struct):
    """What a template uses: paths and filters with the offset of each use, what loops bind, values out
    of place.
    """

    names: list[tuple[list[str | int], int]]
    filters: list[tuple[str, int]]
    loops: list[tuple[str, list[str | int]]]
    misplaced: list[tuple[int, str]]


class Answer(msgspec.Struct):
    trouble: Trouble | None = None
    found: Found | None = None
    texts: list[list[str]] = []


def prepare() -> None:
    """Everything that is imported late, before the doors shut."""
    order = Order(
        "check",
        [Piece('{% for a in b.c %}<a href="{{ a.d | url }}">{{ a | upcase }}</a>{% endfor %}', "html")],
    )
    work(msgspec.json.encode(order))
    order.do, order.models = "render", [{"b": {"c": [{"d": "https://example.com/é"}]}}]
    work(msgspec.json.encode(order))


def work(request: bytes) -> bytes:
    order, answer = msgspec.json.decode(request, type=Order), Answer()
    try:
        if order.do == "check":
            answer.found = _look(order)
        answer.texts = _render(order)
    except FAILURES as error:
        answer.trouble = trouble(error)
        answer.trouble.line = answer.trouble.line or _line_of(answer.trouble, order.pieces)
    return msgspec.json.encode(answer)


def _line_of(found: Trouble, pieces: list[Piece]) -> int:
    """Where the library cannot say: the first line at which the template, cut off there, fails in the
    same way.
    """
    for piece in pieces:
        lines = piece.source.splitlines(keepends=True)[:MOST_LINES]
        for number in range(1, len(lines) + 1):
            try:
                environment(piece.kind).from_string("".join(lines[:number]))
            except LiquidError as error:
                here = trouble(error)
                if (here.kind, here.message) == (found.kind, found.message):
                    return number
    return 0


def trouble(error: Exception) -> Trouble:
    """The first line of what the library says, without its drawing of the source."""
    if not isinstance(error, LiquidError):
        grown = isinstance(error, ValueError | OverflowError | RecursionError)  # a number of too many digits
        return Trouble("OutputStreamLimitError" if grown else "LiquidTypeError", "", 0)
    try:
        place = error.context()
    except ValueError:
        place = None
    return Trouble(type(error).__name__, str(error.message)[:300], place[0] if place else 0)


def _render(order: Order) -> list[list[str]]:
    templates = [_parsed(environment(piece.kind, order.partials), piece) for piece in order.pieces]
    return [[template.render(**model) for template in templates] for model in order.models]


def _parsed(env: Environment, piece: Piece) -> BoundTemplate:
    if piece.kind == "html":
        for offset, code in misplaced(env, piece.source):
            raise OutOfPlace(code, piece.source.count("\n", 0, offset) + 1)
    return env.from_string(piece.source)


class OutOfPlace(LiquidError):
    """A value stands where escaping does not protect it."""

    def __init__(self, code: str, line: int) -> None:
        super().__init__(code, token=None)
        self._line = line

    def context(self) -> tuple[int, int, str, str, str]:
        return self._line, 0, "", "", ""


def _look(order: Order) -> Found:
    piece = order.pieces[0]
    env = environment(piece.kind, order.partials)
    template = env.from_string(piece.source)
    seen = template.analyze(include_partials=False)
    uses = [use for list_ in seen.variables.values() for use in list_]
    return Found(
        names=[(_plain(use.segments), use.span.index) for use in uses],
        filters=[(name, span.index) for name, spans in seen.filters.items() for span in spans],
        loops=[
            *_loops(template.nodes, RenderContext(template)),
            *((name, []) for name in seen.locals),
        ],
        misplaced=list(misplaced(env, piece.source)) if piece.kind == "html" else [],
    )


def _plain(segments: list[Any]) -> list[str | int]:
    """A path without the paths inside its brackets: what is looked up there is not known before."""
    return ["*" if isinstance(part, list) else part for part in segments]


def _loops(nodes: Any, context: RenderContext) -> list[tuple[str, list[str | int]]]:
    """The name that each loop binds, and the path that it walks; an empty path when it is not a plain one."""
    found: list[tuple[str, list[str | int]]] = []
    for node in nodes:
        if isinstance(node, ForNode):
            walked = node.expression.iterable
            path = ["*" if isinstance(part, Path) else part for part in walked.path] if isinstance(walked, Path) else []
            found.append((str(node.expression.identifier), path))
        if isinstance(node, Node):
            found += _loops(node.children(context, include_partials=False), context)
    return found

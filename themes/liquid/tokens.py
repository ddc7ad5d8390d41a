"""Telling the author of a template what is wrong, on which line, and how to mend it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from themes.liquid.environment import FILTERS, OWN_FILTERS
from themes.liquid.work import Found, Trouble

Schema = Mapping[str, Any]
"""Tokens as a tree: a label for a value, a mapping for a thing, a list of one mapping to loop over."""

ALIKE = 0.8
BUILT_IN = frozenset({"forloop", "empty", "blank", "true", "false", "nil", "null"})


class Fault(msgspec.Struct, frozen=True):
    """`line` counts from 1 (0: the template as a whole); `code` is stable, `message` is for the author."""

    line: int
    code: str
    message: str


def flat(allowed: Schema, before: str = "") -> list[str]:
    """All tokens as an author writes them; things to loop over end in `[]`."""
    found: list[str] = []
    for name, below in allowed.items():
        path = f"{before}{name}"
        if isinstance(below, Mapping):
            found += flat(below, f"{path}.")
        elif isinstance(below, Sequence) and not isinstance(below, str):
            found += [f"{path}[]", *flat(below[0], f"{path}[].")]
        else:
            found.append(path)
    return found


def sample(allowed: Schema) -> dict[str, Any]:
    """A view model of this shape to try a template with: labels as values, three of everything to loop
    over.
    """
    made: dict[str, Any] = {}
    for name, below in allowed.items():
        if isinstance(below, Mapping):
            made[name] = sample(below)
        elif isinstance(below, Sequence) and not isinstance(below, str):
            made[name] = [sample(below[0])] * 3
        else:
            made[name] = str(below)
    return made


def faults(found: Found, source: str, allowed: Schema) -> list[Fault]:
    """All of them, in the order of the lines."""

    def line(offset: int) -> int:
        return source.count("\n", 0, offset) + 1

    told = [Fault(line(at), "out_of_place", PLACES[code]) for at, code in found.misplaced]
    told += [
        Fault(line(at), "unknown_filter", _unknown("filter", name, sorted(FILTERS | OWN_FILTERS)))
        for name, at in found.filters
        if name not in FILTERS | OWN_FILTERS
    ]
    bound = _bindings(found, allowed)
    for path, at in found.names:
        told += [Fault(line(at), "unknown_token", text) for text in _missing(path, allowed, bound)]
    return sorted(set(told), key=lambda fault: (fault.line, fault.code, fault.message))


PLACES = {
    "quote": 'Put quotes around the value: "{{ … }}" is safe inside a tag, {{ … }} alone is not.',
    "script": "Values can't stand in scripts or event handlers. Put the value in the text.",
    "url": 'End a link with the url filter: href="{{ link | url }}".',
    "style": "In styles only colours and lengths can vary: {{ value | colour }} or {{ value | px }}.",
}


def _bindings(found: Found, allowed: Schema) -> dict[str, list[Any]]:
    """What each loop's or assignment's name can stand for; None where that cannot be known."""
    bound: dict[str, list[Any]] = {}
    for name, path in found.loops:
        here = _walk(path, allowed, bound) if path else None
        below = here[0] if isinstance(here, Sequence) and not isinstance(here, str) and here else None
        bound.setdefault(name, []).append(below)
    return bound


def _walk(path: Sequence[str | int], allowed: Any, bound: Mapping[str, list[Any]]) -> Any:
    """What stands at the end of a path in the schema, or None."""
    first, rest = str(path[0]), path[1:]
    here: Any = bound[first][-1] if first in bound else allowed.get(first)
    for part in rest:
        if isinstance(here, Mapping):
            here = here.get(str(part))
        elif isinstance(here, Sequence) and not isinstance(here, str):
            here = here[0] if isinstance(part, int) or part in ("*", "first", "last") else None
        else:
            return None
    return here


def _missing(path: list[str | int], allowed: Schema, bound: Mapping[str, list[Any]]) -> Iterator[str]:
    first = str(path[0])
    if first in BUILT_IN:
        return
    if first in bound:
        shapes = [shape for shape in bound[first] if shape is not None]
        if shapes and len(path) > 1 and not any(_known(path[1:], shape) for shape in shapes):
            yield _unknown("token", _spelled(path), [f"{first}.{name}" for shape in shapes for name in flat(shape)])
    elif not _known(path, allowed):
        yield _unknown("token", _spelled(path), flat(allowed))


def _known(path: Sequence[str | int], shape: Any) -> bool:
    for part in path:
        if part == "*":
            return True
        if isinstance(shape, Mapping):
            if part == "size":
                return True
            if str(part) not in shape:
                return False
            shape = shape[str(part)]
        elif isinstance(shape, Sequence) and not isinstance(shape, str):
            if part == "size":
                return True
            if not (isinstance(part, int) or part in ("first", "last")):
                return False
            shape = shape[0]
        else:
            return part == "size"
    return True


def _spelled(path: Sequence[str | int]) -> str:
    return str(path[0]) + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path[1:])


def _unknown(what: str, name: str, known: list[str]) -> str:
    best = process.extractOne(name, known, scorer=JaroWinkler.normalized_similarity, score_cutoff=ALIKE)
    hint = f" Did you mean {best[0]}?" if best else ""
    return f"There is no {what} called {name}.{hint}"


def explained(trouble: Trouble) -> Fault:
    """A fault of the language itself, in plain words where we have them."""
    for kind, code, words in _TROUBLES:
        if trouble.kind == kind:
            return Fault(trouble.line, code, words)
    if trouble.kind in ("LiquidTypeError", "FilterArgumentError", "FilterItemTypeError"):
        words = "A value here is of another kind than the template expects, like a word where a number should be."
        return Fault(trouble.line, "wrong_kind", words)
    if trouble.kind == "OutOfPlace":
        return Fault(trouble.line, "out_of_place", PLACES[trouble.message])
    for pattern, words in _SAID:
        if found := pattern.match(trouble.message):
            return Fault(trouble.line, "syntax", words.format(*found.groups()))
    said = trouble.message.rstrip(".")
    return Fault(trouble.line, "syntax", f"This line can't be read: {said}. Check its brackets, quotes and end tags.")


_SAID = (
    (re.compile(r"unexpected tag 'end(\w+)'"), "There is no open {0} that end{0} could close. Take it away."),
    (re.compile(r"unexpected tag '(\w+)'"), "There is no tag called {0} here."),
    (re.compile(r"expected tag end(\w+),"), "An {0} is not closed. Add {{% end{0} %}} where it ends."),
    (re.compile(r"expected '(.{2})', found end of file"), "A bracket is not closed. Add {0} where it ends."),
)
_TROUBLES = (
    ("BlockNestingError", "too_deep", "The blocks are nested too deep. Take some of them apart."),
    ("ContextDepthError", "too_deep", "The parts call each other too deep."),
    ("LoopIterationLimitError", "too_long", "The loops run too often. Loop over fewer things."),
    ("OutputStreamLimitError", "too_long", "The result is too long. Shorten it to under 1 MB."),
    ("LocalNamespaceLimitError", "too_long", "The values kept by assign and capture are too long."),
    ("TemplateNotFoundError", "unknown_part", "This part doesn't exist here."),
    ("UnknownFilterError", "unknown_filter", "One of the filters doesn't exist here."),
)
WHATEVER_VALUES = frozenset(kind for kind, _, _ in _TROUBLES)
"""Troubles that do not hang on the values: a trial run with made-up ones that meets them is believed."""

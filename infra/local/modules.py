"""The texts of a module: what it says, and what stands bare in a declaration or a refusal and is said to somebody later."""

import ast
from collections.abc import Iterator
from pathlib import Path

# Where the text stands: the place among the arguments, or the keyword.
PLACES: dict[str, tuple[int | str, ...]] = {
    "say": (0,),
    "worded": (0,),
    "later": (0,),
    "Conflict": (0,),
    "Forbidden": (0,),
    "Gone": (0,),
    "NotFound": (0,),
    "TooMany": (0,),
    "Unavailable": (0,),
    "Refused": (0,),
    "Toast": (0,),
    "Unreadable": (1,),
    "ImageRefused": (0,),
    "invalid": (1,),
    "FieldError": (2,),
    "NavItem": (1,),
    "Kind": (1,),
    "Panel": ("label",),
    "NoticeKind": ("label", "sentence"),
    "Handover": ("label", "along", "nobody"),
    "Verb": ("label", "done"),
    "TimelineItem": ("title",),
    "Report": ("title", "summary"),
}
# What nobody says later: it is shown as it stands.
SHOWN: dict[str, tuple[int | str, ...]] = {"page": ("title",), "refused": ("title",), "Need": ("sentence", "verb")}
RIGHTS = "permissions.declare"  # a heading, and each right by keyword
BY_COUNT = ("say_many", "worded_many")  # one, many

Text = str | tuple[str, str]


def texts_of(module: Path) -> Iterator[Text]:
    """Every text of the module; one and many where it goes by count."""
    for call in ast.walk(ast.parse(module.read_text())):
        if not isinstance(call, ast.Call):
            continue
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func) == RIGHTS:
            yield from _texts([*call.args, *(given.value for given in call.keywords)])
        elif _name(call) in BY_COUNT:
            if len(both := tuple(_texts(call.args[:2]))) == 2:
                yield both
        elif _name(call) in PLACES:
            yield from _texts(_placed(call, PLACES[_name(call)]))


def built(module: Path) -> Iterator[tuple[int, str]]:
    """Line and source of each such text that is put together on the spot: no catalogue can hold it."""
    for call in ast.walk(ast.parse(module.read_text())):
        if isinstance(call, ast.Call) and _name(call) in PLACES:
            for given in _placed(call, PLACES[_name(call)]):
                if isinstance(given, ast.JoinedStr):
                    yield call.lineno, ast.unparse(given)


def unsaid(module: Path) -> Iterator[tuple[int, str]]:
    """Line and source of each text that is shown without having been said, whole or put together."""
    for call in ast.walk(ast.parse(module.read_text())):
        if isinstance(call, ast.Call) and _name(call) in SHOWN:
            for given in _placed(call, SHOWN[_name(call)]):
                parts = given.values if isinstance(given, ast.JoinedStr) else [given]
                if any(any(map(str.isalpha, text)) for text in _texts(parts)):
                    yield call.lineno, ast.unparse(given)


def _name(call: ast.Call) -> str:
    """Of what is called; a method counts where it can only be one of ours."""
    if isinstance(call.func, ast.Name):
        return call.func.id
    name = getattr(call.func, "attr", "")
    return name if name[:1].isupper() or name in SHOWN else ""


def _placed(call: ast.Call, places: tuple[int | str, ...]) -> list[ast.expr]:
    named = {given.arg: given.value for given in call.keywords}
    return [
        found
        for place in places
        if (found := named.get(place) if isinstance(place, str) else _at(call, place)) is not None
    ]


def _at(call: ast.Call, place: int) -> ast.expr | None:
    return call.args[place] if place < len(call.args) else None


def _texts(given: list[ast.expr]) -> Iterator[str]:
    return (
        each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value
    )

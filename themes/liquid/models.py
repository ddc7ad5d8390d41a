"""What a template may see: plain dicts, lists, words, numbers and truths, nothing with behaviour."""

from collections.abc import Mapping
from typing import Any

DEEPEST, LARGEST = 8, 400_000
_PLAIN = (str, int, float, bool, type(None))


class NotPlain(TypeError):
    """Something in the view model is not plain data; the message names where."""


def plain(model: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the model, checked: exact types only, so nothing that escapes itself or calls back gets
    in.

    Dates and money are formatted for the reader before they come here. What is empty or None is left
    out, so that `{% if lead.phone %}` means what its author means: in bare Liquid an empty text is
    true, and a None that is handed to a filter comes out as the word. Raises NotPlain.
    """
    room = [LARGEST]
    copied = _copy(model, "model", 0, room)
    assert isinstance(copied, dict)
    return copied


def _copy(value: Any, where: str, depth: int, room: list[int]) -> Any:
    room[0] -= len(value) + 8 if type(value) is str else 8
    if room[0] < 0:
        raise NotPlain("The view model is too large.")
    if depth > DEEPEST:
        raise NotPlain(f"{where} is nested too deep.")
    if type(value) in _PLAIN:
        return _in_range(value, where)
    if isinstance(value, Mapping):
        if any(type(key) is not str for key in value):
            raise NotPlain(f"{where} has a key that is not a word.")
        filled = {key: item for key, item in value.items() if item is not None and item != ""}
        return {key: _copy(item, f"{where}.{key}", depth + 1, room) for key, item in filled.items()}
    if type(value) in (list, tuple):
        return [_copy(item, f"{where}[{n}]", depth + 1, room) for n, item in enumerate(value)]
    raise NotPlain(f"{where} is a {type(value).__name__}; write it as words or a number first.")


def _in_range(value: Any, where: str) -> Any:
    if type(value) is int and abs(value) >= 2**63:
        raise NotPlain(f"{where} is too large a number.")
    if type(value) is float and value - value != 0:
        raise NotPlain(f"{where} is no finite number.")
    return value

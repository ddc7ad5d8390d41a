"""A stored request without the person in it. Pure."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from app.core.fields.display import MASK

OPEN = frozenset(("offer", "test", "source", "sub_id", "campaign", "ref", "country", "state", "zip", "landing_page"))
SHORTEST = 3  # shorter values would blot out half of an answer


def masked(request: str | None, content_type: str, answer: str | None) -> tuple[str | None, str | None]:
    """Names and shape stay, values of the person go, also where the answer quotes them."""
    if request is None:
        return None, answer
    try:
        read = json.loads(request) if "json" in content_type else dict(parse_qsl(request, keep_blank_values=True))
    except ValueError:
        read = None
    if not isinstance(read, dict):
        return MASK, _without(answer, [request])
    return json.dumps(_hidden(read), indent=2, ensure_ascii=False), _without(answer, list(_values(read)))


def _hidden(read: dict[str, Any]) -> dict[str, Any]:
    return {name: value if name in OPEN else _mask(value) for name, value in read.items()}


def _mask(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _mask(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_mask(inner) for inner in value]
    return value if value is None or isinstance(value, bool) else MASK


def _values(read: Any, name: str = "") -> Iterator[str]:
    if isinstance(read, dict):
        for key, inner in read.items():
            yield from _values(inner, key)
    elif isinstance(read, list):
        for inner in read:
            yield from _values(inner, name)
    elif name not in OPEN and read is not None:
        yield str(read)


def _without(answer: str | None, values: list[str]) -> str | None:
    if answer is None:
        return None
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= SHORTEST:
            answer = answer.replace(json.dumps(value, ensure_ascii=False)[1:-1], MASK).replace(value, MASK)
    return answer

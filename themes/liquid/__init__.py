"""Templates that people may write: checked with words that help, rendered where they can do no harm.

Text that a tenant wrote is parsed and rendered in the jail. Text that we ship is known by its hash
(`trust`) and rendered in our own process, which is what makes thousands of mails quick.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import anyio.to_thread
import msgspec
from liquid.template import BoundTemplate

from themes.jail import Jail, JailError, Limits, TookTooLong, TookTooMuch
from themes.liquid.environment import Kind, environment
from themes.liquid.models import NotPlain, plain
from themes.liquid.tokens import WHATEVER_VALUES, Fault, Schema, explained, faults, flat, sample
from themes.liquid.work import FAILURES, Answer, Order, Piece, trouble, work

__all__ = [
    "Fault",
    "Kind",
    "NotPlain",
    "Piece",
    "Schema",
    "TemplateFailed",
    "check",
    "fences",
    "flat",
    "is_trusted",
    "render",
    "render_now",
    "render_set",
    "render_set_now",
    "sample",
    "trust",
]

LONGEST_SOURCE = 200_000
BRACES = frozenset("{}")
BATCH = 50
_jail = Jail("themes.liquid.work:work", Limits(seconds=3, wall=10, megabytes=256, answer_bytes=60_000_000), size=2)
_trusted: set[bytes] = set()


class TemplateFailed(Exception):
    """The template could not be rendered; `fault` says why, for its author."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"line {fault.line}: {fault.message}")
        self.fault = fault


def fences() -> tuple[str, ...]:
    """Start the jail and say which of its doors stand; for start-up and `doctor`."""
    return _jail.start()


def trust(source: str) -> str:
    """Mark a text as ours, so that it is rendered in this process. Only for text from this repository."""
    _trusted.add(_hash(source))
    return source


def is_trusted(source: str) -> bool:
    return _hash(source) in _trusted


async def check(source: str, allowed: Schema, kind: Kind = "html") -> list[Fault]:
    """Everything that is wrong with a template, by line, with how to mend it; empty when it may be saved."""
    if len(source) > LONGEST_SOURCE:
        return [Fault(0, "too_long", "The template is too long. Shorten it to under 200,000 signs.")]
    if not BRACES & set(source):
        return []  # plain words
    looked_at = (source, kind, msgspec.json.encode(plain(sample(allowed))))
    try:
        answer = _looked(*looked_at) if is_trusted(source) else await anyio.to_thread.run_sync(_looked, *looked_at)
    except TemplateFailed as failed:
        return [failed.fault]
    told = faults(answer.found, source, allowed) if answer.found else []
    # What the trial run meets is worth telling only where looking found nothing: it is mostly the same fault.
    tried = answer.trouble
    return told or ([explained(tried)] if tried and (answer.found is None or tried.kind in WHATEVER_VALUES) else [])


@lru_cache(maxsize=512)
def _looked(source: str, kind: Kind, values: bytes) -> Answer:
    """The same text says the same every time: a page that shows twenty templates does not ask the jail twenty times."""
    order = Order("check", [Piece(source, kind)], [msgspec.json.decode(values)])
    if is_trusted(source):
        return msgspec.json.decode(work(msgspec.json.encode(order)), type=Answer)
    return _ask(order)


async def render(
    source: str, model: Mapping[str, Any], *, kind: Kind = "html", partials: Mapping[str, str] | None = None
) -> str:
    """One template for one view model. Raises NotPlain and TemplateFailed."""
    return (await render_set([Piece(source, kind)], [model], partials))[0][0]


def render_now(
    source: str, model: Mapping[str, Any], *, kind: Kind = "html", partials: Mapping[str, str] | None = None
) -> str:
    """The same for callers without a loop; it blocks."""
    return render_set_now([Piece(source, kind)], [model], partials)[0][0]


async def render_set(
    pieces: Sequence[Piece], models: Sequence[Mapping[str, Any]], partials: Mapping[str, str] | None = None
) -> list[list[str]]:
    """Every piece (say subject, text and HTML) for every model: a row of texts for each model."""
    if _all_trusted(pieces, partials):
        return render_set_now(pieces, models, partials)
    return await anyio.to_thread.run_sync(render_set_now, pieces, models, partials)


def render_set_now(
    pieces: Sequence[Piece], models: Sequence[Mapping[str, Any]], partials: Mapping[str, str] | None = None
) -> list[list[str]]:
    """The same for callers without a loop; it blocks."""
    copied, given = [plain(model) for model in models], dict(partials or {})
    if _all_trusted(pieces, partials):
        return [[_here(piece, model, given) for piece in pieces] for model in copied]
    texts: list[list[str]] = []
    for start in range(0, len(copied), BATCH):
        texts += _ask(Order("render", list(pieces), copied[start : start + BATCH], given)).texts
    return texts


def _all_trusted(pieces: Sequence[Piece], partials: Mapping[str, str] | None) -> bool:
    sources = [*(piece.source for piece in pieces), *(partials or {}).values()]
    return all(_hash(source) in _trusted for source in sources)


def _here(piece: Piece, model: dict[str, Any], partials: dict[str, str]) -> str:
    try:
        if partials:
            return environment(piece.kind, partials).from_string(piece.source).render(**model)
        return _parsed(piece.source, piece.kind).render(**model)
    except FAILURES as error:
        raise TemplateFailed(explained(trouble(error))) from error


@lru_cache(maxsize=512)
def _parsed(source: str, kind: Kind) -> BoundTemplate:
    return environment(kind).from_string(source)


def _ask(order: Order) -> Answer:
    """Raises TemplateFailed."""
    try:
        answer = msgspec.json.decode(_jail.call(msgspec.json.encode(order)), type=Answer)
    except TookTooLong as error:
        raise TemplateFailed(Fault(0, "too_slow", "The template takes too long. Loop over fewer things.")) from error
    except TookTooMuch as error:
        raise TemplateFailed(Fault(0, "too_long", "The template needs too much memory. Shorten it.")) from error
    except JailError as error:
        raise TemplateFailed(Fault(0, "broken", "The template could not be rendered. Simplify it.")) from error
    if answer.trouble is not None and order.do == "render":
        raise TemplateFailed(explained(answer.trouble))
    return answer


@lru_cache(maxsize=2048)
def _hash(source: str) -> bytes:
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).digest()

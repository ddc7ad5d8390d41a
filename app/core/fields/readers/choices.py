"""Values out of a given set: yes and no, one option, several, a reference to a row."""

from datetime import tzinfo
from uuid import UUID

from app.core.fields.field import Field
from app.core.fields.readers.faults import Unreadable, echo
from app.core.fields.readers.words import short_line
from app.core.fields.text import normalise
from themes import formats
from themes.catalogue import say

YES = frozenset("yes y true t on 1".split())
NO = frozenset("no n false f off 0".split())
SHOWN, MOST = 6, 100


def boolean(_field: Field, raw: object, _zone: tzinfo) -> bool:
    if isinstance(raw, bool):
        return raw
    typed = short_line(raw).lower()
    if typed not in YES | NO:
        raise Unreadable("invalid_format", say("%(typed)s is neither yes nor no. Send yes or no.", typed=echo(typed)))
    return typed in YES


def choice(field: Field, raw: object, _zone: tzinfo) -> str:
    """An option's value, given by value or by label. Without options it is for the caller to know what is
    right.
    """
    return among(field, short_line(raw))


def among(field: Field, typed: str) -> str:
    if not field.options:
        return typed[: field.length]
    for value, _ in field.options:
        if value == typed:
            return value
    wanted = normalise(typed)
    for value, label in field.options:
        if wanted in (normalise(value), normalise(label)):
            return value
    raise not_among(field, typed)


def not_among(field: Field, typed: str) -> Unreadable:
    names = [value if field.type in ("state", "country") else label for value, label in field.options]
    shown = ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
    return Unreadable(
        "not_allowed",
        say("%(typed)s is not in this list. Choose one of: %(choices)s", typed=echo(typed), choices=shown),
    )


def multi_choice(field: Field, raw: object, _zone: tzinfo) -> list[str]:
    """A list, or one text with commas between the options. Each counts once."""
    if isinstance(raw, str):
        raw = [raw] if _known(field, raw) else raw.split(",")
    if not isinstance(raw, list | tuple):
        raise Unreadable("invalid_format", "Send a list of options here.")
    if len(raw) > MOST:
        raise Unreadable(
            "too_long",
            say(
                "These are %(count)s options; the limit is %(limit)s. Send fewer.",
                count=formats.number(len(raw)),
                limit=MOST,
            ),
        )
    typed = [text for text in map(short_line, raw) if text]
    return list(dict.fromkeys(among(field, text) for text in typed))


def _known(field: Field, typed: str) -> bool:
    """Whether this is one option whose label has a comma in it."""
    wanted = normalise(typed[:200])
    return any(wanted in (normalise(value), normalise(label)) for value, label in field.options)


def reference(field: Field, raw: object, _zone: tzinfo) -> UUID:
    """The id of a row. Options, where the field has them, are those that may be chosen."""
    typed = str(raw) if isinstance(raw, UUID) else short_line(raw)
    if field.options:
        typed = among(field, typed)
    try:
        return UUID(typed)
    except ValueError:
        raise Unreadable(
            "invalid_format", say("%(typed)s is not an id. Send the id of the record.", typed=echo(typed))
        ) from None

"""The one validator, for forms, the API, imports and intake alike."""

from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Any

from app.core.errors import FieldError
from app.core.fields.field import Field, FieldSet
from app.core.fields.readers import Unreadable, read
from themes.catalogue import later, say

# What a field is called when its label is just the usual name of its type.
ASK = {
    "phone": (later("Enter a phone number."), ("phone", "phone number")),
    "email": (later("Enter an e-mail address."), ("e-mail", "email", "e-mail address", "email address")),
    "zip": (later("Enter a ZIP code."), ("zip", "zip code")),
    "state": (later("Choose a state."), ("state",)),
    "country": (later("Choose a country."), ("country",)),
}
CHOSEN = frozenset(("choice", "multi_choice", "reference", "state", "country", "boolean"))


def parse(
    fieldset: FieldSet, raw: Mapping[str, Any], *, partial: bool = False, zone: tzinfo = UTC
) -> tuple[dict[str, Any], list[FieldError]]:
    """Values of the writable fields that were sent, and every fault. Nothing else in `raw` is looked at.

    An empty value clears the field (None). With `partial` a required field may be absent, but not be emptied.
    Times without an offset are meant in `zone`, the tenant's.
    """
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for field in fieldset.writable:
        if field.name not in raw and (partial or not field.required):
            continue
        try:
            values[field.name] = _value(field, _sent(field, raw), zone)
        except Unreadable as fault:
            errors.append(FieldError(field.name, fault.code, fault.message))
    return values, errors


def _sent(field: Field, raw: Mapping[str, Any]) -> Any:
    """All values of a field that a form sends once for each option, else the one value."""
    every = getattr(raw, "getall", None)
    if field.type == "multi_choice" and every is not None and field.name in raw:
        sent = every(field.name)
        return sent[0] if len(sent) == 1 else sent
    return raw.get(field.name)


def _value(field: Field, sent: Any, zone: tzinfo) -> Any:
    value = None if _empty(sent) else read(field, sent, zone)
    if value is None or value in ("", []):
        if field.required:
            raise Unreadable("missing", missing(field))
        return None
    return value


def _empty(sent: Any) -> bool:
    return sent is None or (isinstance(sent, str) and not sent.strip()) or sent in ([], ())


def missing(field: Field) -> str:
    """What to say when a required field was left empty."""
    if field.ask:
        return say(field.ask)
    sentence, names = ASK.get(field.type, ("", ()))
    if field.label.casefold() in names:
        return say(sentence)
    said = later("Choose %(field)s.") if field.type in CHOSEN else later("Enter %(field)s.")
    return say(said, field=in_sentence(say(field.label)))


def in_sentence(label: str) -> str:
    """A label inside a sentence: "Total debt" becomes "total debt", "ZIP code" and "SSN" stay."""
    return label if label[1:2].isupper() or not label else label[0].lower() + label[1:]

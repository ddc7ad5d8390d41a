"""A hosted form's questions and faults for whoever does not read English, as far as the catalogue goes."""

import msgspec

from app.core.fields import Field
from themes.catalogue import say


def in_language(field: Field, language: str) -> Field:
    """A hint that nobody translated is left out rather than shown in English."""
    if language == "en":
        return field
    options = tuple((value, say(label)) for value, label in field.options)
    hint = say(field.hint) if field.hint else ""
    return msgspec.structs.replace(
        field, label=say(field.label), options=options, hint="" if hint == field.hint else hint
    )


def sentence(code: str, field: Field) -> str:
    """For whoever does not read English: shorter than ours, by the kind of field."""
    if code == "missing":
        return say("Answer this: %(label)s.", label=field.label)
    if code == "too_long":
        return say("Use %(most)s characters at most.", most=field.length)
    if code in ("not_allowed", "out_of_area"):
        return say("Choose one of the answers that are offered.")
    words = {
        "phone": say("This phone number can't be read. US numbers have 10 digits, like (555) 555-0142."),
        "email": say("This e-mail address can't be read. Write it like name@example.com."),
        "zip": say("This ZIP code can't be read. It has 5 digits and lies in the state that you name."),
        "money": say("Write an amount like 12500."),
        "date": say("Write the date with day, month and year."),
    }
    return words.get(field.type, say("This can't be read. Write it in another way."))

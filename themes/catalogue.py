"""The catalogue of texts: English is the key, another language stands in `locales/<language>.po`.

`say("Saved.")` and, in templates, `_("Saved.")` answer in the language of whoever the work is for: the render's own
(themes.view), else the one that the request or the job speaks. A text that a catalogue lacks stays English.
`python -m infra.local.texts` collects the texts anew; what English word stands for which term comes from `terms`.
"""

from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from themes.view import current

LOCALES = Path(__file__).parent / "locales"
# Language → what it calls itself; locales of the same language share a catalogue.
LANGUAGES = {"en": "English", "es": "Español"}

Texts = dict[str, str | tuple[str, ...]]


@cache
def texts(language: str) -> Texts:
    """Everything that the language's file translates; empty for English and for a language without one."""
    path = LOCALES / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        found = read_po(file)
    return {
        _key(entry.id, entry.context): entry.string for entry in found if entry.id and entry.string and not entry.fuzzy
    }


def read_all() -> None:
    """Every language's file, so that no reader waits for the first look into it."""
    for language in LANGUAGES:
        texts(language)


def _key(given: Any, context: str | None = None) -> str:
    text = str(given if isinstance(given, str) else given[0])
    return f"{context}\x04{text}" if context else text


def translated(text: str) -> str:
    """Gettext's own form: for templates, which put their values in themselves."""
    found = texts(current().language).get(text) or text
    return found if isinstance(found, str) else found[0]


def translated_as(context: str, text: str) -> str:
    """Of a word that English has once for two things, the one that is meant: `pgettext("verb", "Open")`."""
    found = texts(current().language).get(_key(text, context)) or text
    return found if isinstance(found, str) else found[0]


def translated_many(one: str, many: str, count: int) -> str:
    """One or many of something, by count. Spanish and English both have two forms."""
    found = texts(current().language).get(one)
    if isinstance(found, tuple) and len(found) > 1 and all(found):
        return found[0] if count == 1 else found[1]
    return one if count == 1 else many


def later(text: str) -> str:
    """Marks a text that is declared now and said to somebody later, so that it is collected."""
    return text


def say(text: str, /, **values: Any) -> str:
    """A sentence for people, in their language: `say("This file is %(size)s.", size="38 MB")`."""
    found = translated(text)
    return found % values if values else found


def say_many(one: str, many: str, count: int, /, **values: Any) -> str:
    """`say_many("%(count)s lead", "%(count)s leads", 3)`."""
    return translated_many(one, many, count) % {"count": count, **values}

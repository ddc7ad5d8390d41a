"""The words of the mail that tells of notices. Liquid, trusted, laid out by the brand."""

from functools import cache
from typing import NamedTuple

from themes.mjml import CompiledEmail
from themes.paragraphs import Button, Rows, ours


class Words(NamedTuple):
    """What stands around the table of notices."""

    hello: str
    what: str
    when: str
    button: str
    why: str


LANGUAGES = {
    "en": Words(
        "Hello {{ name }}, this waits for you at {{ firm }}:",
        "What",
        "When",
        "Open",
        "You choose under Your account → Notifications what is mailed to you, and when.",
    ),
    "es": Words(
        "Hola, {{ name }}: esto le espera en {{ firm }}:",
        "Qué",
        "Cuándo",
        "Abrir",
        "En Su cuenta → Avisos usted elige qué recibe por correo, y cuándo.",
    ),
}


@cache
def compiled(language: str) -> CompiledEmail:
    """Ready for any brand and person; English where we have no words of the language."""
    words = LANGUAGES.get(language, LANGUAGES["en"])
    rows = Rows("notices", "one", ((words.what, "{{ one.text }}"), (words.when, "{{ one.at }}")))
    return ours("{{ subject }}", words.hello, None, more=(rows, Button(words.button, "{{ link }}"), words.why))

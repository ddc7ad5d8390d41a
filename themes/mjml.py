"""E-mail: laid out in MJML, compiled once when it is published, rendered as Liquid for each person.

A compiled mail is three Liquid texts: subject and text part, where nothing is escaped, and HTML,
where everything is. Authors write paragraphs (`compose`, in `themes.paragraphs`); the layout around
them is the brand's.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
from mjml import mjml2html

from themes import liquid

FOLDER = Path(__file__).parents[1] / "templates" / "email"
LONGEST_SUBJECT = 300


class BadLayout(ValueError):
    """The MJML can't be compiled, or holds what no mail may hold; the message is for whoever edits it."""


class CompiledEmail(msgspec.Struct, frozen=True):
    """Three Liquid templates, ready for any number of people; store it with what was published."""

    subject: str
    text: str
    html: str


class RenderedEmail(msgspec.Struct, frozen=True):
    """What one person gets. The subject is one line."""

    subject: str
    text: str
    html: str


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant's brand as mail and print use it: colours in plain hex, addresses absolute, texts plain.

    `address` is the postal address that the law wants under every mail, with line breaks.
    """

    name: str
    site_url: str = ""
    logo_url: str = ""
    support_email: str = ""
    address: str = ""
    primary: str = "#1d4ed8"
    on_primary: str = "#ffffff"
    ink: str = "#1f2937"
    muted: str = "#5b6472"
    line: str = "#e5e7eb"
    ground: str = "#f3f4f6"
    surface: str = "#ffffff"


@cache
def part(name: str) -> str:
    """One of our own files of the mail layout, marked as ours."""
    return (FOLDER / name).read_text()


def mail_model(
    look: Look,
    tokens: Mapping[str, Any],
    _: Callable[[str], str] = str,
    *,
    lang: str = "en",
    unsubscribe_url: str = "",
    preferences_url: str = "",
) -> dict[str, Any]:
    """The view model of one mail: the author's tokens, and what the layout needs.

    `_` translates the layout's own words into the reader's language. Leave the two links empty on mail that
    serves a running business, where there is nothing to unsubscribe from.
    """
    words = {"unsubscribe": _("Unsubscribe"), "preferences": _("Choose what you get")}
    own = {"brand": msgspec.structs.asdict(look), "words": words, "lang": lang}
    return {**tokens, **own, "unsubscribe_url": unsubscribe_url, "preferences_url": preferences_url}


def compile_email(mjml: str, *, subject: str = "", text: str = "") -> CompiledEmail:
    """Compile MJML with its Liquid left in place. Raises BadLayout.

    Compare with words, not with signs: a bare `<` inside a Liquid tag ends the MJML around it. A loop
    over table rows stands in `mj-raw`.
    """
    try:
        html = mjml2html(mjml)
    except ValueError as error:
        raise BadLayout(f"The layout can't be read: {error}.") from error
    found = _Active()
    found.feed(html)
    if found.what:
        raise BadLayout(f"Mail can't hold {found.what}. Take it out.")
    return CompiledEmail(subject, text, html)


class _Active(HTMLParser):
    """Looks for what runs or loads by itself. Nothing of it works in a mail, and a preview must not run
    it.
    """

    TAGS = frozenset("script iframe object embed applet form base frame frameset svg math".split())
    what = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            said = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if name.startswith("on") or said.startswith(("javascript:", "vbscript:", "data:text")):
                self.what = f"the attribute {name}"
            if tag == "meta" and (name, said) == ("http-equiv", "refresh"):
                self.what = "a redirection"
        if tag in self.TAGS:
            self.what = f"<{tag}>"


async def render_email(compiled: CompiledEmail, model: Mapping[str, Any]) -> RenderedEmail:
    """One person's mail. Raises TemplateFailed and NotPlain."""
    return (await render_emails(compiled, [model]))[0]


async def render_emails(compiled: CompiledEmail, models: Sequence[Mapping[str, Any]]) -> list[RenderedEmail]:
    """Many people's, in one go."""
    return [_rendered(row) for row in await liquid.render_set(_pieces(compiled), models)]


def render_email_now(compiled: CompiledEmail, model: Mapping[str, Any]) -> RenderedEmail:
    """For callers without a loop; it blocks when the text is a tenant's."""
    return _rendered(liquid.render_set_now(_pieces(compiled), [model])[0])


def _pieces(compiled: CompiledEmail) -> list[liquid.Piece]:
    return [
        liquid.Piece(compiled.subject, "text"),
        liquid.Piece(compiled.text, "text"),
        liquid.Piece(compiled.html, "html"),
    ]


def _rendered(row: Sequence[str]) -> RenderedEmail:
    subject, text, html = row
    words = re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
    return RenderedEmail(" ".join(subject.split())[:LONGEST_SUBJECT], words, html)

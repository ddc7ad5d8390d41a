"""Where in the HTML does a value land? Escaping makes a value safe as text and inside quotes, and
nowhere else.

So a link needs the `url` filter, a style needs `colour` or `px`, and script, event handlers and
values without quotes are refused. The markup between the tags of the template is read as one line of
text, whatever the branches do.
"""

import re
from collections.abc import Iterator

from liquid import Environment
from liquid.token import TOKEN_CONTENT, TOKEN_EXPRESSION, TOKEN_OUTPUT, TOKEN_TAG

LINKS = frozenset(
    "href src action formaction poster background cite data ping manifest longdesc xlink:href srcset".split()
)
STYLE_FILTERS = ("colour", "px")
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_NAME = re.compile(r"[^\s=/>\"']+")
_ENDS_RAW = {name: re.compile(rf"</{name}", re.I) for name in ("script", "style", "title", "textarea")}
_LAST_FILTER = re.compile(r"\|\s*([a-zA-Z_]\w*)\s*(?::[^|]*)?$")
_STRINGS = re.compile(r"\"[^\"]*\"|'[^']*'")

Misplaced = tuple[int, str]
"""Offset in the source, and a code: `quote`, `script`, `url`, `style`."""


class Place:
    """A reader of HTML that can be asked, between two pieces of text, where it stands."""

    def __init__(self) -> None:
        self.state, self.tag, self.attribute, self.value = "text", "", "", ""
        self._quote = ""

    def read(self, text: str) -> None:
        at = 0
        while at < len(text):
            at = getattr(self, f"_{self.state}")(text, at)

    def _text(self, text: str, at: int) -> int:
        found = text.find("<", at)
        if found < 0:
            return len(text)
        if text.startswith("<!--", found):
            self.state = "comment"
            return found + 4
        tag = _TAG.match(text, found)
        if tag is None:
            # A tag's name, or a lone sign, may follow from a value: then the value is in a tag.
            self.state = "text" if found + 1 < len(text) else "tag"
            return found + 1
        self.tag, self.state = tag.group(2).lower() if not tag.group(1) else "", "tag"
        return tag.end()

    def _comment(self, text: str, at: int) -> int:
        found = text.find("-->", at)
        if found < 0:
            return len(text)
        self.state = "text"
        return found + 3

    def _raw(self, text: str, at: int) -> int:
        found = _ENDS_RAW[self.tag].search(text, at)
        if found is None:
            return len(text)
        self.tag, self.state = "", "tag"
        return found.end()

    def _tag(self, text: str, at: int) -> int:
        if text[at] == ">":
            self.state = "raw" if self.tag in _ENDS_RAW else "text"
        elif name := _NAME.match(text, at):
            self.attribute, self.state = name.group().lower(), "attribute"
            return name.end()
        return at + 1

    def _attribute(self, text: str, at: int) -> int:
        if text[at] == "=":
            self.state = "before_value"
        elif not text[at].isspace():
            self.state = "tag"
            return at
        return at + 1

    def _before_value(self, text: str, at: int) -> int:
        if text[at] in "\"'":
            self.state, self._quote, self.value = "value", text[at], ""
        elif text[at] == ">":
            self.state = "tag"
            return at
        elif not text[at].isspace():
            self.state = "unquoted"
        return at + 1

    def _value(self, text: str, at: int) -> int:
        found = text.find(self._quote, at)
        if found < 0:
            self.value += text[at:]
            return len(text)
        self.state = "tag"
        return found + 1

    def _unquoted(self, text: str, at: int) -> int:
        if text[at].isspace() or text[at] == ">":
            self.state = "tag"
            return at
        return at + 1

    def fault(self, last_filter: str) -> str:
        """What is wrong with a value here; nothing if nothing is."""
        if self.state in ("text", "comment"):
            return ""
        if self.state == "raw":
            return {"script": "script", "style": _style(last_filter)}.get(self.tag, "")
        if self.state != "value":
            return "quote"
        if self.attribute.startswith("on") or self.attribute == "srcdoc":
            return "script"
        if self.attribute == "style":
            return _style(last_filter)
        link = self.attribute in LINKS and not self.value.strip()
        return "url" if link and last_filter != "url" else ""


def _style(last_filter: str) -> str:
    return "" if last_filter in STYLE_FILTERS else "style"


def misplaced(environment: Environment, source: str) -> Iterator[Misplaced]:
    """Every value of an HTML template that lands where escaping does not protect."""
    place, kind, name = Place(), "", ""
    for token in environment.tokenizer()(source):
        if token.kind == TOKEN_CONTENT:
            place.read(token.value)
        elif token.kind == TOKEN_EXPRESSION and kind == TOKEN_OUTPUT:
            if code := place.fault(_last_filter(token.value)):
                yield token.start_index, code
            if place.state == "value":
                place.value += "x"
        elif token.kind == TOKEN_TAG:
            name = token.value
            if name == "render" and place.state not in ("text", "comment"):
                yield token.start_index, "quote"
        kind = token.kind


def _last_filter(expression: str) -> str:
    found = _LAST_FILTER.search(_STRINGS.sub("''", expression))
    return found.group(1) if found else ""

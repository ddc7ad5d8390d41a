"""The Liquid that templates are written in: fewer tags and filters than the language has, and limits on all.

Used inside the jail for text that a tenant wrote, and in our own process for text that we ship.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal
from urllib.parse import quote

from liquid import DictLoader, Environment
from liquid.filter import string_filter

Kind = Literal["html", "text"]
TAGS = frozenset(
    "if unless case for break continue capture assign comment render # literal illegal output content".split()
)
FILTERS = frozenset(
    "append prepend capitalize upcase downcase strip lstrip rstrip squish truncate truncatewords replace"
    " replace_first remove remove_first split join slice strip_html strip_newlines newline_to_br escape"
    " escape_once url_encode default size first last map where reject find has sort sort_natural reverse uniq"
    " compact concat sum plus minus times divided_by modulo round ceil floor abs at_least at_most".split()
)
OWN_FILTERS = frozenset({"url", "colour", "px"})

_SCHEMES = ("https:", "http:", "mailto:", "tel:", "sms:")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_INVISIBLE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]+")
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


@string_filter
def url(value: str) -> str:
    """A link that is safe to follow: web, mail, phone, or a path on this site. Anything else becomes `#`."""
    text = _INVISIBLE.sub("", str(value))
    if _SCHEME.match(text):
        safe = text.lower().startswith(_SCHEMES)
    else:
        safe = text[:1] in ("/", "#", "?") and text[:2] not in ("//", "/\\")
    return quote(text, safe="%/:?#[]@!$&'()*+,;=~-._") if safe else "#"


@string_filter
def colour(value: str) -> str:
    """A colour in hex. Anything else is `inherit`, so no value can carry more style than a colour."""
    return str(value) if _COLOUR.fullmatch(str(value)) else "inherit"


@string_filter
def px(value: str) -> str:
    """A length in whole pixels, 0 to 2000."""
    text = str(value)
    return f"{min(int(text), 2000)}px" if text.isascii() and text.isdigit() and len(text) < 6 else "0px"


class Liquid(Environment):
    """With limits: nesting, loops, bytes kept, bytes written."""

    block_nesting_limit = 12
    context_depth_limit = 12
    loop_iteration_limit = 20_000
    local_namespace_limit = 200_000
    output_stream_limit = 1_000_000

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=False)
        self.tags = {name: tag for name, tag in self.tags.items() if name.lower() in TAGS}
        self.filters = {name: function for name, function in self.filters.items() if name in FILTERS}
        self.filters |= {"url": url, "colour": colour, "px": px}


def environment(kind: Kind, partials: Mapping[str, str] | None = None) -> Environment:
    """HTML escapes every value; text escapes none. `render` finds nothing but the given partials."""
    if partials:
        return Liquid(autoescape=kind == "html", loader=DictLoader(dict(partials)))
    return _bare(kind)


@cache
def _bare(kind: Kind) -> Environment:
    return Liquid(autoescape=kind == "html", loader=DictLoader({}))


def render(source: str, model: Mapping[str, Any], kind: Kind, partials: Mapping[str, str] | None = None) -> str:
    """Parse and render. Raises LiquidError."""
    return environment(kind, partials).from_string(source).render(**model)

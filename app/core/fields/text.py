"""The form in which texts are compared, searched and stored beside the original."""

import unicodedata

COMPARED = 500  # characters; 4 bytes each still fit a row of a B-tree index


def normalise(text: str) -> str:
    """NFKC, case folded, accents stripped, white space collapsed: "José  ÁLVAREZ" becomes "jose alvarez"."""
    bare = _strip(_strip(text).casefold())
    return " ".join(unicodedata.normalize("NFKC", bare).split())


def comparable(text: str) -> str:
    """What conditions look at: the normalised text, its first 500 characters."""
    return normalise(text)[:COMPARED].rstrip()


def _strip(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if unicodedata.category(part) != "Mn" and part not in "\0")

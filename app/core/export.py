"""Lists as CSV that a spreadsheet opens without running anything in it (RFC 4180; OWASP "CSV injection")."""

import re
from collections.abc import Iterable

STARTS_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # also the full-width ones
NUMBER = re.compile(r"-?\d+(\.\d+)?")
BOM = "\ufeff"  # tells spreadsheets that the file is UTF-8


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe in front of what would start one.

    Plain numbers stay, also negative ones; control characters go.
    """
    text = "".join(mark for mark in text if mark >= " " or mark in "\t\r\n")
    if text.lstrip(" ").startswith(STARTS_FORMULA) and not NUMBER.fullmatch(text):
        return "'" + text
    return text


def csv_line(cells: Iterable[str]) -> str:
    """One record with its line end; every cell quoted, quotes doubled."""
    return ",".join('"' + safe_cell(cell).replace('"', '""') + '"' for cell in cells) + "\r\n"

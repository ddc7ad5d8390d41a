"""Tables that people send, read in the jail: `read_table(bytes)` gives rows of text, whatever the dialect or workbook.

T44: at most 25 MB as sent, 100 MB and 2,000 entries unpacked, a ratio of 100, 200,000 rows, 200 columns; no entities.
"""

import site
import sys
import sysconfig

import msgspec

from themes.catalogue import later
from themes.jail import Jail, JailError, Limits

LARGEST = 25_000_000
_jail = Jail(
    "app.core.ports.sheets_press:work",
    Limits(seconds=60, wall=240, megabytes=1_500, answer_bytes=150_000_000),
    size=1,
    readable=(sys.base_prefix, sysconfig.get_paths()["stdlib"], *site.getsitepackages()),
)
FAULTS = {
    "empty": later("This file holds no rows. Choose another one."),
    "quotes": later("This file's quotation marks don't match. Save it again as CSV (UTF-8) or Excel, and send that."),
    "unreadable": later(
        "This workbook can't be read: it is broken, or locked by a password. Save it again as .xlsx or CSV, and send that."
    ),
    "bomb": later("This workbook unpacks to far more than its size. Save the sheet as CSV, and send that."),
    "too_wide": later("This table has more than 200 columns. Leave out those that you don't need."),
    "too_long": later("This table has more than 200,000 rows. Split it into several files."),
    "too_much": later("This file takes too much time or memory to read. Split it, or save it as CSV."),
}


class TableFailed(Exception):
    """There are no rows; the text (to be translated) says why and how to mend it."""


class Table(msgspec.Struct, frozen=True):
    """`rows[0]` holds the names of the columns. `how` says what it was read as; `others` are sheets that were not."""

    rows: list[list[str]]
    width: int
    how: str
    others: list[str]


class _Read(msgspec.Struct):
    fault: str = ""
    how: str = ""
    others: list[str] = []
    width: int = 0
    rows: list[bytes] = []


async def read_table(body: bytes) -> Table:
    """Raises TableFailed."""
    try:
        found = msgspec.msgpack.decode(await _jail.acall(body), type=_Read)
    except JailError as error:
        raise TableFailed(FAULTS["too_much"]) from error
    if found.fault:
        raise TableFailed(FAULTS[found.fault])
    decode = msgspec.msgpack.Decoder(list[str]).decode
    return Table([decode(row) for row in found.rows], found.width, found.how, found.others)

"""Reading a table out of a file, inside the jail: CSV of any dialect and encoding, and Excel workbooks.

The only file that knows calamine, and no other process imports it. Asked and answered in msgpack; rows are packed one by
one, so that a long file costs its text and not a million objects.
"""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import msgspec
from charset_normalizer import from_bytes
from python_calamine import CalamineWorkbook

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 200_000, 200, 10_001
MOST_UNPACKED, MOST_RATIO, MOST_ENTRIES = 100_000_000, 100, 2_000  # ASVS 5.2.3; the headers of an archive may lie
SMALL = 5_000_000  # below this much text a good ratio proves nothing
DELIMITERS = (",", ";", "\t", "|")
FORMULA = ("=", "+", "-", "@")
SAMPLE_LINES, SAMPLE_BYTES = 60, 262_144
# Of scripts that look alike the one that our customers' machines write.
ALIKE = ("utf_8", "ascii", "latin_1", "cp1250", "cp1254", "cp1257", "iso8859_2", "iso8859_9", "iso8859_15")
FEW = 40  # with fewer letters beyond ASCII any guess is a guess, and Windows' own is the likeliest


class Fault(Exception):
    """`code` says which sentence to tell people."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Read(msgspec.Struct):
    """`rows` are packed lists of texts, all of one width; the first one holds the names of the columns."""

    fault: str = ""
    how: str = ""
    others: list[str] = []
    width: int = 0
    rows: list[bytes] = []


def prepare() -> None:
    """Whatever is imported late is imported while files can still be opened."""
    from_bytes("prêt à lire, señor".encode("cp1252")).best()
    csv.field_size_limit(1_000_000)


def work(request: bytes) -> bytes:
    try:
        return msgspec.msgpack.encode(read(request))
    except Fault as fault:
        return msgspec.msgpack.encode(Read(fault=fault.code))


def read(body: bytes) -> Read:
    if not body.strip(b"\0 \t\r\n"):
        raise Fault("empty")
    if body.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _workbook(body)
    text, encoding = _decoded(body)
    delimiter, text = _delimiter(text)
    shown = {"\t": "tabs", ",": "commas", ";": "semicolons"}.get(delimiter, f"“{delimiter}”")
    return _packed(_lines(text, delimiter), how=f"{encoding.upper()}, split by {shown}")


# --- CSV


def _decoded(body: bytes) -> tuple[str, str]:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return body.decode(encoding, errors="replace"), encoding.removesuffix("-sig")
    try:
        return body.decode(), "utf-8"
    except UnicodeDecodeError:
        found = from_bytes(body[:SAMPLE_BYTES]).best() if _foreign(body) >= FEW else None
    encoding = found.encoding if found is not None and found.encoding not in ALIKE else "cp1252"
    return body.decode(encoding, errors="replace"), encoding.replace("_", "-")


def _foreign(body: bytes) -> int:
    return sum(mark > 127 for mark in body[:SAMPLE_BYTES])


def _delimiter(text: str) -> tuple[str, str]:
    """What splits most lines into equally many cells. Excel may say it itself in a first line."""
    head, _, rest = text.partition("\n")
    if head.strip().lower().startswith("sep=") and len(head.strip()) == 5:
        return head.strip()[4], rest
    return max(DELIMITERS, key=lambda mark: _evenness(text, mark)), text


def _evenness(text: str, mark: str) -> tuple[float, int]:
    widths = Counter(len(row) for row in islice(_lines(text[:SAMPLE_BYTES], mark), SAMPLE_LINES) if any(row))
    if not widths:
        return 0.0, 0
    width, count = max(widths.items(), key=lambda pair: (pair[1] if pair[0] > 1 else 0, pair[0]))
    return (count / widths.total() if width > 1 else 0.0), width


def _lines(text: str, mark: str) -> Iterator[list[str]]:
    clean = text.replace("\0", "")
    try:
        yield from csv.reader(io.StringIO(clean, newline=""), delimiter=mark, skipinitialspace=True)
    except csv.Error as error:
        raise Fault("quotes") from error


# --- Excel


def _workbook(body: bytes) -> Read:
    if body.startswith(b"PK"):
        _weigh(body)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(body))
        tables = [(name, book.get_sheet_by_name(name)) for name in book.sheet_names]
    except Exception as error:  # the library's own kinds of broken
        raise Fault("unreadable") from error
    full = [(name, sheet) for name, sheet in tables if sheet.height and sheet.width]
    if not full:
        raise Fault("empty")
    if full[0][1].width > MOST_COLUMNS * 5:
        raise Fault("too_wide")
    name, sheet = full[0]
    found = _packed(([_text(cell) for cell in row] for row in sheet.iter_rows()), how=name)
    found.others = [other for other, _ in full[1:]][:20]
    return found


def _weigh(body: bytes) -> None:
    """Unpack and count what really comes out before anybody parses it; nothing in it may declare entities."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
        if len(archive.infolist()) > MOST_ENTRIES:
            raise Fault("bomb")
        total = 0
        for entry in archive.infolist():
            total = _inflated(archive, entry, total, len(body))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise Fault("unreadable") from error


def _inflated(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, total: int, packed: int) -> int:
    with archive.open(entry) as file:
        first = True
        while piece := file.read(1 << 20):
            total += len(piece)
            if total > MOST_UNPACKED or (total > SMALL and total > packed * MOST_RATIO):
                raise Fault("bomb")
            if first and (b"<!DOCTYPE" in piece or b"<!ENTITY" in piece):
                raise Fault("unreadable")
            first = False
    return total


def _text(cell: Any) -> str:
    """A cell as somebody would have typed it."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(cell, ".15g")
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) or cell is not None else ""


# --- rows


def _packed(lines: Iterable[list[str]], *, how: str) -> Read:
    """From the row with the names on: blank rows left out, all padded to one width."""
    rows = (clean for line in lines if any(clean := [_clean(cell) for cell in line]))
    first = list(islice(rows, SAMPLE_LINES))
    if not first:
        raise Fault("empty")
    width = max(len(_trimmed(row)) for row in first)
    if width > MOST_COLUMNS:
        raise Fault("too_wide")
    start = _head(first)
    packed: list[bytes] = []
    for row in _all(first[start:], rows):
        if len(packed) > MOST_ROWS:
            raise Fault("too_long")
        packed.append(msgspec.msgpack.encode((row + [""] * width)[:width]))
    return Read(how=how, width=width, rows=packed)


def _all(first: list[list[str]], rest: Iterator[list[str]]) -> Iterator[list[str]]:
    yield from first
    yield from rest


def _clean(cell: str) -> str:
    """Without the apostrophe that an export puts before what would start a formula."""
    text = cell.strip()[:LONGEST_CELL]
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text


def _trimmed(row: list[str]) -> list[str]:
    return row[: max((place + 1 for place, cell in enumerate(row) if cell), default=0)]


def _head(rows: list[list[str]]) -> int:
    """Titles and remarks above a table fill a cell or two; the names of the columns are the first full row."""
    filled = [sum(map(bool, row)) for row in rows]
    usual = sorted(filled)[len(filled) // 2]
    return next((place for place, count in enumerate(filled[:20]) if count >= max(1, usual * 0.6)), 0)

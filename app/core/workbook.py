"""Excel workbooks, written row by row to a file on disk, so that a hundred thousand rows need no memory.

Text goes in as text with the same guard as CSV (`app.core.export`): no cell is ever a formula or a link.
"""

import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from app.core.export import safe_cell

WIDTHS = {"text": 24, "moment": 18, "money": 14}
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "default_date_format": "yyyy-mm-dd hh:mm",
}
DAY = 86_400  # a span is written as a part of a day, which spreadsheets show as hours
MOST_ROWS = 1_000_000  # a sheet ends at 1,048,576


class Workbook:
    """Sheets are written one after the other, each from its first row on. Use as a context, then ask for `bytes`.

    Kinds of cells: text, number, money (minor units of a currency with `digits`), percent (a share of one), span (seconds),
    moment (in `zone`).
    """

    def __init__(self, zone: str, *, digits: int = 2) -> None:
        self._zone, self._scale = ZoneInfo(zone), 10**digits
        self._folder = tempfile.TemporaryDirectory(prefix="sheet-")
        self._path = Path(self._folder.name) / "sheet.xlsx"
        self._book = xlsxwriter.Workbook(str(self._path), OPTIONS | {"tmpdir": self._folder.name})
        form = {"money": f"#,##0{'.' + '0' * digits if digits else ''}", "percent": "0.0%", "number": "#,##0",
                "span": "[h]:mm:ss"}  # fmt: skip
        self._forms = {kind: self._book.add_format({"num_format": shape}) for kind, shape in form.items()}
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._strong = self._book.add_format({"bold": True})
        self._sheet: Any = None
        self._row = 0

    def sheet(self, name: str, widths: Sequence[str] = ()) -> None:
        """Begin a sheet; `widths` are the kinds of its columns."""
        self._sheet, self._row = self._book.add_worksheet(name[:31]), 0
        for place, kind in enumerate(widths):
            self._sheet.set_column(place, place, WIDTHS.get(kind, 12))

    def heads(self, labels: Sequence[str], *, freeze: bool = False) -> None:
        self.line(labels, ["text"] * len(labels), strong=True)
        if freeze:
            self._sheet.freeze_panes(self._row, 0)

    def lines(self, rows: Iterable[Sequence[Any]], kinds: Sequence[str]) -> None:
        for row in rows:
            self.line(row, kinds)

    def line(self, cells: Sequence[Any], kinds: Sequence[str], *, strong: bool = False) -> None:
        for place, (value, kind) in enumerate(zip(cells, kinds, strict=False)):
            if value is not None and value != "":
                self._put(place, value, kind, strong)
        self._row += 1

    def gap(self) -> None:
        self._row += 1

    def _put(self, place: int, value: Any, kind: str, strong: bool) -> None:
        if isinstance(value, datetime):
            local = value.astimezone(self._zone).replace(tzinfo=None)
            self._sheet.write_datetime(self._row, place, local, self._moment)
        elif isinstance(value, str) or kind == "text":
            self._sheet.write_string(self._row, place, safe_cell(str(value))[:32_000], self._strong if strong else None)
        else:
            number = float(value) / {"money": self._scale, "span": DAY}.get(kind, 1)
            self._sheet.write_number(self._row, place, number, self._forms.get(kind))

    def __enter__(self) -> "Workbook":
        return self

    def close(self) -> bytes:
        """The whole file. Nothing more can be written."""
        self._book.close()
        return self._path.read_bytes()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

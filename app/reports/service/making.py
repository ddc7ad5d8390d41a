"""A report as a file: PDF, workbook, its first table as CSV, or all its single rows as CSV. Everything from one query.

Made with no transaction held: each chunk of rows is a unit of work of its own, after which the file's row says how far it is.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from babel.numbers import get_currency_precision

from app.analytics.models import Period, Scope
from app.analytics.queries import view
from app.core import clock, config
from app.core.export import BOM, csv_line
from app.core.permissions import Person
from app.core.ports.pdf import FOLDER, Meta, file_name, print_assets, render_pdf
from app.core.work import Work
from app.core.workbook import MOST_ROWS, Workbook
from app.messages.service import outside
from app.reports.queries import REPORTS, Column, Made, Table, sight_of
from themes.catalogue import say
from themes.charts import svg_file, written
from themes.formats import day
from themes.loader import make_environment
from themes.terms import worded
from themes.tokens import brand_of, print_palette
from themes.view import viewing

CHUNK = 20_000
MOST_AT_ONCE = 2_000  # rows that a page may wait for
LETTER = {"US", "CA", "MX"}  # where letters are 8.5 by 11 inches
TYPES = {
    "pdf": ("application/pdf", ".pdf"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "csv": ("text/csv; charset=utf-8", ".csv"),
    "rows": ("text/csv; charset=utf-8", ".csv"),
}
Unit = Callable[[], AbstractAsyncContextManager[Work]]
Progress = Callable[[Work, int, int], Awaitable[None]]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be made, for whose eyes."""

    file_id: UUID
    report: str
    format: str
    paper: str
    period: Period
    scope: Scope
    person: Person


class Product(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    content_type: str
    body: bytes
    rows: int


class _Frame(msgspec.Struct, frozen=True):
    """How things are written for whoever asked."""

    locale: str
    zone: str
    currency: str
    terms: dict[str, Any]

    @property
    def context(self) -> dict[str, Any]:
        return {"locale": self.locale, "zone": self.zone, "currency": self.currency, "terms": self.terms}


async def make(order: Order, unit: Unit, progress: Progress) -> Product:
    """Raises PdfFailed with a sentence for people."""
    report = REPORTS[order.report]
    async with unit() as work:
        work.person = order.person
        settings = await config.everything(work)
        frame = _Frame(order.person.locale, settings["zone"], settings["currency"], settings["terms"])
        with viewing(frame.context, clock.now):
            seen = await view(work, order.person, order.scope)
            made = await report.build(work, order.person, seen, order.period) if order.format != "rows" else None
            columns = report.columns(sight_of(order.person))
            everything = await report.count(work, seen, order.period) if order.format in ("xlsx", "rows") else 0
            look, palette = outside.look(work), print_palette(brand_of(work.tenant.brand))
            title = worded(report.title)
        await progress(work, 0, everything)
    with viewing(frame.context, clock.now):
        name = _name(title, order)
        if order.format == "pdf":
            assert made is not None
            body = await _pdf(made, order, frame, look, palette)
        elif order.format == "csv":
            assert made is not None
            body = _csv(made.tables[0], frame)
        elif order.format == "xlsx":
            assert made is not None
            body = await _xlsx(made, columns, _chunks(order, unit, progress, everything), frame)
        else:
            body = await _rows_csv(columns, _chunks(order, unit, progress, everything), frame)
    return Product(name=name, content_type=TYPES[order.format][0], body=body, rows=everything)


async def _chunks(order: Order, unit: Unit, progress: Progress, everything: int) -> AsyncIterator[list[list[Any]]]:
    """The single rows, a unit of work for each chunk."""
    report, after, done = REPORTS[order.report], None, 0
    while True:
        async with unit() as work:
            work.person = order.person
            seen = await view(work, order.person, order.scope)
            rows, after = await report.rows(work, order.person, seen, order.period, after, CHUNK)
            done += len(rows)
            await progress(work, done, max(done, everything))
        yield rows
        if after is None or done >= MOST_ROWS:
            return


# --- PDF


async def _pdf(made: Made, order: Order, frame: _Frame, look: Any, palette: dict[str, str]) -> bytes:
    pictures = {f"chart-{n}.svg": svg_file(chart, palette) for n, chart in enumerate(made.charts, 1) if drawable(chart)}
    html = make_environment(clock.now).get_template("pdf/report.html").render(
        made=made, pictures=pictures, cell=cell, title=made.title, look=look, logo="", lang=frame.locale[:2],
        paper=order.paper or usual_paper(frame.locale), **frame.context,
    )  # fmt: skip
    meta = Meta(made.title, look.name, frame.locale[:2], clock.now())
    return await render_pdf(html, print_assets(look) | pictures | {"report.css": _sheet(palette)}, meta=meta)


def _sheet(palette: dict[str, str]) -> bytes:
    colours = "".join(f" --series-{n}: {palette[f'series_{n}']};" for n in range(1, 4))
    return f":root {{{colours} }}\n".encode() + (FOLDER / "report.css").read_bytes()


def drawable(chart: Any) -> bool:
    return chart.enough and not chart.blank


def usual_paper(locale: str) -> str:
    return "Letter" if locale.partition("_")[2] in LETTER else "A4"


def cell(value: Any, column: Column) -> str:
    """A cell as people read it."""
    if value is None:
        return "–"
    return str(value) if column.kind in ("text", "moment") else written(value, column.kind)


# --- spreadsheets


async def _xlsx(made: Made, columns: list[Column], chunks: AsyncIterator[list[list[Any]]], frame: _Frame) -> bytes:
    """A sheet with the finding and the tables, a sheet with the single rows. Written beside the loop, so that the lease lives."""
    kinds = [column.kind for column in columns]
    with Workbook(frame.zone, digits=get_currency_precision(frame.currency)) as book:
        _summary(book, made)
        book.sheet(say("Rows"), kinds)
        book.heads([column.label for column in columns], freeze=True)
        async for rows in chunks:
            await asyncio.to_thread(book.lines, rows, kinds)
        return await asyncio.to_thread(book.close)


def _summary(book: Workbook, made: Made) -> None:
    book.sheet(say("Summary"), ["text", *["number"] * 12])
    book.line([made.title], ["text"], strong=True)
    book.line(
        [say("%(first)s to %(last)s", first=day(made.period.first, year=True), last=day(made.period.last, year=True))],
        ["text"],
    )
    book.line([made.headline], ["text"])
    for table in made.tables:
        kinds = [column.kind for column in table.columns]
        book.gap()
        book.line([table.title], ["text"], strong=True)
        book.heads([column.label for column in table.columns])
        book.lines(table.rows, kinds)
        if table.total:
            book.line(table.total, kinds, strong=True)
    book.gap()
    book.lines([[label, words] for label, words in made.how], ["text", "text"])


def _csv(table: Table, frame: _Frame) -> bytes:
    head = csv_line([column.label for column in table.columns])
    lines = [csv_line(plain(value, column, frame.zone, frame.currency) for value, column in zip(row, table.columns, strict=False))
             for row in table.rows]  # fmt: skip
    return (BOM + head + "".join(lines)).encode()


async def _rows_csv(columns: list[Column], chunks: AsyncIterator[list[list[Any]]], frame: _Frame) -> bytes:
    written_ = bytearray((BOM + csv_line([column.label for column in columns])).encode())
    async for rows in chunks:
        written_ += await asyncio.to_thread(_lines, rows, columns, frame)
    return bytes(written_)


def _lines(rows: list[list[Any]], columns: list[Column], frame: _Frame) -> bytes:
    zone, digits = ZoneInfo(frame.zone), get_currency_precision(frame.currency)
    return "".join(
        csv_line(_plain(value, column.kind, zone, digits) for value, column in zip(row, columns, strict=False))
        for row in rows
    ).encode()


def plain(value: Any, column: Column, zone: str, currency: str) -> str:
    """A cell as spreadsheets read it: money in major units, a share as a decimal, a moment in the tenant's zone."""
    return _plain(value, column.kind, ZoneInfo(zone), get_currency_precision(currency))


def _plain(value: Any, kind: str, zone: ZoneInfo, digits: int) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if kind == "money":
        return f"{float(value) / 10**digits:.{digits}f}"
    if kind == "span":
        minutes, seconds = divmod(round(value), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _name(title: str, order: Order) -> str:
    kind = ["Rows"] if order.format == "rows" else []
    stem = file_name(title, *kind, order.period.first.isoformat(), order.period.last.isoformat()).removesuffix(".pdf")
    return stem + TYPES[order.format][1]

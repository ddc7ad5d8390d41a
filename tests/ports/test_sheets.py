"""Tables that people send: whatever dialect, encoding or workbook, and whatever was hidden in it, read in the jail."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from app.core.ports.sheets import TableFailed, read_table

pytestmark = pytest.mark.anyio
DATA = Path(__file__).parents[3] / "shared" / "data"


def workbook(*rows, at: tuple[int, int] | None = None) -> bytes:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("People")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if at:
            sheet.write(*at, "far")
        book.add_worksheet("Empty")
        book.add_worksheet("More").write(0, 0, "left out")
    return kept.getvalue()


def with_entry(body: bytes, name: str, content: bytes) -> bytes:
    """The same archive with one entry put in or replaced."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return kept.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        "name,phone\r\nJosé,1\r\n".encode(),
        "\ufeffname,phone\nJosé,1\n".encode(),
        "name;phone\r\nJosé;1\r\n".encode("cp1252"),
        "sep=;\r\nname;phone\r\nJosé;1\r\n".encode("cp1252"),
        "name\tphone\rJosé\t1\r".encode("utf-16"),
        "Our people,\n,\n\"name\",'phone\nJosé,'+1\n".replace("'phone", "phone").encode(),
    ],
)
async def test_any_dialect_and_encoding_gives_the_same_rows(body):
    table = await read_table(body)
    assert table.rows == [["name", "phone"], ["José", table.rows[1][1]]] and table.rows[1][1] in ("1", "+1")


async def test_a_cell_may_hold_lines_and_quotes():
    table = await read_table(b'a,b\r\n"one\ntwo","she said ""no"", twice"\r\nshort\r\n')
    assert table.rows[1:] == [["one\ntwo", 'she said "no", twice'], ["short", ""]]


async def test_a_workbook_reads_as_somebody_would_type_it():
    table = await read_table(workbook(["Phone", "Since", "Debt"], [7275550142, date(2026, 5, 3), 12.5], ["", None, ""]))
    assert table.rows == [["Phone", "Since", "Debt"], ["7275550142", "2026-05-03", "12.5"]]
    assert (table.how, table.others) == ("People", ["More"])


async def bombs() -> dict[str, bytes]:
    good = workbook(["a"], ["b"])
    laughs = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><sst>&b;</sst>'
    outside = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst>&a;</sst>'
    return {
        "inflates": with_entry(good, "xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 60_000_000 + b"</worksheet>"),
        "laughs": with_entry(good, "xl/sharedStrings.xml", laughs),
        "outside": with_entry(good, "xl/sharedStrings.xml", outside),
        "corner": workbook(["a"], ["b"], at=(1_048_575, 16_383)),
        "broken": good[: len(good) // 2],
        "wide": (",".join(["a"] * 300) + "\n").encode() * 3,
        "long": b"a\n" + b"1\n" * 200_001,
    }


async def test_bombs_entities_and_endless_sheets_are_refused_kindly_and_the_next_file_is_read():
    for name, body in (await bombs()).items():
        with pytest.raises(TableFailed) as told:
            await read_table(body)
        assert len(str(told.value)) > 20, name
    assert (await read_table(workbook(["a"], ["b"]))).rows == [["a"], ["b"]]


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="the data lies beside the project")
async def test_real_messy_files_are_read():
    files = [file for folder in ("messy-csv", "csv-spectrum/csvs") for file in sorted((DATA / folder).glob("*.csv"))]
    read = 0
    for file in files:
        try:
            table = await read_table(file.read_bytes())
        except TableFailed:
            continue
        assert all(len(row) == table.width for row in table.rows), file.name
        read += 1
    assert read >= len(files) - 2 > 50

"""CSV cells that no spreadsheet runs, and that a CSV reader gives back."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.export import csv_line, safe_cell

pytestmark = pytest.mark.anyio


@given(st.lists(st.text(max_size=40), min_size=1, max_size=6))
def test_no_cell_starts_a_formula_and_all_come_back(cells):
    (read,) = list(csv.reader(io.StringIO(csv_line(cells), newline="")))
    assert read == [safe_cell(cell) for cell in cells]
    for cell in read:
        assert not cell.lstrip(" ").startswith(("=", "+", "@", "\t", "\r", "\uff1d")), cell
        assert not cell.lstrip(" ").startswith("-") or re.fullmatch(r"-\d+(\.\d+)?", cell), cell
        assert "\0" not in cell


@pytest.mark.parametrize("text", ["plain", "", "12", "-12.50", "a=b", "O'Brien", "3 < 4"])
def test_what_is_harmless_stays(text):
    assert safe_cell(text) == text

"""How texts are cut, and mail that came in is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.messages.models import segments
from app.messages.models.letters import read_letter
from app.messages.models.segments import BASIC, DOUBLE


@pytest.mark.parametrize(
    ("text", "count", "encoding"),
    [
        ("", 1, "GSM-7"), ("a" * 160, 1, "GSM-7"), ("a" * 161, 2, "GSM-7"), ("a" * 306, 2, "GSM-7"), ("a" * 307, 3, "GSM-7"),
        ("€" * 80, 1, "GSM-7"), ("€" * 81, 2, "GSM-7"), ("a" * 152 + "€" + "a" * 10, 2, "GSM-7"), ("€" * 153, 3, "GSM-7"),
        ("’" * 70, 1, "UCS-2"), ("’" * 71, 2, "UCS-2"), ("’" * 134, 2, "UCS-2"), ("’" * 135, 3, "UCS-2"),
        ("😀" * 35, 1, "UCS-2"), ("😀" * 36, 2, "UCS-2"), ("😀" * 67, 3, "UCS-2"),
    ],
)  # fmt: skip
def test_a_text_is_cut_where_the_standard_cuts_it(text: str, count: int, encoding: str) -> None:
    found = segments(text)
    assert (found.count, found.encoding) == (count, encoding)


def test_the_signs_that_make_it_long_are_named() -> None:
    assert segments("Hi ’there’ 😀").because == "’😀"
    assert segments("Hi there").because == ""


@given(st.text(max_size=800))
def test_the_parts_hold_the_whole(text: str) -> None:
    found = segments(text)
    each = 160 if found.count == 1 else 153
    if found.encoding == "UCS-2":
        each = 70 if found.count == 1 else 67
    assert found.units <= found.count * each
    assert found.left >= 0
    assert (found.encoding == "GSM-7") == all(sign in BASIC | DOUBLE for sign in text)


@given(st.binary(max_size=600))
def test_any_bytes_are_read_as_some_letter(raw: bytes) -> None:
    assert read_letter(raw).kind in ("reply", "bounce", "complaint")


@pytest.mark.parametrize(
    ("body", "own"),
    [
        ("Yes.\n\nOn Tue, Mar 10, 2026 at 2:30 PM Harbor wrote:\n> Hello", "Yes."),
        ("Yes.\r\n\r\n-----Original Message-----\r\nFrom: us", "Yes."),
        ("> quoted\nNo, thanks", "No, thanks"),
        ("> only quoted", "> only quoted"),
    ],
)
def test_the_quotation_is_left_out(body: str, own: str) -> None:
    assert read_letter(f"From: a@example.com\r\nSubject: Re\r\n\r\n{body}".encode()).text == own

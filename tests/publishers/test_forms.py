"""Reading a post: JSON and forms, test flags, consent; nothing unreadable gets through, nothing readable is
lost.
"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import clock
from app.core.errors import Problem
from app.publishers import forms
from app.publishers.models import ConsentRule

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
GIVEN = {"text": "I agree.", "at": "2026-11-20T14:00:00Z", "url": "https://example.com/form"}


def faults(raw, **rule):
    with clock.held_at(NOW):
        return [(error.field, error.code) for error in forms.consent(raw, ConsentRule(**rule))[1]]


def test_json_and_form_give_the_same():
    as_json = forms.payload(
        "application/json; charset=utf-8", b'{"zip": "33602", "consent": {"text": "I agree.", "at": "now"}}'
    )
    as_form = forms.payload("application/x-www-form-urlencoded", b"zip=33602&consent.text=I+agree.&consent%5Bat%5D=now")
    assert as_json == as_form == {"zip": "33602", "consent": {"text": "I agree.", "at": "now"}}


def test_a_name_that_comes_twice_in_a_form_is_a_list():
    assert forms.payload(forms.FORM, b"a=1&a=2&a=3&b=")["a"] == ["1", "2", "3"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b'"x"',
        b"\xff",
        b'{"a": NaN}',
        b'{"a":1}x',
        b"[" * 50_000,
        b'{"a":1e999}',
    ],
)
def test_json_that_cannot_be_read_is_400(body):
    with pytest.raises(forms.NotReadable) as told:
        forms.payload("application/json", body)
    assert told.value.status == 400 and told.value.detail


@pytest.mark.parametrize("body", [b"a=%ff", b"\xff=1", b"&".join([b"a=1"] * 501)])
def test_a_form_that_cannot_be_read_is_400(body):
    with pytest.raises(forms.NotReadable):
        forms.payload(forms.FORM, body)


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data; boundary=x", "application/xml", "text/json5"])
def test_other_types_are_415(kind):
    with pytest.raises(forms.NotOurType) as told:
        forms.payload(kind, b"{}")
    assert told.value.status == 415


@given(st.text(max_size=40), st.binary(max_size=300))
def test_any_bytes_are_an_object_or_a_problem(kind, body):
    for content_type in (kind, "application/json", forms.FORM):
        try:
            assert isinstance(forms.payload(content_type, body), dict)
        except Problem as problem:
            assert problem.status in (400, 415)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_consent_is_read_or_refused(raw):
    consent, errors = forms.consent(raw, ConsentRule())
    assert (consent is None) == bool(errors)


@pytest.mark.parametrize(
    ("raw", "flag"),
    [
        (None, False),
        (True, True),
        (False, False),
        ("true", True),
        ("TRUE ", True),
        ("1", True),
        ("yes", True),
        ("no", False),
        ("0", False),
        (1, True),
        (0, False),
        ("", False),
        ("maybe", None),
        ([], None),
        ({"a": 1}, None),
        (2, None),
    ],
)
def test_the_test_flag(raw, flag):
    assert forms.test_flag(raw) is flag


def test_a_whole_consent_is_kept_as_it_was_shown():
    with clock.held_at(NOW):
        consent, errors = forms.consent({**GIVEN, "text": "  I agree. ", "certificate_id": " abc "}, ConsentRule())
    assert errors == []
    assert consent == forms.Consent("  I agree. ", NOW - timedelta(hours=1), "https://example.com/form", "abc")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (None, [("consent", "consent_missing")]),
        ({}, [("consent", "consent_missing")]),
        ("yes", [("consent", "consent_missing")]),
        ({"text": "x"}, [("consent.at", "consent_missing"), ("consent.url", "consent_missing")]),
        ({**GIVEN, "text": "  "}, [("consent.text", "consent_missing")]),
        ({**GIVEN, "text": "a\0b"}, [("consent.text", "invalid_format")]),
        ({**GIVEN, "text": "x" * 10_001}, [("consent.text", "too_long")]),
        ({**GIVEN, "at": "soon"}, [("consent.at", "invalid_format")]),
        ({**GIVEN, "at": "2026-08-20T14:00:00Z"}, [("consent.at", "consent_stale")]),
        ({**GIVEN, "at": "2026-11-20T15:11:00Z"}, [("consent.at", "not_allowed")]),
        ({**GIVEN, "url": "javascript:alert(1)"}, [("consent.url", "invalid_format")]),
        ({**GIVEN, "certificate_id": "x" * 256}, [("consent.certificate_id", "too_long")]),
    ],
)
def test_what_is_wrong_with_a_consent(raw, expected):
    assert faults(raw) == expected
    assert faults(GIVEN) == []


def test_a_certificate_only_where_the_offer_needs_one():
    assert faults(GIVEN, certificate=True) == [("consent.certificate_id", "consent_missing")]
    assert faults({**GIVEN, "certificate_id": "abc"}, certificate=True) == []


def test_an_offer_without_consent_leaves_a_half_one_out():
    with clock.held_at(NOW):
        assert forms.consent({"text": "x"}, ConsentRule(required=False)) == (None, [])
        assert forms.consent(GIVEN, ConsentRule(required=False))[0] is not None


def test_the_age_limit_is_the_offers():
    old = {**GIVEN, "at": (NOW - timedelta(days=40)).isoformat()}
    assert faults(old, max_age_days=30) == [("consent.at", "consent_stale")]
    assert faults(old, max_age_days=41) == []

"""Signed webhooks: what a forger, a replayer and a rotation meet (T37)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.ports.signing import BadSignature, sign, verify

BODY = b'{"type": "sms.status"}'


def test_the_published_example_of_the_shape() -> None:
    secret = "whsec_plJ3nmyCDGBKInavdOK15jsl"
    headers = sign(secret, "msg_loFOjxBNrRLzqYUf", b'{"event_type":"ping","data":{"success":true}}', 1731705121)
    assert headers["webhook-signature"] == "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="


@given(st.text(min_size=1, max_size=40), st.binary(max_size=200))
def test_what_is_signed_verifies_with_either_live_secret(secret: str, body: bytes) -> None:
    headers = sign(secret, "evt_1", body, 1_000_000)
    assert verify([secret, "next"], headers, body, 1_000_000) == "evt_1"
    assert verify(["next", secret], {k.upper(): v for k, v in headers.items()}, body, 1_000_299) == "evt_1"


def test_an_empty_secret_signs_nothing() -> None:
    with pytest.raises(BadSignature):
        verify(["", "s"], sign("", "evt_1", BODY, 1000), BODY, 1000)


@pytest.mark.parametrize(
    ("name", "changes", "body", "secrets", "now"),
    [
        ("another body", {}, BODY + b" ", ["s"], 1000),
        ("another id", {"webhook-id": "evt_2"}, BODY, ["s"], 1000),
        ("another time", {"webhook-timestamp": "1001"}, BODY, ["s"], 1001),
        ("another tenant's secret", {}, BODY, ["t"], 1000),
        ("no secret at all", {}, BODY, ["", ""], 1000),
        ("too old", {}, BODY, ["s"], 1301),
        ("from the future", {}, BODY, ["s"], 699),
        ("no signature", {"webhook-signature": ""}, BODY, ["s"], 1000),
        ("another version", {"webhook-signature": "v2,abc"}, BODY, ["s"], 1000),
        ("time in other digits", {"webhook-timestamp": "\u0661\u0660\u0660\u0660"}, BODY, ["s"], 1000),
        ("endless time", {"webhook-timestamp": "9" * 5000}, BODY, ["s"], 1000),
        ("not ASCII", {"webhook-signature": "v1,\u00e9"}, BODY, ["s"], 1000),
    ],
)
def test_anything_else_is_refused(
    name: str, changes: dict[str, str], body: bytes, secrets: list[str], now: float
) -> None:
    headers = sign("s", "evt_1", BODY, 1000)
    assert verify(["s"], headers, BODY, 1000) == "evt_1"
    with pytest.raises(BadSignature):
        verify(secrets, {**headers, **changes}, body, now)

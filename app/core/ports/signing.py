"""Signed webhooks in the Standard Webhooks shape, both ways: what we send, and what a peer sends us.

Three headers: `webhook-id` (the same for every repeat), `webhook-timestamp` (seconds) and
`webhook-signature` (space-separated `v1,<base64 of HMAC-SHA256 over id.timestamp.body>`). Times here are
real, never business time.
"""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Iterable, Mapping

WINDOW_SECONDS = 300


class BadSignature(ValueError):
    """Not from the peer, altered on the way, or too old. Say no more than that to whoever sent it."""


def sign(secret: str, event_id: str, body: bytes, at: float | None = None) -> dict[str, str]:
    """The headers to send with this body."""
    stamp = str(int(time.time() if at is None else at))
    return {
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{_code(secret, event_id, stamp, body)}",
    }


def verify(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, now: float | None = None) -> str:
    """The event's id, if any of the live secrets signed exactly this within five minutes. Raises
    BadSignature.

    Header names are compared in lower case. Two secrets are live while one is being rotated.
    """
    given = {name.lower(): value for name, value in headers.items()}
    event_id, stamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not event_id or not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        raise BadSignature("the signature headers are missing")
    if abs((time.time() if now is None else now) - int(stamp)) > WINDOW_SECONDS:
        raise BadSignature("signed too long ago, or in the future")
    offered = [part[3:] for part in given.get("webhook-signature", "").split()[:8] if part.startswith("v1,")]
    expected = [_code(secret, event_id, stamp, body) for secret in secrets if secret]
    matches = [_same(want, got) for want in expected for got in offered]
    if not any(matches):
        raise BadSignature("the signature does not fit")
    return event_id


def _same(want: str, got: str) -> bool:
    return hmac.compare_digest(want.encode(), got.encode())


def _code(secret: str, event_id: str, stamp: str, body: bytes) -> str:
    signed = f"{event_id}.{stamp}.".encode() + body
    return base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    """The shape's own secrets are base64 after `whsec_`; anything else is taken as it stands."""
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return secret.encode()

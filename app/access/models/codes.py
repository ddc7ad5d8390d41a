"""Second factors and one-time codes as arithmetic: authenticator steps (RFC 6238), recovery codes, mailed
codes.
"""

import base64
import hmac
import re
import secrets
from datetime import datetime

import pyotp
import segno

STEP_SECONDS = 30
DRIFT_STEPS = 1
RECOVERY_CODES = 10
_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"  # nothing that is mistaken for something else when read off paper


def matching_step(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """The step that this six-digit code belongs to, one step of drift allowed either way; None when it fits
    none.

    A step that was accepted before, or lies before one that was, never fits: a code works once.
    """
    current = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1):
        right = pyotp.TOTP(secret).at(step * STEP_SECONDS)
        if same(code, right) and step > last_step:
            found = step
    return found


def secret_from(key: str) -> str:
    """A 160-bit authenticator secret in base32 from 40 hex digits of a keyed hash."""
    return base64.b32encode(bytes.fromhex(key)).decode()


def setup_address(secret: str, email: str, issuer: str) -> str:
    """The `otpauth:` address behind the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def qr_image(address: str) -> str:
    """An SVG as a `data:` address, which the content policy allows for images."""
    return segno.make(address, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")


def only_digits(text: str) -> str:
    """A typed code without the blanks and dashes that people and phones put in."""
    return re.sub(r"[\s\-.]", "", text)


def new_recovery_codes() -> list[str]:
    """Ten codes of ten signs (49 bits each), in two groups for the eye."""
    drawn = ("".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES))
    return [f"{code[:5]}-{code[5:]}" for code in drawn]


def plain_recovery_code(text: str) -> str:
    """As typed, in any case and grouping, to the form that is hashed."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def six_digits(keyed_hash: str) -> str:
    """A mailed code from the hex of a keyed hash. 40 digits of hex leave no bias that matters."""
    return f"{int(keyed_hash, 16) % 1_000_000:06d}"


def same(given: str, right: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(given.encode(errors="replace"), right.encode())

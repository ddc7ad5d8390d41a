"""Signing mail so that receivers can tell whose it is and that nobody changed it.

DKIM, RFC 6376: rsa-sha256, relaxed for headers and body (3.4.2, 3.4.4). Written here because the one kept library comes
without a wheel, and nothing unlocked is built (infra/decisions/0021).
"""

import base64
import hashlib
import re

import msgspec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

HEADERS = (
    *("from", "to", "reply-to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version"),
    *("content-type", "list-unsubscribe", "list-unsubscribe-post"),
)
ONCE_MORE = ("from", "to", "subject", "date")  # so that a second one can't be slipped in (8.15)
_SPACES = re.compile(rb"[ \t]+")


class Signer(msgspec.Struct, frozen=True):
    """`pem` is the private key; it shows in no log."""

    domain: str
    selector: str
    pem: str

    def __repr__(self) -> str:
        return f"Signer({self.domain!r}, {self.selector!r})"


def signed(whole: bytes, signer: Signer | None) -> bytes:
    """The message with its signature before it; as it is without a signer."""
    if signer is None:
        return whole
    head, _, body = whole.partition(b"\r\n\r\n")
    fields = _fields(head)
    names = [name for name, _ in reversed(fields) if name in HEADERS]
    listed = [*names, *(name for name in ONCE_MORE if name in names)]
    tags = {
        "v": "1", "a": "rsa-sha256", "c": "relaxed/relaxed", "d": signer.domain, "s": signer.selector,
        "h": ":".join(listed), "bh": base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode(), "b": "",
    }  # fmt: skip
    bare = ";\r\n ".join(f"{name}={_folded(value, ':')}" for name, value in tags.items())
    proof = _sign(signer.pem, b"".join(_picked(fields, listed)) + relaxed_field(f"DKIM-Signature: {bare}".encode()))
    return f"DKIM-Signature: {bare}{_folded(proof)}\r\n".encode() + whole


def relaxed_body(body: bytes) -> bytes:
    """Runs of white space are one space, none at the end of a line, no empty lines at the end."""
    lines = [_SPACES.sub(b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


def relaxed_field(field: bytes) -> bytes:
    """Unfolded, its name in lower case, runs of white space one space."""
    name, _, value = field.partition(b":")
    return name.strip().lower() + b":" + _SPACES.sub(b" ", value.replace(b"\r\n", b"")).strip()


def _fields(head: bytes) -> list[tuple[str, bytes]]:
    """Name and relaxed form of each, in order."""
    whole = re.split(rb"\r\n(?![ \t])", head)
    return [
        (field.partition(b":")[0].strip().lower().decode("ascii", "replace"), relaxed_field(field)) for field in whole
    ]


def _picked(fields: list[tuple[str, bytes]], names: list[str]) -> list[bytes]:
    """Each name takes its field from the bottom up; a name that is listed more often than it stands takes nothing (5.4.2)."""
    left, found = list(reversed(fields)), []
    for name in names:
        at = next((place for place, (here, _) in enumerate(left) if here == name), None)
        if at is not None:
            found.append(left.pop(at)[1] + b"\r\n")
    return found


def _sign(pem: str, what: bytes) -> str:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("DKIM keys are RSA here.")
    return base64.b64encode(key.sign(what, padding.PKCS1v15(), hashes.SHA256())).decode()


def _folded(value: str, after: str = "") -> str:
    """Lines of about 72 signs, broken anywhere or after a sign, where the grammar lets white space stand (3.5)."""
    parts, lines = (
        re.findall(f"[^{after}]*{after}|[^{after}]+$", value) if after else re.findall(".{1,72}", value),
        [""],
    )
    for part in parts:
        if lines[-1] and len(lines[-1]) + len(part) > 72:
            lines.append("")
        lines[-1] += part
    return "\r\n ".join(lines)

"""Keys and ciphers: one data key per tenant, wrapped by the platform's secret; fields sealed to the place they stand in."""

import hashlib
import hmac
import os
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12


class Undecipherable(ValueError):
    """The text was not sealed with this key for this place."""


def derive(secret: str, purpose: str) -> bytes:
    """A 32-byte key of its own for each purpose, from one secret (HKDF, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())


def new_wrapped_key(secret: str) -> bytes:
    """A fresh data key, readable only with the platform's secret."""
    return _seal(derive(secret, "wrap"), os.urandom(32), b"data-key")


def unwrap(secret: str, wrapped: bytes) -> bytes:
    return _open(derive(secret, "wrap"), wrapped, b"data-key")


class Box:
    """Seals and opens one tenant's sensitive values.

    The place (tenant, table, column, row) is authenticated with the value, so a sealed value that is copied to another
    row or another tenant does not open. The first byte is the key's version.
    """

    def __init__(self, tenant: str, keys: dict[int, bytes]) -> None:
        self._tenant, self._keys, self._newest = tenant, keys, max(keys)

    def seal(self, value: str, *, table: str, column: str, row: object) -> bytes:
        sealed = _seal(self._keys[self._newest], value.encode(), self._place(table, column, row))
        return bytes([self._newest]) + sealed

    def open(self, sealed: bytes, *, table: str, column: str, row: object) -> str:
        """Raises Undecipherable when it was sealed elsewhere or tampered with."""
        key = self._keys.get(sealed[0]) if sealed else None
        if key is None:
            raise Undecipherable("no such key version")
        return _open(key, sealed[1:], self._place(table, column, row)).decode()

    def blind_index(self, value: str, column: str) -> bytes:
        """A keyed hash for exact-match search; it says nothing without the tenant's first key."""
        return hmac.new(self._keys[min(self._keys)], f"{column}\0{value}".encode(), hashlib.sha256).digest()

    def _place(self, table: str, column: str, row: object) -> bytes:
        return f"{self._tenant}\0{table}\0{column}\0{row}".encode()


def _seal(key: bytes, plain: bytes, place: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, place)


def _open(key: bytes, sealed: bytes, place: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], place)
    except InvalidTag as error:
        raise Undecipherable("sealed for another place or tampered with") from error


def new_token(prefix: str = "") -> str:
    """256 random bits, URL-safe; the prefix lets secret scanners know what they found."""
    return f"{prefix}{secrets.token_urlsafe(32)}"


def digest(token: str) -> bytes:
    """How a token is stored: it is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()


def sign(secret: str, purpose: str, *parts: object) -> str:
    message = "\0".join(map(str, parts)).encode()
    return hmac.new(derive(secret, purpose), message, hashlib.sha256).hexdigest()[:40]


def signed(secret: str, purpose: str, signature: str, *parts: object) -> bool:
    """Whether the signature is ours, compared in constant time."""
    return hmac.compare_digest(sign(secret, purpose, *parts).encode(), signature.encode(errors="replace"))

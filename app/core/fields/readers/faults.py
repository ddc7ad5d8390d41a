"""How a reader says that it can't take a value."""

from typing import Literal

Code = Literal["missing", "invalid_format", "not_allowed", "too_long"]


class Unreadable(ValueError):
    """A stable code, and a sentence that says what, why, and how to mend it."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def echo(value: object) -> str:
    """What was typed, in quotes, cut where it gets long."""
    text = str(value)
    return f'"{text if len(text) <= 40 else text[:39] + "…"}"'

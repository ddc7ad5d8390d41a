"""What makes a password fit to be taken: its length and how soon a guesser would come to it, never its
signs.
"""

import unicodedata
from collections.abc import Sequence

from zxcvbn import zxcvbn

from themes.catalogue import say

SHORTEST = 12
LONGEST = 256
LOOKED_AT = 64  # the estimate's cost grows with the square of the length
FIRST_GUESSES = 3  # zxcvbn's score 3: more than 10^8 guesses


def as_hashed(text: str) -> str:
    """The same letters typed on another keyboard are the same password (NFC)."""
    return unicodedata.normalize("NFC", text)


def fault(password: str, near: Sequence[str] = ()) -> tuple[str, str] | None:
    """Why this password is refused, as (code, sentence); None when it may be used.

    `near` are words that a guesser would try first for this person: name, e-mail, company. Known leaked
    passwords are among the first guesses of the estimate, offline.
    """
    if len(password) < SHORTEST:
        return "too_short", say("Use at least %(least)s characters. A short sentence works well.", least=SHORTEST)
    if len(password) > LONGEST:
        return "too_long", say("Use at most %(most)s characters.", most=LONGEST)
    words = [
        word.lower() for text in near for word in [text, *text.replace("@", " ").replace(".", " ").split()] if word
    ]
    if zxcvbn(password[:LOOKED_AT], user_inputs=words, max_length=LOOKED_AT)["score"] < FIRST_GUESSES:
        return (
            "too_common",
            say("This password is among the first that a thief would guess. Use three or four unrelated words."),
        )
    return None

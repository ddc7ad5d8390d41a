"""Reads an opt-out, an opt-in or a call for help out of what a person wrote. Lists in `data/words.toml`."""

import re
import unicodedata
from functools import cache
from typing import Literal

from app.compliance.models.shipped import shipped

Intent = Literal["stop", "start", "help"]


@cache
def _phrases() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{phrase})" for phrase in shipped("words")["stop_phrases"]))


def folded(text: str) -> str:
    """Lower case without accents and apostrophes; whatever is no letter or digit becomes one space."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign) and sign not in "'’ʼ")
    return " ".join(re.sub(r"[^0-9a-z]+", " ", plain).split())


def opt_out_intent(text: str) -> Intent | None:
    """What a reply asks for, or None.

    A lone keyword decides. Out of free text only "stop" is read, and in doubt it is: any reasonable way of
    saying no is a no (FCC 24-24).
    """
    said = folded(text)
    keywords: dict[str, Intent] = {}
    for intent in ("help", "start", "stop"):
        keywords |= dict.fromkeys(shipped("words")[intent], intent)
    if said in keywords:
        return keywords[said]
    bare = " ".join(word for word in said.split() if word not in shipped("words")["politeness"])
    if keywords.get(bare) == "stop" or _phrases().search(said):
        return "stop"
    return None

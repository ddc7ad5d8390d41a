"""How much alike two contacts are: a weighted mean over what both of them say, names by Jaro-Winkler."""

from collections.abc import Mapping

import msgspec
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from app.core.fields import normalise

WEIGHTS: dict[str, float] = {
    "phone": 4, "email": 4, "last_name": 3, "first_name": 2.5, "address": 2.5, "zip": 1.5, "city": 1.5,
}  # fmt: skip
# A number or an address that differs says little against: people have several.
DIFFERS: dict[str, float] = {"phone": 1, "email": 1, "zip": 0.75}
LIKELY = 60  # of 100: from here on a person should look (measured in tests/contacts/test_likeness.py)
ENOUGH = 5  # weights that must have agreed
NAMES = frozenset(("first_name", "last_name"))
STRONG = frozenset(("phone", "email", "address", "zip"))
VAGUE = 0.85  # a name and a city: there are two of that name in most cities
HOUSEHOLD = 0.7  # all the same but the first name
RENAMED = 0.9  # the same first name and way to reach them, another last name
NAMESAKES = 0.7  # a name and a place, but every way to reach them differs
ELSEWHERE = 0.9  # the same, as far as only one of these is known
REACH = ("phone", "email", "address")
MINE = {"email": 2}  # few share a mailbox; families share a number and a street
SLIP = 0.6  # a number with one wrong digit


class Likeness(msgspec.Struct, frozen=True):
    """0 to 100 in all, and 0 to 100 by field for those that both have."""

    score: int
    reasons: dict[str, int]


def likeness(one: Mapping[str, str | None], other: Mapping[str, str | None]) -> Likeness:
    """Both by field name. Blank is like nothing, so it neither helps nor harms."""
    alike = {name: _alike(name, one, other) for name in WEIGHTS if one.get(name) and other.get(name)}
    swapped = _swapped(one, other)
    if swapped > (alike.get("first_name", 0) + alike.get("last_name", 0)) / 2:
        alike["first_name"] = alike["last_name"] = swapped
    if alike.get("phone") == SLIP and not _may_be_a_slip(alike):
        alike["phone"] = 0.0
    weighed = {
        name: WEIGHTS[name] if share >= 0.5 else DIFFERS.get(name, WEIGHTS[name]) for name, share in alike.items()
    }
    agreed = {name for name, share in alike.items() if share >= 0.5}
    total = sum(weighed.values())
    score = sum(weighed[name] * share for name, share in alike.items()) / total if total else 0.0
    said = {name: round(100 * share) for name, share in alike.items()}
    return Likeness(round(100 * score * _doubt(alike, agreed)), said)


def _may_be_a_slip(alike: Mapping[str, float]) -> bool:
    """One digit tells neighbours apart as well: only a number of the same name in the same place was mistyped."""
    return all(alike.get(name, 1.0) >= 0.5 for name in (*NAMES, "zip", "city"))


def _doubt(alike: Mapping[str, float], agreed: set[str]) -> float:
    """A full name alone is nobody; a first name and a town are many; one family under one roof are several people."""
    if sum(WEIGHTS[name] for name in agreed) < ENOUGH or agreed <= NAMES:
        return 0.0
    reached = [alike[name] for name in REACH if name in alike]
    apart = (NAMESAKES if len(reached) > 1 else ELSEWHERE) if reached and max(reached) < 0.5 else 1.0
    return _other_name(alike) * apart * (1.0 if agreed & STRONG else VAGUE)


def _other_name(alike: Mapping[str, float]) -> float:
    """What a name that differs or is not known leaves of it: without a number, mailbox or street that is the same, nothing."""
    unknown = {"first_name": alike.get("last_name", 0.0)}  # a rare enough name may stand alone, a first name not
    agreed = sum(alike.get(name, unknown.get(name, 0.0)) >= 0.5 for name in NAMES)
    exact = sum(MINE.get(name, 1) for name in REACH if alike.get(name, 0.0) >= 0.7)
    if agreed + exact < len(NAMES):
        return 0.0
    differs = {name for name in NAMES if alike.get(name, 1.0) < 0.5}
    if not differs or alike.get("email") == 1.0:
        return 1.0
    return RENAMED if "last_name" in differs else HOUSEHOLD


def _alike(name: str, one: Mapping[str, str | None], other: Mapping[str, str | None]) -> float:
    first, second = normalise(one[name] or ""), normalise(other[name] or "")
    if first == second:
        return 1.0
    if name in ("phone", "zip"):
        return SLIP if DamerauLevenshtein.distance(first, second) == 1 else 0.0
    if name == "email":
        first, second = first.partition("@")[0], second.partition("@")[0]
    if name == "address":  # a word order of its own, and a number that counts
        first, second = " ".join(sorted(first.split())), " ".join(sorted(second.split()))
    share = JaroWinkler.similarity(first, second)
    other_number = name in ("email", "address") and _digits(first) != _digits(second)
    least = 0.75 if name in NAMES else 0.7  # "Maria" and "Priya" have 0.73
    return share if share >= least and not other_number else share / 2


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _swapped(one: Mapping[str, str | None], other: Mapping[str, str | None]) -> float:
    """First and last name the other way round, as forms often have them."""
    names = [normalise(side.get(part) or "") for side in (one, other) for part in ("first_name", "last_name")]
    if not all(names):
        return 0.0
    ways = JaroWinkler.similarity(names[0], names[3]), JaroWinkler.similarity(names[1], names[2])
    return sum(ways) / 2 if min(ways) >= 0.9 else 0.0

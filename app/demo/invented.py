"""Invented people: names from lists, numbers from 555-01xx, addresses at example.*, places that exist."""

import itertools
import random
from collections import Counter
from datetime import datetime
from functools import cache

import msgspec

from app.core.places import areas, place_of_zip, zips_by_state

FIRST = """Dana Luis Maria Priya Omar Grace Theo Nina Carlos Aisha Hannah Victor Lena Marcus Ruth Felix Ivy Samuel Clara Andre Rosa
Peter Leila Howard June Malik Tess Gordon Elena Wesley Noor Bridget Hugo Pearl Damian Faye Quentin Alma Roland Sylvia""".split()
LAST = """Reyes Ortega Chen Nguyen Haddad Walker Lindqvist Moreau Silva Khan Becker Romano Fischer Bell Abbott Novak Grant Okafor
Flores Dubois Marsh Keller Amari Doyle Bishop Rahman Winters Castillo Stone Vargas Hale Monroe Frost Delgado Lane Petrov""".split()
STREETS = "Oak Maple Cedar Lake Hill Park River Sunset Washington Meadow Church Mill Spring Highland Franklin".split()
# state: (city, ZIP). Weighted towards Florida and Texas, with Hawaii and Alaska, whose evening comes last.
PLACES = {
    "FL": ("Tampa", "33602"), "GA": ("Atlanta", "30303"), "TX": ("Houston", "77002"), "CA": ("Fresno", "93721"),
    "OH": ("Columbus", "43215"), "NC": ("Raleigh", "27601"), "AZ": ("Phoenix", "85004"), "MI": ("Lansing", "48933"),
    "PA": ("Reading", "19601"), "NY": ("Albany", "12207"), "WA": ("Spokane", "99201"), "CO": ("Denver", "80202"),
    "HI": ("Honolulu", "96813"), "AK": ("Anchorage", "99501"), "NV": ("Reno", "89501"), "TN": ("Memphis", "38103"),
    "IL": ("Peoria", "61602"), "VA": ("Richmond", "23219"),
}  # fmt: skip
CONSENT = (
    "By pressing Get my free review I agree that {firm} may call and text me at the number I gave, also with automated"
    " technology, about my request. Agreeing is not a condition of any purchase."
)
NUMBERS_PER_AREA = 100  # 555-0100 to 555-0199 are kept for invented people in every area code


class Invented(msgspec.Struct, frozen=True):
    """One person who does not exist."""

    first_name: str
    last_name: str
    email: str
    phone: str
    address: str
    city: str
    state: str
    zip: str


@cache
def area_codes() -> list[tuple[str, str]]:
    """(area code, state) of every area code in one of our states."""
    return sorted((code, area.state) for code, area in areas().items() if area.state in PLACES)


def somebody(number: int) -> Invented:
    """Person `number`: always the same, with a phone number and an e-mail that no other number has."""
    source = random.Random(number)
    code, state = area_codes()[number * 37 % len(area_codes())]
    last_four = 100 + number // len(area_codes()) % NUMBERS_PER_AREA
    first, last, (city, zip_code) = source.choice(FIRST), source.choice(LAST), PLACES[state]
    return Invented(
        first_name=first,
        last_name=last,
        email=f"{first}.{last}{number}@example.com".lower(),
        phone=f"+1{code}555{last_four:04d}",
        address=f"{source.randint(12, 9900)} {source.choice(STREETS)} St",
        city=city,
        state=state,
        zip=zip_code,
    )


def consent(firm: str, at: datetime, number: int) -> dict[str, str]:
    """What the form showed and when it was agreed to."""
    return {
        "text": CONSENT.format(firm=firm),
        "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "url": "https://offers.example.com/review",
        "certificate_id": f"cert-{number:08d}",
    }


class Inventor:
    """People for rows that have no contact data: the n-th of a state is always the same, and nobody of the demo's own world.

    Raises Exhausted when a state's numbers have all been given out: 555-0100 to 555-0199 in each of its area codes.
    """

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()
        self._anywhere = itertools.cycle([state for _, state in area_codes()])

    def next_in(self, state: str | None) -> Invented:
        code = state if state in _codes_by_state() else next(self._anywhere)
        number = self._given[code]
        self._given[code] += 1
        codes = _codes_by_state()[code]
        if number >= len(codes) * NUMBERS_PER_AREA:
            raise Exhausted(f"all invented numbers of {code} are given out")
        source = random.Random(f"{code}{number}")
        zip_code = source.choice(zips_by_state()[code])
        place = place_of_zip(zip_code)
        first, last = source.choice(FIRST), source.choice(LAST)
        return Invented(
            first_name=first,
            last_name=last,
            email=f"{first}.{last}.{code}{number}@example.net".lower(),
            phone=f"+1{codes[number % len(codes)]}555{199 - number // len(codes):04d}",
            address=f"{source.randint(12, 9900)} {source.choice(STREETS)} St",
            city=place.city if place else "",
            state=code,
            zip=zip_code,
        )


class Exhausted(RuntimeError):
    """More people than invented numbers."""


@cache
def _codes_by_state() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, area in sorted(areas().items()):
        if area.state and area.country == "US":
            found.setdefault(area.state, []).append(code)
    return found

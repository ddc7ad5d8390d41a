"""Where somebody is: US states and territories, ZIP codes, countries."""

import re
from datetime import tzinfo
from functools import cache

from babel import Locale

from app.core.fields.field import Field
from app.core.fields.readers.choices import among, not_among
from app.core.fields.readers.faults import Unreadable, echo
from app.core.fields.readers.words import short_line
from app.core.fields.text import normalise
from themes.catalogue import say

# Two-letter codes of the Postal Service: states, the District, territories, armed forces.
STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia",
    "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana",
    "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland",
    "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri",
    "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey",
    "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio",
    "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "AS": "American Samoa", "GU": "Guam", "MP": "Northern Mariana Islands", "PR": "Puerto Rico",
    "VI": "US Virgin Islands", "AA": "Armed Forces Americas", "AE": "Armed Forces Europe",
    "AP": "Armed Forces Pacific",
}  # fmt: skip
ZIP = re.compile(r"(\d{5})(?:[- ]?\d{4})?", re.ASCII)


def state(field: Field, raw: object, _zone: tzinfo) -> str:
    """The two-letter code, from code or name. Options, where the field has them, narrow it."""
    typed = short_line(raw)
    code = typed.upper() if typed.upper() in STATES else _state_names().get(normalise(typed))
    if code is None and not field.options:
        raise Unreadable(
            "not_allowed", say("%(typed)s is not a US state. Use its two letters, like FL.", typed=echo(typed))
        )
    if code is None or (field.options and code not in {value for value, _ in field.options}):
        raise not_among(field, typed)
    return code


@cache
def _state_names() -> dict[str, str]:
    return {normalise(name): code for code, name in STATES.items()} | {
        "washington dc": "DC",
        "washington, dc": "DC",
    }


def zip_code(_field: Field, raw: object, _zone: tzinfo) -> str:
    """Five digits: areas, filters and duplicates go by these. The other four are taken and left out."""
    typed = short_line(raw)
    found = ZIP.fullmatch(typed)
    if found is None:
        raise Unreadable(
            "invalid_format", say("%(typed)s is not a ZIP code. It has five digits, like 33602.", typed=echo(typed))
        )
    return found[1]


def country(field: Field, raw: object, _zone: tzinfo) -> str:
    """The two-letter code of ISO 3166, from code or English name."""
    typed = short_line(raw)
    code = typed.upper() if typed.upper() in countries() else _country_names().get(normalise(typed))
    if code is None:
        raise Unreadable(
            "not_allowed", say("%(typed)s is not a country. Use its two letters, like US.", typed=echo(typed))
        )
    return among(field, code) if field.options else code


@cache
def countries() -> dict[str, str]:
    """Code and English name of every country."""
    named = Locale("en").territories
    return {code: named[code] for code in named if re.fullmatch("[A-Z]{2}", code) and code not in NO_COUNTRY}


NO_COUNTRY = frozenset("EU EZ UN QO XA XB ZZ".split())


@cache
def _country_names() -> dict[str, str]:
    also = {
        "usa": "US",
        "u.s.": "US",
        "u.s.a.": "US",
        "united states of america": "US",
        "uk": "GB",
        "great britain": "GB",
    }
    return {normalise(name): code for code, name in countries().items()} | also

"""Where an American person may be: states, ZIP codes, area codes and time zones.

None of these proves where someone is, so each answer holds every place that is plausible. The data
(attribution in `data/SOURCE.md`) is read when first asked for and kept packed, about 1 MB.
"""

import csv
import gzip
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

DATA = Path(__file__).parent / "data"
TERRITORIES = frozenset("PR VI GU MP AS".split())

# The source lists few ZIPs of the territories; the longest of these prefixes says whose a ZIP is.
TERRITORY_ZIPS = {
    "006": "PR",
    "007": "PR",
    "009": "PR",
    "008": "VI",
    "969": "GU",
    "9695": "MP",
    "96799": "AS",
}


@dataclass(frozen=True, slots=True)
class State:
    """A state, DC or a territory, with every zone that is kept in it."""

    code: str
    name: str
    zones: frozenset[str]


@dataclass(frozen=True, slots=True)
class ZipPlace:
    """`zones` has more than one where the ZIP lies in a split or disputed county."""

    zip: str
    state: str
    city: str
    zones: frozenset[str]


@dataclass(frozen=True, slots=True)
class Area:
    """A North American area code. `state` is None outside the United States."""

    code: str
    country: str
    state: str | None
    zones: frozenset[str]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Everywhere a person may be. No states: unknown. `abroad`: the number belongs to another country."""

    zones: frozenset[str]
    states: frozenset[str]
    abroad: bool = False


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def _letters() -> dict[str, str]:
    return {row["letter"]: row["zone"] for row in _rows("zones.csv")}


@cache
def _spelled(letters: str) -> frozenset[str]:
    return frozenset(_letters()[letter] for letter in letters)


@cache
def _zone_names() -> dict[str, str]:
    """Every zone that exists, by our name: those whose clocks agree with one of ours go by that one."""
    ours = {other: row["zone"] for row in _rows("zones.csv") for other in row["same"].split()}
    return {zone: ours.get(zone, zone) for zone in available_timezones()}


@cache
def _labels() -> dict[str, str]:
    return {row["zone"]: row["label"] for row in _rows("zones.csv")}


@cache
def states() -> dict[str, State]:
    """The 50 states, DC and five territories, by postal code."""
    return {row["code"]: State(row["code"], row["name"], _spelled(row["zones"])) for row in _rows("states.csv")}


@cache
def areas() -> dict[str, Area]:
    return {
        row["code"]: Area(row["code"], row["country"], row["state"] or None, _spelled(row["zones"]))
        for row in _rows("area_codes.csv")
    }


@cache
def _zips() -> dict[str, str]:
    """The lines of each three-digit prefix as one text: 900 strings instead of 41,000 records."""
    blocks: dict[str, list[str]] = {}
    with gzip.open(DATA / "zips.csv.gz", "rt", encoding="utf-8") as file:
        for line in file:
            blocks.setdefault(line[:3], []).append(line)
    return {prefix: "".join(lines) for prefix, lines in blocks.items()}


@cache
def every_zone() -> frozenset[str]:
    """The zones of the 50 states, DC and Puerto Rico: where somebody may be of whom nothing is known.

    The Pacific territories are left out: with them no hour of the day would be lawful everywhere.
    """
    wide = (place.zones for code, place in states().items() if code == "PR" or code not in TERRITORIES)
    return frozenset().union(*wide)


def state_named(text: str | None) -> State | None:
    """The state of a postal code or an English name, however it is cased."""
    wanted = (text or "").strip().casefold()
    found = states().get(wanted.upper())
    return found or next((state for state in states().values() if state.name.casefold() == wanted), None)


def state_name(code: str) -> str:
    return states()[code].name if code in states() else code


def five_digits(zip_code: str | None) -> str | None:
    """The ZIP of a ZIP or ZIP+4, else None."""
    digits = (zip_code or "").strip().split("-")[0]
    return digits if len(digits) == 5 and digits.isascii() and digits.isdigit() else None


def place_of_zip(zip_code: str | None) -> ZipPlace | None:
    """City, state and zones of a ZIP or ZIP+4; None when we don't know it. In a territory the city is ""."""
    digits = five_digits(zip_code)
    if digits is None:
        return None
    prefixes = (digits[:n] for n in (5, 4, 3))
    if territory := next((TERRITORY_ZIPS[prefix] for prefix in prefixes if prefix in TERRITORY_ZIPS), None):
        return ZipPlace(digits, territory, "", states()[territory].zones)
    block = _zips().get(digits[:3], "")
    start = block.find(digits + ",")
    if start < 0:
        return None
    _, state, letters, city = block[start : block.index("\n", start)].split(",", 3)
    return ZipPlace(digits, state, city, _spelled(letters))


@cache
def zips_by_state() -> dict[str, list[str]]:
    """Every ZIP that we list, under its state."""
    found: dict[str, list[str]] = {}
    for block in _zips().values():
        for line in block.splitlines():
            found.setdefault(line.split(",")[1], []).append(line[:5])
    return found


def _states_of_prefix(zip_code: str) -> frozenset[str]:
    """Where a ZIP that we don't list may lie: the states that share its first three digits."""
    digits = five_digits(zip_code) or ""
    return frozenset(line.split(",")[1] for line in _zips().get(digits[:3], "").splitlines())


def zip_matches_state(zip_code: str, state: str) -> bool:
    """Whether the ZIP can lie in the state. A ZIP that we don't list is judged by its first three digits."""
    digits, wanted = five_digits(zip_code), state_named(state)
    if digits is None or wanted is None:
        return False
    if place := place_of_zip(digits):
        return place.state == wanted.code
    return wanted.code in _states_of_prefix(digits)


def area_of(phone: str | None) -> Area | None:
    """The area code of an E.164 number; None for toll-free and other codes without a place."""
    if phone and phone.startswith("+1") and len(phone) == 12:
        return areas().get(phone[2:5])
    return None


def is_abroad(phone: str | None) -> bool:
    """Whether the number belongs to another country. Toll-free codes belong to none."""
    if not phone:
        return False
    area = area_of(phone)
    return not phone.startswith("+1") or (area is not None and area.country != "US")


def whereabouts(
    phone: str | None = None,
    zip_code: str | None = None,
    state: str | None = None,
    known_zone: str | None = None,
) -> Whereabouts:
    """Every zone and state that the number, the address and the zone the person told us allow for.

    The ZIP is finer than the state, so a state adds its zones only where it has no ZIP or contradicts it.
    With nothing to go by: every zone of the country, and no state.
    """
    area, of_zip, named = area_of(phone), place_of_zip(zip_code), state_named(state)
    found = [(place.state, place.zones) for place in (area, of_zip) if place and place.state]
    if named and (of_zip is None or of_zip.state != named.code):
        found.append((named.code, named.zones))
    if of_zip is None and zip_code:
        found += [(code, states()[code].zones) for code in _states_of_prefix(zip_code)]
    told = {_zone_names()[known_zone]} if known_zone in _zone_names() else set()
    zones = frozenset(told).union(*(zones for _, zones in found))
    return Whereabouts(zones or every_zone(), frozenset(state for state, _ in found), is_abroad(phone))


def plausible_zones(
    phone: str | None = None,
    zip_code: str | None = None,
    state: str | None = None,
    known_zone: str | None = None,
) -> frozenset[str]:
    return whereabouts(phone, zip_code, state, known_zone).zones


def local(moment: datetime, zone: str) -> datetime:
    """The same moment on the wall clock of `zone`."""
    return moment.astimezone(ZoneInfo(zone))


def at_local(day: date, minute: int, zone: str) -> datetime:
    """The moment, in UTC, when the wall clock of `zone` shows `minute` (0 to 1440) of `day`.

    A time that a spring change skips counts as an hour later; of a time that comes twice, the first is
    meant.
    """
    wall = datetime.combine(day, time(), ZoneInfo(zone)) + timedelta(minutes=minute)
    return wall.astimezone(UTC)


def zone_label(zone: str) -> str:
    """What people call it: "Eastern". A zone outside our list goes by its city."""
    return _labels().get(_zone_names().get(zone, zone)) or zone.rsplit("/", 1)[-1].replace("_", " ")

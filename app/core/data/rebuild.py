"""Makes `zips.csv.gz` and `area_codes.csv` anew: `python -m app.core.data.rebuild FOLDER` (see SOURCE.md).

The ZIP source gives one zone per ZIP and is out of date along some zone borders. What 49 CFR part 71 says
of a county wins. A split or disputed county carries both zones: a contact must be lawful in both.
"""

import csv
import gzip
import sys
from collections import Counter, defaultdict
from pathlib import Path

import phonenumbers
from phonenumbers.tzdata import TIMEZONE_DATA

HERE = Path(__file__).parent

# 49 CFR part 71: the counties that differ from the rest of their state, and those that are split or disputed.
COUNTIES = {
    ("IN", "C"): "Lake,Porter,LaPorte,Newton,Jasper,Starke,Gibson,Posey,Vanderburgh,Warrick,Spencer,Perry",
    ("KY", "C"): "Adair,Allen,Ballard,Barren,Breckinridge,Butler,Caldwell,Calloway,Carlisle,"
    "Christian,Clinton,Crittenden,Cumberland,Daviess,Edmonson,Fulton,Graves,Grayson,Green,Hancock,Hart,Henderson,Hickman,Hopkins,"
    "Livingston,Logan,Lyon,Marshall,McCracken,McLean,Metcalfe,Monroe,Muhlenberg,Ohio,Russell,Simpson,Todd,Trigg,"
    "Union,Warren,Webster",
    ("MI", "C"): "Dickinson,Gogebic,Iron,Menominee",
    ("ND", "C"): "Morton,Mercer,Oliver",
    ("ND", "CM"): "McKenzie,Dunn,Sioux",
    ("SD", "CM"): "Todd,Mellette,Stanley,Jackson,Bennett,Jones",
    ("TN", "E"): "Rhea",
    ("FL", "EC"): "Gulf",
    ("ID", "MP"): "Idaho",
    ("NE", "CM"): "Cherry",
    ("TX", "CM"): "Hudspeth,Culberson",
    ("OR", "MP"): "Malheur",
    ("AZ", "ZM"): "Navajo,Apache,Coconino",
    ("AZ", "Z"): "Gila,Yuma,Mohave,Cochise,Santa Cruz",
}
COUNTY = {(state, name): zones for (state, zones), names in COUNTIES.items() for name in names.split(",")}

# West Wendover and Jackpot keep Mountain time; Adak and Atka the Aleutian one.
SINGLE_ZIPS = {"89883": "MP", "89825": "MP", "99546": "D", "99547": "AD"}
TERRITORIES = {"PR": "787 939", "VI": "340", "GU": "671", "MP": "670", "AS": "684"}

# Overlays and cities that the telephone data puts in one zone although the area has two, or in the wrong one.
AREAS = {
    "689": "E",
    "448": "EC",
    "364": "EC",
    "930": "EC",
    "458": "MP",
    "986": "MP",
    "775": "MP",
    "907": "AD",
}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def zone_letters() -> dict[str, str]:
    """The letter of each zone and of those whose clocks have agreed with it since 2007."""
    rows = read(HERE / "zones.csv")
    return {zone: row["letter"] for row in rows for zone in [row["zone"], *row["same"].split()]}


LETTERS = zone_letters()


def state_zones() -> dict[str, str]:
    return {row["code"]: row["zones"] for row in read(HERE / "states.csv")}


def zip_zones(row: dict[str, str], state: str, usual: dict[tuple[str, str], str]) -> str:
    """The letters of one ZIP; a zone that the state does not have is a slip of the source."""
    if row["zip"] in SINGLE_ZIPS:
        return SINGLE_ZIPS[row["zip"]]
    if len(state) == 1:
        return state
    place = (row["state"], row["county"])
    own = LETTERS.get(row["timezone"], "")
    return COUNTY.get(place) or (own if own in state else "") or usual.get(place) or state


def usual_zones(rows: list[dict[str, str]]) -> dict[tuple[str, str], str]:
    """For ZIPs without a zone: that of most others in the county."""
    seen: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row["timezone"] in LETTERS:
            seen[row["state"], row["county"]][LETTERS[row["timezone"]]] += 1
    return {place: counts.most_common(1)[0][0] for place, counts in seen.items()}


def zips(source: Path) -> list[str]:
    zones, rows = state_zones(), read(source / "us_zip.csv")
    usual = usual_zones(rows)
    return [
        f"{row['zip']},{row['state']},{zip_zones(row, zones[row['state']], usual)},{row['city']}"
        for row in sorted(rows, key=lambda row: row["zip"])
        if row["state"] in zones
    ]


def area_zones(code: str, state: str) -> str:
    """Every zone that the telephone data names for any exchange under the code."""
    if code in AREAS:
        return AREAS[code]
    exchanges = (zones for prefix, zones in TIMEZONE_DATA.items() if prefix.startswith(f"1{code}"))
    named = {LETTERS.get(zone, "") for zones in exchanges for zone in zones}
    return "".join(letter for letter in state if letter in named) or state


def area_codes(source: Path) -> list[str]:
    zones = state_zones()
    codes = {row["name"]: row["code"] for row in read(HERE / "states.csv")}
    codes |= {"Washington State": "WA", "Washington D.C.": "DC"}
    lines = ["code,country,state,zones"]
    home = {code: state for state, listed in TERRITORIES.items() for code in listed.split()}
    for row in read(source / "us_area_code.csv"):
        place = row["place"].split(", ")[-1]
        home[row["area_code"]] = codes.get(place, place)
    for code in map(str, range(200, 1000)):
        country = phonenumbers.region_code_for_number(phonenumbers.parse(f"+1{code}2345678"))
        if state := home.get(code):
            lines.append(f"{code},US,{state},{area_zones(code, zones[state])}")
        elif country and country != "US" and code not in home:
            lines.append(f"{code},{country},,")
    return lines


def main(source: Path) -> None:
    (HERE / "area_codes.csv").write_text("\n".join(area_codes(source)) + "\n", encoding="utf-8")
    packed = gzip.compress(("\n".join(zips(source)) + "\n").encode(), compresslevel=9, mtime=0)
    (HERE / "zips.csv.gz").write_bytes(packed)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

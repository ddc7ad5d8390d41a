"""Where a person may be: every plausible zone and state, never fewer."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import places

EAST, CENTRAL, MOUNTAIN = "America/New_York", "America/Chicago", "America/Denver"
ARIZONA, PACIFIC, ALASKA = "America/Phoenix", "America/Los_Angeles", "America/Anchorage"
ALEUTIAN, HAWAII, ATLANTIC = "America/Adak", "Pacific/Honolulu", "America/Puerto_Rico"


def test_there_are_fifty_states_dc_and_five_territories() -> None:
    assert len(places.states()) == 56
    assert len(set(places.states()) - places.TERRITORIES) == 51
    assert all(zone in places.every_zone() for code in ("NY", "HI", "AK", "PR") for zone in places.states()[code].zones)
    assert "Pacific/Guam" not in places.every_zone()


@pytest.mark.parametrize(
    ("phone", "state", "zones"),
    [
        ("+17275550142", "FL", {EAST}),
        ("+16895550142", "FL", {EAST}),
        ("+18505550142", "FL", {EAST, CENTRAL}),
        ("+12195550142", "IN", {EAST, CENTRAL}),
        ("+19155550142", "TX", {MOUNTAIN}),
        ("+12145550142", "TX", {CENTRAL}),
        ("+16025550142", "AZ", {ARIZONA}),
        ("+19285550142", "AZ", {ARIZONA, MOUNTAIN}),
        ("+12085550142", "ID", {MOUNTAIN, PACIFIC}),
        ("+19075550142", "AK", {ALASKA, ALEUTIAN}),
        ("+18085550142", "HI", {HAWAII}),
        ("+12025550142", "DC", {EAST}),
        ("+17875550142", "PR", {ATLANTIC}),
        ("+16715550142", "GU", {"Pacific/Guam"}),
    ],
)
def test_a_fictional_number_resolves_by_its_area_code(phone: str, state: str, zones: set[str]) -> None:
    assert places.whereabouts(phone) == places.Whereabouts(frozenset(zones), frozenset({state}))


@pytest.mark.parametrize("phone", ["+18005550142", "+18885550142", "+15005550142", "+15555550142", None, ""])
def test_a_number_without_a_place_and_nothing_else_may_be_anywhere(phone: str | None) -> None:
    found = places.whereabouts(phone)
    assert found.zones == places.every_zone()
    assert not found.states
    assert not found.abroad


def test_a_toll_free_number_with_an_address_is_where_the_address_is() -> None:
    assert places.plausible_zones("+18005550142", "33602") == {EAST}


@pytest.mark.parametrize("phone", ["+14165550142", "+18765550142", "+442079460958", "+525555550142"])
def test_foreign_numbers_are_abroad(phone: str) -> None:
    assert places.is_abroad(phone)
    assert places.whereabouts(phone).abroad


def test_home_numbers_are_not_abroad() -> None:
    assert not any(places.is_abroad(phone) for phone in ("+17275550142", "+18005550142", "+17875550142", None))


def test_number_and_address_in_two_states_give_both() -> None:
    found = places.whereabouts("+17275550142", "90210", "CA", HAWAII)
    assert found.zones == {EAST, PACIFIC, HAWAII}
    assert found.states == {"FL", "CA"}


@pytest.mark.parametrize(
    ("state", "zones"),
    [
        ("AK", {ALASKA, ALEUTIAN}),
        ("AZ", {ARIZONA, MOUNTAIN}),
        ("FL", {EAST, CENTRAL}),
        ("HI", {HAWAII}),
        ("ID", {MOUNTAIN, PACIFIC}),
        ("IN", {EAST, CENTRAL}),
        ("KS", {CENTRAL, MOUNTAIN}),
        ("KY", {EAST, CENTRAL}),
        ("MI", {EAST, CENTRAL}),
        ("ND", {CENTRAL, MOUNTAIN}),
        ("NE", {CENTRAL, MOUNTAIN}),
        ("NV", {PACIFIC, MOUNTAIN}),
        ("OR", {PACIFIC, MOUNTAIN}),
        ("SD", {CENTRAL, MOUNTAIN}),
        ("TN", {EAST, CENTRAL}),
        ("TX", {CENTRAL, MOUNTAIN}),
    ],
)
def test_a_state_alone_yields_all_its_zones(state: str, zones: set[str]) -> None:
    assert places.plausible_zones(state=state) == zones


@pytest.mark.parametrize(
    ("zip_code", "state", "city", "zones"),
    [
        ("33602", "FL", "Tampa", {EAST}),
        ("32501", "FL", "Pensacola", {CENTRAL}),
        ("46402", "IN", "Gary", {CENTRAL}),
        ("46204", "IN", "Indianapolis", {EAST}),
        ("42101", "KY", "Bowling Green", {CENTRAL}),
        ("79901", "TX", "El Paso", {MOUNTAIN}),
        ("85004", "AZ", "Phoenix", {ARIZONA}),
        ("86515", "AZ", "Window Rock", {ARIZONA, MOUNTAIN}),
        ("97914", "OR", "Ontario", {PACIFIC, MOUNTAIN}),
        ("99501", "AK", "Anchorage", {ALASKA}),
        ("99546", "AK", "Adak", {ALEUTIAN}),
        ("96813", "HI", "Honolulu", {HAWAII}),
        ("00901", "PR", "", {ATLANTIC}),
        ("96799", "AS", "", {"Pacific/Pago_Pago"}),
        ("96950", "MP", "", {"Pacific/Guam"}),
    ],
)
def test_zip_codes(zip_code: str, state: str, city: str, zones: set[str]) -> None:
    assert places.place_of_zip(zip_code) == places.ZipPlace(zip_code, state, city, frozenset(zones))
    assert places.place_of_zip(f"{zip_code}-1234") == places.place_of_zip(zip_code)
    assert places.zip_matches_state(zip_code, state)


@pytest.mark.parametrize("text", ["", None, "3360", "336022", "ABCDE", "٣٣٦٠٢", "00000"])
def test_what_is_no_zip_has_no_place(text: str | None) -> None:
    assert places.place_of_zip(text) is None


def test_a_zip_is_finer_than_its_state_and_adds_to_another() -> None:
    assert places.plausible_zones(zip_code="79901", state="TX") == {MOUNTAIN}
    assert places.plausible_zones(zip_code="79901", state="FL") == {MOUNTAIN, EAST, CENTRAL}


def test_an_unlisted_zip_lies_where_its_neighbours_do() -> None:
    assert places.place_of_zip("33699") is None or places.place_of_zip("33600") is None
    unlisted = next(f"336{n:02}" for n in range(100) if places.place_of_zip(f"336{n:02}") is None)
    assert places.whereabouts(zip_code=unlisted).states == {"FL"}
    assert places.zip_matches_state(unlisted, "Florida")
    assert not places.zip_matches_state(unlisted, "GA")


def test_zip_and_state_that_disagree() -> None:
    assert places.zip_matches_state("33602", " florida ")
    assert not places.zip_matches_state("33602", "GA")
    assert not places.zip_matches_state("33602", "Atlantis")
    assert not places.zip_matches_state("336", "FL")


def test_a_told_zone_goes_by_our_name_and_a_wrong_one_by_none() -> None:
    assert places.plausible_zones(known_zone="America/Detroit") == {EAST}
    assert places.plausible_zones(known_zone="Europe/Berlin") == {"Europe/Berlin"}
    assert places.plausible_zones(known_zone="America/Atlantis") == places.every_zone()


def test_every_area_code_lies_within_its_state() -> None:
    for area in places.areas().values():
        if area.country == "US":
            assert area.state and area.zones and area.zones <= places.states()[area.state].zones, area
        else:
            assert area.state is None and not area.zones


def test_every_american_area_code_of_the_telephone_library_is_listed() -> None:
    geographic = {code for code, area in places.areas().items() if area.country == "US"}
    for code in map(str, range(200, 1000)):
        number = phonenumbers.parse(f"+1{code}2345678")
        if phonenumbers.region_code_for_number(number) == "US":
            kind = phonenumbers.number_type(number)
            fixed = kind == phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE
            assert (code in geographic) == fixed, code


def test_names_and_labels() -> None:
    assert places.state_named("new york") == places.states()["NY"]
    assert places.state_named("dc") == places.states()["DC"]
    assert places.state_named("Ontario") is None
    assert places.state_name("RI") == "Rhode Island"
    assert places.state_name("XX") == "XX"
    assert [places.zone_label(zone) for zone in (EAST, "America/Detroit", ARIZONA, HAWAII)] == [
        "Eastern",
        "Eastern",
        "Arizona",
        "Hawaii",
    ]
    assert places.zone_label("America/Mexico_City") == "Mexico City"


def test_wall_clocks_across_a_change() -> None:
    spring, autumn = date(2026, 3, 8), date(2026, 11, 1)
    assert places.at_local(spring, 8 * 60, EAST) == datetime(2026, 3, 8, 12, tzinfo=UTC)
    assert places.at_local(spring, 0, EAST) == datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert places.at_local(autumn, 8 * 60, EAST) == datetime(2026, 11, 1, 13, tzinfo=UTC)
    assert places.at_local(autumn, 90, EAST) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert places.at_local(autumn, 1440, EAST) == datetime(2026, 11, 2, 5, tzinfo=UTC)
    assert places.local(datetime(2026, 3, 8, 12, tzinfo=UTC), EAST).hour == 8


@given(
    st.dates(date(2007, 6, 1), date(2040, 1, 1)),
    st.integers(4 * 60, 1439),
    st.sampled_from(sorted(places.every_zone())),
)
def test_a_wall_clock_reads_back(day: date, minute: int, zone: str) -> None:
    moment = places.at_local(day, minute, zone)
    wall = moment.astimezone(ZoneInfo(zone))
    assert (wall.date(), wall.hour * 60 + wall.minute) == (day, minute)


@given(
    st.sampled_from(sorted(places.areas())),
    st.sampled_from(["33602", "90210", None]),
    st.sampled_from(["TX", "HI", None]),
)
def test_knowing_more_never_takes_a_place_away(code: str, zip_code: str | None, state: str | None) -> None:
    number = f"+1{code}5550142"
    alone, more = places.whereabouts(number), places.whereabouts(number, zip_code, state)
    if alone.states:
        assert alone.zones <= more.zones
    assert alone.states <= more.states

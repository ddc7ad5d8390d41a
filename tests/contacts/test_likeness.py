"""How well duplicates are told from others, measured on data that lies beside the project."""

import csv
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from uuid_utils.compat import uuid7

from app.contacts import service
from app.contacts.models import Contact, Duplicate
from app.contacts.models.likeness import LIKELY, likeness
from app.core import clock, fields
from app.core.work import unit

pytestmark = pytest.mark.anyio
DATA = Path(__file__).parents[3] / "shared" / "data"


def febrl(name: str) -> list[tuple[str, dict]]:
    """Who it really is, and what the record says."""
    with (DATA / "febrl" / name).open() as file:
        return [(row["rec_id"].split("-")[1], _person(row)) for row in csv.DictReader(file, skipinitialspace=True)]


def _person(row: dict) -> dict:
    street = f"{row['street_number']} {row['address_1']}".strip()
    return {"first_name": row["given_name"], "last_name": row["surname"], "address": street, "city": row["suburb"],
            "state": row["state"], "zip": row["postcode"]}  # fmt: skip


def fake() -> list[tuple[str, dict]]:
    with (DATA / "splink-fake-1000" / "fake_1000.csv").open() as file:
        return [
            (row["cluster"], {"first_name": row["first_name"].strip(), "last_name": row["surname"].strip(),
                              "city": row["city"], "email": row["email"]})
            for row in csv.DictReader(file)
        ]  # fmt: skip


@pytest.mark.data
@pytest.mark.parametrize(
    ("read", "least"), [(lambda: febrl("dataset1.csv"), 0.92), (lambda: febrl("dataset3.csv"), 0.85), (fake, 0.8)]
)
async def test_pairs_are_found_as_well_as_was_measured(cast, read, least):
    if not DATA.is_dir():
        pytest.skip(f"{DATA} is not there")
    records = [(uuid7(), who, said) for who, said in read()]
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await work.execute(insert(Contact), [_row(id_, said) for id_, _, said in records])
        ids = [id_ for id_, _, _ in records]
        for start in range(0, len(ids), service.duplicates.CHUNK):
            await service.find(work, ids[start : start + service.duplicates.CHUNK])
        found = {frozenset(pair) for pair in await work.execute(select(Duplicate.first_id, Duplicate.second_id))}
    same = defaultdict(list)
    for id_, who, _ in records:
        same[who].append(id_)
    true = {frozenset(pair) for group in same.values() for pair in combinations(group, 2)}
    right = len(found & true)
    precision, recall = right / len(found), right / len(true)
    f1 = 2 * precision * recall / (precision + recall)
    print(f"precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f} at {LIKELY}")
    assert f1 >= least


def _row(id_, said) -> dict:
    now, blank = clock.now(), dict.fromkeys(("address", "city", "state", "zip", "email"))
    known = blank | {name: value or None for name, value in said.items()}
    known |= {"first_name": said["first_name"], "last_name": said["last_name"]}
    key = fields.comparable(f"{said['first_name']} {said['last_name']}")
    return {
        **known,
        "id": id_,
        "name_key": key,
        "city_key": fields.comparable(said["city"]) or None,
        "custom": {},
        "created_at": now,
        "updated_at": now,
    }


def test_blank_is_like_nothing_and_a_name_alone_is_nobody():
    assert (
        likeness({"first_name": "Dana", "last_name": "Reyes"}, {"first_name": "Dana", "last_name": "Reyes"}).score == 0
    )
    assert likeness({"phone": None}, {"phone": None}).score == 0


def test_names_the_other_way_round_are_the_same_person():
    one = {"first_name": "Dana", "last_name": "Reyes", "zip": "33602", "email": "d@example.com"}
    other = {**one, "first_name": "Reyes", "last_name": "Dana"}
    assert likeness(one, other).score >= 95


def test_a_shared_phone_in_a_household_is_not_one_person():
    one = {"first_name": "Dana", "last_name": "Reyes", "phone": "+17275550142", "zip": "33602"}
    other = {**one, "first_name": "Miguel"}
    assert likeness(one, other).score < LIKELY < likeness(one, {**one, "first_name": "Dan"}).score


def test_a_first_name_and_a_town_are_nobody_and_a_wrong_digit_counts_only_beside_the_same_name():
    one = {"first_name": "Lena", "last_name": "Khan", "zip": "33602", "city": "Tampa", "address": "1310 Lake St",
           "phone": "+19545550103", "email": "lena.khan828@example.com"}  # fmt: skip
    other = {**one, "last_name": "Novak", "address": "610 Maple St", "phone": "+19545550102", "email": "ln@example.com"}
    assert likeness(one, other).score == 0
    assert likeness(one, {**other, "last_name": None, "phone": None, "email": None, "address": None}).score == 0
    assert likeness(one, {**other, "last_name": "Khan"}).score >= LIKELY
    assert likeness(one, {**other, "last_name": "Khan", "zip": "97201", "city": "Portland"}).score < LIKELY
    assert likeness(one, {**other, "email": one["email"]}).score >= LIKELY
    assert likeness(one, {**one, "first_name": "Omar", "last_name": "Kessler", "email": None, "phone": None}).score == 0


def test_namesakes_of_one_town_whom_nothing_else_joins_are_two_people():
    one = {"first_name": "Maria", "last_name": "Hale", "zip": "77002", "city": "Houston", "address": "6189 Park St",
           "phone": "+19565550101", "email": "maria.hale282@example.com"}  # fmt: skip
    other = {**one, "address": "6097 Park St", "phone": "+19455550105", "email": "maria.hale1288@example.com"}
    assert likeness(one, other).score < LIKELY
    assert likeness(one, {**other, "email": one["email"]}).score >= LIKELY
    assert likeness(one, {**other, "address": one["address"]}).score >= LIKELY

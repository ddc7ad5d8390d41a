"""A short storm in the suite; `make torture` is the long one."""

import asyncio
import random
import shutil
import tempfile
from pathlib import Path

from tests.durability import storm

SECONDS = 25.0


def test_nothing_acknowledged_is_lost_and_nothing_happens_twice():
    folder = Path(tempfile.mkdtemp(prefix="marquee-storm-"))
    house, ledger = storm.House(folder), storm.Ledger()
    try:
        key = house.start()
        asyncio.run(storm.pour(house, key, SECONDS, ledger, random.Random(11)))  # noqa: S311 - a seeded storm
        left, found = storm.drain(house), storm.leads_by_email(house)
        doubled = storm.doubled_sends(house)
    finally:
        house.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(ledger.acknowledged)} acknowledged in {ledger.attempts} attempts under {dict(ledger.kills)}")
    assert len(ledger.kills) >= 5 and len(ledger.acknowledged) >= 20
    assert set(ledger.acknowledged) - set(found) == set(), "acknowledged leads were lost"
    assert [email for email, count in found.items() if count > 1] == [], "a retry made a second lead"
    assert left == 0, "jobs were left behind"
    assert doubled == {}, "somebody was written to twice"

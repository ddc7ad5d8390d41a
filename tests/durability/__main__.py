"""`make torture`: the storm for as long as you like; its ledger is printed."""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from tests.durability import storm


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    house, ledger = storm.House(Path(tempfile.mkdtemp(prefix="marquee-storm-"))), storm.Ledger()
    try:
        key = house.start()
        asyncio.run(storm.pour(house, key, asked.seconds, ledger, random.Random(asked.seed)))
        left, found, doubled = storm.drain(house, 120), storm.leads_by_email(house), storm.doubled_sends(house)
    finally:
        house.stop()
    lost = set(ledger.acknowledged) - set(found)
    twice = [email for email, count in found.items() if count > 1]
    print(f"kills          {sum(ledger.kills.values())} {dict(ledger.kills)}")
    print(f"acknowledged   {len(ledger.acknowledged)} leads in {ledger.attempts} attempts")
    print(
        f"lost           {len(lost)}\ndoubled leads  {len(twice)}\ndoubled sends  {len(doubled)}\njobs left      {left}"
    )
    quiet = len(ledger.kills) < 4 or len(ledger.acknowledged) < 20  # a storm that was none proves nothing
    return 1 if lost or twice or doubled or left or quiet else 0


if __name__ == "__main__":
    sys.exit(main())

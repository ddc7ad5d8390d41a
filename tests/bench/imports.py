"""A book of 20,000 leads brought in, met again by each way with duplicates, and taken back, as the worker does it: rows a
second of each step.
"""

import random
import time
from typing import Any
from uuid import UUID

from app.core.work import unit
from app.leads.models import LeadFile
from tests.drive import drain

ROWS = 20_000


def book(seed: int = 7) -> bytes:
    """A line in fifty is refused for its ZIP code. Another seed says other amounts and ZIP codes of the same people."""
    pick, other = random.Random(7), random.Random(seed)
    lines = ["Full name,Cell phone,E-mail,State,ZIP,Total debt"]
    for number in range(ROWS):
        phone = f"{pick.choice(('727', '404', '512'))}{pick.randrange(200, 999)}{number % 10_000:04}"
        zip_ = "336" if number % 50 == 7 else f"{other.randrange(10_000, 99_999)}"
        debt = (
            "" if seed == 7 and number % 2 else other.randrange(4_000, 60_000)
        )  # something to fill in for every second
        lines.append(f"Kim Bench{number},{phone},kim{number}@example.com,FL,{zip_},{debt}")
    return "\r\n".join(lines).encode()


async def measure(runtime: Any) -> None:
    from app.main import create_app
    from tests import world

    cast = await world.cast(runtime, create_app(runtime))
    tenant, ada = cast.tenants["harbor"], await cast.browser("harbor", "ada")

    async def step(name: str, url: str, data: dict[str, str], **files: Any) -> str:
        answer = await ada.post(url, data, **files)
        assert answer.status_code == 303, answer.text
        began = time.perf_counter()
        outcomes = await drain(runtime, tenant, rounds=5_000)
        assert not outcomes["failed"] and not outcomes["retry"], outcomes
        print(f"import of {ROWS:,} rows: {name}: {ROWS / (time.perf_counter() - began):,.0f} rows/s", flush=True)
        return str(answer.headers["location"])

    columns = dict(zip((f"to.{n}" for n in range(6)), "name phone email state zip total_debt".split(), strict=True))

    async def brought_in(duplicates: str, seed: int) -> str:
        file = {"file": ("book.csv", book(seed), "text/csv")}
        url = await step(f"read, to {duplicates}", "/agent/leads/import", {}, files=file)
        await step("check", f"{url}/columns", {**columns, "heads": "1", "source": "Bench"})
        await step(duplicates, f"{url}/run", {"duplicates": duplicates, "assign": "nobody"})
        async with unit(tenant=tenant) as work:
            print((await work.get_one(LeadFile, UUID(url.rpartition("/")[2]))).counts, flush=True)
        return url

    first = await brought_in("skip", 7)
    for duplicates, seed in (("fill", 8), ("overwrite", 9)):
        again = await brought_in(duplicates, seed)
        await step(f"take {duplicates} back", f"{again}/undo", {})
    await step("take back", f"{first}/undo", {})

"""kill -9 of whatever does an import's work, in the middle of the run and in the middle of taking it back.

    .venv/bin/python -m tests.durability.books --rows 2000 --kills 2

The file is the ledger outside: each of its lines must be a lead, refused or skipped, once. Then each lead must be gone, once.
"""

import argparse
import os
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.durability.storm import House
from tests.world import PASSWORD

PATIENCE = 240  # seconds for a step; a lease of a killed process lasts 25
STATE = "select state, done, total from {schema}.lead_files where kind = 'import'"


class Clerk:
    """Somebody at harbor with a browser, and a look into the tables."""

    def __init__(self, house: House, client: httpx.Client) -> None:
        self.house, self.client, self.url = house, client, ""
        self.schema = house.ask("select schema_name from control.tenants where slug = 'harbor'")[0][0]
        self.kills = 0

    def sign_in(self) -> None:
        until = time.monotonic() + 60
        while not self._is_up() and time.monotonic() < until:
            time.sleep(0.5)
        self._post("/login", {"email": "ada@example.com", "password": PASSWORD})

    def _is_up(self) -> bool:
        try:
            return self.client.get("/readyz").status_code == 200
        except httpx.HTTPError:
            return False

    def _post(self, path: str, data: dict[str, str], **more: Any) -> httpx.Response:
        page = self.client.get("/login" if path == "/login" else "/account").text
        token = re.search(r'name="csrf-token" content="([^"]+)"', page)
        answer = self.client.post(path, data=data, headers={"X-CSRF-Token": token[1] if token else ""}, **more)
        assert answer.status_code == 303, f"{path} answers {answer.status_code}"
        return answer

    def upload(self, body: bytes) -> None:
        sent = self._post("/agent/leads/import", {}, files={"file": ("book.csv", body, "text/csv")})
        self.url = sent.headers["location"]
        self.wait("mapping")
        columns = {"to.0": "name", "to.1": "phone", "to.2": "email", "to.3": "zip"}
        self._post(f"{self.url}/columns", {**columns, "heads": "1", "source": "Killed"})
        self.wait("ready")

    def step(self, path: str, data: dict[str, str], end: str, kills: int) -> None:
        """Begin, and kill the process that does the work at so many moments between the first chunk and the last."""
        self._post(f"{self.url}/{path}", data)
        for number in range(kills):
            self._kill_past((number + 1) / (kills + 2))
        self.wait(end)

    def _kill_past(self, share: float) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            state, done, total = self.state()
            if state not in ("running", "undoing"):
                return
            pid = self.house.pid("job process")
            if done >= share * total and pid is not None:
                os.kill(pid, signal.SIGKILL)
                self.kills += 1
                return
            time.sleep(0.02)

    def state(self) -> tuple[str, int, int]:
        state, done, total = self.house.ask(STATE.format(schema=self.schema))[0]
        return state, done, total

    def wait(self, wanted: str) -> None:
        until = time.monotonic() + PATIENCE
        while self.state()[0] != wanted:
            assert time.monotonic() < until, f"still {self.state()}, not {wanted}"
            time.sleep(0.1)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return self.house.ask(sql.format(schema=self.schema))


def book(rows: int) -> bytes:
    """One line in 20 has no ZIP code that is one, one in 25 is somebody who stands above."""
    lines = ["Name,Phone,E-mail,ZIP"]
    for number in range(rows):
        same = number - 10 if number % 25 == 24 else number
        zip_ = "1" if number % 20 == 7 else f"{10_000 + number}"
        lines.append(f"Kim No{same},{813_555_0000 + same},kill{same}@example.com,{zip_}")
    return "\r\n".join(lines).encode()


def faults_of_run(clerk: Clerk, rows: int) -> list[str]:
    outcomes = Counter(
        dict(clerk.ask("select outcome, count(*) from {schema}.import_rows where number > 0 group by 1"))
    )
    leads = clerk.ask(
        "select c.email, count(*) from {schema}.leads l join {schema}.contacts c on c.id = l.contact_id"
        " where l.source = 'Killed' and l.deleted_at is null group by 1"
    )
    print(f"run: {clerk.kills} kills, {dict(outcomes)}, {len(leads)} people with leads", flush=True)
    return [
        *(["lines are in no outcome"] if outcomes.total() != rows or "" in outcomes else []),
        *(["not as many leads as lines say"] if sum(n for _, n in leads) != outcomes["added"] else []),
        *(f"{email} has {n} leads" for email, n in leads if n > 1),
        *(["a lead of two lines"] if clerk.ask(ONE_LEAD) else []),
        *(["refused is not what is wrong in the file"] if outcomes["refused"] != len(range(7, rows, 20)) else []),
    ]


ONE_LEAD = "select lead_id from {schema}.import_rows where outcome = 'added' group by 1 having count(*) > 1"
TWICE = (
    "select e.entity_id from {schema}.events e join {schema}.leads l on l.id = e.entity_id"
    " where e.kind = 'lead.deleted' group by 1 having count(*) > 1"
)


def faults_of_undo(clerk: Clerk, added: int) -> list[str]:
    here = clerk.ask("select count(*) from {schema}.leads where source = 'Killed' and deleted_at is null")[0][0]
    undone = clerk.ask("select count(*) from {schema}.import_rows where outcome = 'undone'")[0][0]
    told = clerk.ask("select count(*) from {schema}.events where kind = 'lead.deleted'")[0][0]
    kept = clerk.ask("select count(*) from {schema}.audit where action = 'lead.deleted'")[0][0]
    print(
        f"take back: {clerk.kills} kills, {undone} undone, {here} left, {told} events, {kept} in the audit log",
        flush=True,
    )
    return [
        *([f"{here} leads are left"] if here else []),
        *(
            [f"{undone} lines undone, {told} events, {kept} audited of {added}"]
            if {undone, told, kept} != {added}
            else []
        ),
        *(["a lead went twice"] if clerk.ask(TWICE) else []),
    ]


@contextmanager
def clerk_of(house: House) -> Iterator[Clerk]:
    headers = {"Host": f"harbor.localhost:{house.port}"}
    with httpx.Client(
        base_url=f"http://127.0.0.1:{house.port}", headers=headers, trust_env=False, timeout=60
    ) as client:
        clerk = Clerk(house, client)
        clerk.sign_in()
        yield clerk


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=2)
    asked = parser.parse_args()
    house = House(Path(tempfile.mkdtemp(prefix="marquee-books-")))
    try:
        house.start()
        with clerk_of(house) as clerk:
            clerk.upload(book(asked.rows))
            clerk.step("run", {"duplicates": "skip", "assign": "nobody"}, "done", asked.kills)
            faults = faults_of_run(clerk, asked.rows)
            added = clerk.ask("select count(*) from {schema}.import_rows where outcome = 'added'")[0][0]
            clerk.step("undo", {}, "undone", asked.kills)
            faults += faults_of_undo(clerk, added)
            if clerk.kills < 2 * asked.kills:
                faults.append(f"only {clerk.kills} kills: it proves nothing")
    finally:
        house.stop()
    print("\n".join(faults) or "every line once")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

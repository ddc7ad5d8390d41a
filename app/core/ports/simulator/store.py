"""What the simulator remembers, in one SQLite file that survives a kill: messages, STOPs, routes and
errands.

An errand is one webhook still to be delivered. It stands here from the moment that its cause is taken
until the other side has answered 2xx, so a killed simulator goes on where it was.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

_TABLES = """
create table if not exists messages (
  seq integer primary key autoincrement, id text not null unique, channel text not null,
  direction text not null, key text not null, sender text not null, recipient text not null,
  subject text not null, body text not null, html text not null, headers text not null, status text not null,
  callback text not null, at text not null, attempts integer not null, raw blob, answered_at real);
create unique index if not exists messages_key on messages (channel, key)
  where channel in ('sms', 'call') and key <> '';
create index if not exists messages_recipient on messages (recipient, seq);
create table if not exists stops (number text not null, person text not null, primary key (number, person));
create table if not exists routes (address text primary key, url text not null, secret text not null);
create table if not exists errands (
  seq integer primary key autoincrement, id text not null, message text not null, status text not null,
  url text not null, secret text not null, content_type text not null, body blob not null,
  headers text not null, due real not null, attempts integer not null,
  state text not null default 'waiting');
create index if not exists errands_due on errands (state, due);
"""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One text, call or mail. `attempts` counts how often the same key was handed in."""

    id: str
    channel: str
    direction: str
    sender: str
    recipient: str
    at: str
    key: str = ""
    subject: str = ""
    body: str = ""
    html: str = ""
    headers: dict[str, str] = {}
    status: str = ""
    callback: str = ""
    attempts: int = 1
    answered_at: float | None = None
    raw: bytes | None = None
    seq: int = 0


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """One webhook. `status` is what its message becomes when it goes out; `due` in seconds since the
    epoch.
    """

    id: str
    message: str
    url: str
    body: bytes
    due: float
    status: str = ""
    secret: str = ""
    content_type: str = "application/json"
    headers: dict[str, str] = {}
    attempts: int = 0
    seq: int = 0


class Store:
    """One connection behind one lock: the courier's loop and a test's thread both look in."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript("pragma journal_mode = wal; pragma synchronous = normal;" + _TABLES)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def keep(self, message: Message, errands: Iterable[Errand] = ()) -> None:
        """The message and all that follows from it, in one transaction."""
        with self._lock, self._db:
            self._db.execute("begin immediate")
            self._insert("messages", message)
            for errand in errands:
                self._insert("errands", errand)

    def add_errands(self, errands: Iterable[Errand]) -> None:
        with self._lock, self._db:
            self._db.execute("begin immediate")
            for errand in errands:
                self._insert("errands", errand)

    def _insert(self, table: str, thing: Message | Errand) -> None:
        row = {name: value for name, value in msgspec.structs.asdict(thing).items() if name != "seq"}
        row["headers"] = json.dumps(row["headers"])
        columns, places = ", ".join(row), ", ".join(f":{name}" for name in row)
        self._db.execute(f"insert into {table} ({columns}) values ({places})", row)

    def messages(self, where: str = "1 = 1", *values: object, limit: int = 100_000) -> list[Message]:
        """Oldest first."""
        sql = f"select * from messages where {where} order by seq limit {int(limit)}"
        return [_read(row, Message) for row in self._rows(sql, *values)]

    def message(self, where: str, *values: object) -> Message | None:
        found = self.messages(where, *values, limit=1)
        return found[0] if found else None

    def again(self, message_id: str) -> None:
        self._rows("update messages set attempts = attempts + 1 where id = ?", message_id)

    def set_status(self, message_id: str, status: str, answered_at: float | None = None) -> None:
        self._rows(
            "update messages set status = ?, answered_at = coalesce(?, answered_at) where id = ?",
            status,
            answered_at,
            message_id,
        )

    def due(self, now: float, limit: int = 50) -> list[Errand]:
        sql = "select * from errands where state = 'waiting' and due <= ? order by due, seq limit ?"
        return [_read(row, Errand) for row in self._rows(sql, now, limit)]

    def next_due(self) -> float | None:
        return self._rows("select min(due) as due from errands where state = 'waiting'")[0]["due"]

    def settle_errand(self, seq: int, state: str) -> None:
        self._rows("update errands set state = ? where seq = ?", state, seq)

    def put_off(self, seq: int, due: float) -> None:
        self._rows("update errands set due = ?, attempts = attempts + 1 where seq = ?", due, seq)

    def drop_errands(self, message_id: str) -> None:
        """What was still to happen to this call will not happen."""
        self._rows("update errands set state = 'dropped' where message = ? and state = 'waiting'", message_id)

    def given_up(self) -> int:
        return int(self._rows("select count(*) as n from errands where state = 'failed'")[0]["n"])

    def stop(self, number: str, person: str) -> None:
        self._rows("insert or ignore into stops (number, person) values (?, ?)", number, person)

    def start(self, number: str, person: str) -> None:
        self._rows("delete from stops where number = ? and person = ?", number, person)

    def stopped(self, number: str, person: str) -> bool:
        return bool(self._rows("select 1 from stops where number = ? and person = ?", number, person))

    def set_route(self, address: str, url: str, secret: str = "") -> None:
        sql = "insert or replace into routes (address, url, secret) values (?, ?, ?)"
        self._rows(sql, address.lower(), url, secret)

    def route(self, *addresses: str) -> tuple[str, str] | None:
        """URL and secret of the first of these addresses that has one."""
        for address in addresses:
            for row in self._rows("select url, secret from routes where address = ?", address.lower()):
                return row["url"], row["secret"]
        return None

    def _rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()


def _read(row: sqlite3.Row, shape: type[Any]) -> Any:
    values = dict(row)
    values["headers"] = json.loads(values["headers"])
    return msgspec.convert(values, shape)


def new_id(prefix: str) -> str:
    return f"{prefix}_{uuid4().hex}"

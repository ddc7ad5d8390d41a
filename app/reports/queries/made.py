"""What a report is once it is made: the page, the PDF, the workbook and the CSV are all drawn from this one value."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from app.analytics.models import Period
from app.analytics.queries import View
from app.core.permissions import Person
from app.core.work import Work
from themes.charts import Chart

Kind = Literal["text", "number", "money", "percent", "span", "moment"]


class Column(msgspec.Struct, frozen=True):
    """`kind` says how a cell is written; money is in minor units, a share of one, a span in seconds. `urls` lead from the
    cell of each row to what it counts, "" where nothing does.
    """

    label: str
    kind: Kind = "text"
    urls: list[str] = []


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """`urls` lead from the first cell of a row to what stands behind it; `total` is the last line."""

    title: str
    columns: list[Column]
    rows: list[list[Any]]
    urls: list[str] = []
    total: list[Any] = []


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """`headline` is the finding in one sentence; `how` are the definitions of what is counted."""

    name: str
    title: str
    period: Period
    headline: str
    charts: list[Chart]
    tables: list[Table]
    how: list[tuple[str, str]]


class Sight(msgspec.Struct, frozen=True):
    """What somebody may read in a report. Who may read less must not be handed it."""

    reach: str = "own"
    cost: bool = False
    money: bool = False


Chunk = tuple[list[list[Any]], "Place | None"]
Place = tuple[datetime, UUID]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report of the library. `headline` is cheap, `build` reads every row; `rows` gives the single rows in chunks:
    after a place, and where it goes on.
    """

    name: str
    title: str
    summary: str
    headline: Callable[[Work, Person, View, Period], Awaitable[str]]
    build: Callable[[Work, Person, View, Period], Awaitable[Made]]
    columns: Callable[[Sight], list[Column]]
    rows: Callable[[Work, Person, View, Period, Place | None, int], Awaitable[Chunk]]
    count: Callable[[Work, View, Period], Awaitable[int]]
    scoped: tuple[str, ...]  # which filters it takes


def sight_of(person: Person) -> Sight:
    """What leads cost is for who sees publishers, what clients paid for who sees invoices."""
    return Sight(person.reach, person.may("publishers.view"), person.may("billing.view"))


def covers(reader: Person, sight: Sight) -> bool:
    """Whether somebody may read what was made with this sight. A team's figures are for that very team or for all."""
    mine = sight_of(reader)
    return mine.reach == "all" and mine.cost >= sight.cost and mine.money >= sight.money

"""One line of a file as the lead that it would be: every cell read by the one validator, every fault beside its column."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select

from app.access.models import PersonRow, Role
from app.contacts.models import WRITABLE
from app.core import clock, config, fields
from app.core.fields import Field, FieldSet, Unreadable
from app.core.work import Work
from app.leads.models import LEAD_COLUMNS, Plan, Stage
from app.leads.service.rows import first_stage, stages
from themes.catalogue import say

YES = frozenset("yes y true t 1 x si sí on agreed ok".split())
NO = frozenset("no n false f 0 off none -".split())
MOST_TAGS, LONGEST_TAG = 10, 40


class CellFault(msgspec.Struct, frozen=True):
    """`place` is the column, -1 for the line as a whole."""

    place: int
    code: str
    message: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line, read. `refused` says why it can't become a lead; empty when it can."""

    values: dict[str, Any]
    faults: list[CellFault]
    refused: str
    stage: Stage
    owner_id: UUID | None
    tags: tuple[str, ...]
    consent: str
    consent_at: datetime | None

    @property
    def contact(self) -> dict[str, Any]:
        return {name: value for name, value in self.values.items() if name in WRITABLE}

    @property
    def custom(self) -> dict[str, Any]:
        return {name: value for name, value in self.values.items() if name not in WRITABLE and name not in LEAD_COLUMNS}

    @property
    def columns(self) -> dict[str, Any]:
        """What goes into columns of the lead's own."""
        return {name: value for name, value in self.values.items() if name in LEAD_COLUMNS}


async def targets(work: Work) -> FieldSet:
    """The fields of a lead that a column may fill."""
    known = await fields.fill_options(work, await fields.registry(work, "lead"))
    follows = await config.get(work, "lead_value_field")
    open_ = [
        field for field in known.writable if field.name != "lost_reason" and not (follows and field.name == "value")
    ]
    return FieldSet("lead", open_)


class Reader:
    """Reads lines by a plan. What it needs of the database it has."""

    def __init__(
        self,
        plan: Plan,
        known: FieldSet,
        stage: Stage,
        stages_: Mapping[str, Stage],
        people: Mapping[str, UUID],
        zone: ZoneInfo,
    ) -> None:
        self._plan, self._known, self._stage, self._zone = plan, known, stage, zone
        self._stages, self._people = stages_, people
        self._tags = _tags(plan.tags)

    def read(self, cells: Sequence[str]) -> Line:
        values: dict[str, Any] = {"source": self._plan.source} if self._plan.source else {}
        special: dict[str, Any] = {}
        faults: list[CellFault] = []
        for place, (target, cell) in enumerate(zip(self._plan.to, cells, strict=False)):
            if not target or not cell:
                continue
            try:
                if field := self._known.get(target):
                    values[target] = self._cell(field, cell)
                else:
                    self._special(target, cell, values, special)
            except Unreadable as fault:
                faults.append(CellFault(place, fault.code, fault.message))
        if not values.get("phone") and not values.get("email"):
            faults.append(CellFault(-1, "missing", say("Neither a phone number nor an e-mail address.")))
        return self._line({name: value for name, value in values.items() if value is not None}, special, faults)

    def _cell(self, field: Field, cell: str) -> Any:
        if field.type == "choice" and not field.options and len(cell) > field.length:
            raise Unreadable("too_long", say("This has more than %(n)s characters.", n=field.length))
        return fields.read(field, cell, self._zone)

    def _line(self, values: dict[str, Any], special: dict[str, Any], faults: list[CellFault]) -> Line:
        fatal = [fault for fault in faults if fault.place < 0 or not self._plan.lenient]
        return Line(
            values=values,
            faults=faults,
            refused=" ".join(fault.message for fault in fatal),
            stage=special.get("stage", self._stage),
            owner_id=special.get("owner"),
            tags=tuple(dict.fromkeys((*self._tags, *special.get("tags", ()))))[:MOST_TAGS],
            consent=self._consent(special),
            consent_at=special.get("consent_at") or _day(self._plan.consent_on),
        )

    def _consent(self, special: dict[str, Any]) -> str:
        """Words of the line itself; else the file's, for everybody or for those of whom a column says so."""
        if "consent" not in self._plan.to:
            return self._plan.consent
        said: str = special.get("consent", "")
        return self._plan.consent if said == "yes" else said

    def _special(self, target: str, cell: str, values: dict[str, Any], special: dict[str, Any]) -> None:
        if target == "name":
            first, last = _split(cell)
            for name, part in (("first_name", first), ("last_name", last)):
                if part and name not in values:
                    values[name] = self._cell(fields.builtins("contact")[name], part)
        elif target == "consent":
            bare = cell.lower().strip()
            special["consent"] = "yes" if bare in YES else "" if bare in NO else cell[:2000]
        elif target == "consent_at":
            field = Field(entity="lead", name="consent_at", label="Consent", type="datetime")
            special["consent_at"] = min(fields.read(field, cell, self._zone), clock.now())
        elif target == "tags":
            special["tags"] = _tags(cell)
        elif target == "stage":
            special["stage"] = _one(
                self._stages, cell, say("There is no stage “%(name)s” to begin in.", name=cell[:60])
            )
        elif target == "owner":
            special["owner"] = _one(self._people, cell, say("Nobody on the team is called “%(name)s”.", name=cell[:60]))


def _one(known: Mapping[str, Any], cell: str, message: str) -> Any:
    found = known.get(fields.normalise(cell))
    if found is None:
        raise Unreadable("not_allowed", message)
    return found


def _split(name: str) -> tuple[str, str]:
    """ "Reyes, Dana" and "Dana Reyes": first and last."""
    words = " ".join(name.split())
    if ", " in words:
        last, _, first = words.partition(", ")
        return first, last
    first, _, last = words.rpartition(" ")
    return (first, last) if first else (last, "")


def _tags(text: str) -> tuple[str, ...]:
    parts = (" ".join(part.split()) for part in text.replace(";", ",").replace("|", ",").split(","))
    return tuple(part[:LONGEST_TAG] for part in parts if fields.normalise(part))


def _day(text: str) -> datetime | None:
    return datetime.combine(datetime.fromisoformat(text).date(), time(12), UTC) if text else None


async def reader(work: Work, plan: Plan) -> Reader:
    begin = [stage for stage in await stages(work) if stage.kind in ("new", "open")]
    by_name = {fields.normalise(text): stage for stage in reversed(begin) for text in (stage.name, stage.label)}
    staff = select(PersonRow.id, PersonRow.name, PersonRow.email).join(Role, Role.id == PersonRow.role_id)
    staff = staff.where(Role.audience == "staff", PersonRow.state == "active", PersonRow.support.is_(False))
    people = {fields.normalise(text): row.id for row in await work.execute(staff) for text in (row.name, row.email)}
    stage = by_name.get(fields.normalise(plan.stage)) or await first_stage(work)
    return Reader(plan, await targets(work), stage, by_name, people, ZoneInfo(await config.get(work, "zone")))

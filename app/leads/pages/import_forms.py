"""The two forms of an import: what becomes of each column, and how the run deals with whom it meets."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.core import clock, fields
from app.core.agenda import Stuck
from app.core.errors import FieldError, Invalid
from app.core.work import Work
from app.leads import service
from app.leads.models import SPECIAL, LeadFile, Plan
from app.leads.models.fields import owner_options
from app.leads.queries import imports as queries
from app.leads.service import imports
from app.leads.service.import_reading import Line, reader, targets
from themes.catalogue import say

NEW = "+"
SHOWN, SAMPLES = 50, 3


class ColumnChoice(msgspec.Struct, frozen=True):
    """A column of the file: its name, a few of its values, what it becomes."""

    place: int
    name: str
    samples: list[str]
    to: str


class ColumnsPage(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    file: LeadFile
    plan: Plan
    columns: list[ColumnChoice]
    choices: dict[str, list[tuple[str, str]]]
    stages: list[tuple[str, str]]
    typed: Mapping[str, Any]


class Cell(msgspec.Struct, frozen=True):
    """A cell as it will be, or as it stands in the file with what is wrong with it."""

    text: str
    fault: str


class PreviewLine(msgspec.Struct, frozen=True):
    number: int
    cells: list[Cell]
    refused: str


class PreviewPage(msgspec.Struct, frozen=True, kw_only=True):
    """The first lines as they will be, and how many faults of each kind the whole file has."""

    url: str
    file: LeadFile
    stuck: Stuck | None
    plan: Plan
    heads: list[str]
    lines: list[PreviewLine]
    faults: list[tuple[str, str, int]]
    people: list[tuple[str, str]]
    typed: Mapping[str, Any]


async def mapping_page(work: Work, file: LeadFile, given: Mapping[str, Any]) -> ColumnsPage:
    plan = msgspec.convert(file.plan, Plan)
    rows = await queries.import_rows(work, file.id, after=0, limit=20)
    samples = await queries.cells_of(work, file.id, rows)
    columns = [
        ColumnChoice(
            place,
            name or say("Column %(n)s", n=place + 1),
            [row[place] for row in samples if len(row) > place and row[place]][:SAMPLES],
            str(given.get(f"to.{place}", plan.to[place])),
        )
        for place, name in enumerate(plan.columns)
    ]
    stages = [(stage.name, stage.label) for stage in await service.stages(work) if stage.kind in ("new", "open")]
    return ColumnsPage(
        url=f"/agent/leads/import/{file.id}", file=file, plan=plan, columns=columns, choices=await _choices(work),
        stages=stages, typed=given or msgspec.to_builtins(plan),
    )  # fmt: skip


async def _choices(work: Work) -> dict[str, list[tuple[str, str]]]:
    """What a column may become, by group."""
    special = {
        "name": say("Full name"), "owner": say("Owner"), "stage": say("Stage"), "tags": say("Tags"),
        "consent": say("Consent: their words, or yes and no"), "consent_at": say("Consent: when"),
    }  # fmt: skip
    found: dict[str, list[tuple[str, str]]] = {}
    if work.person.may("leads.configure"):
        found[say("New")] = [(NEW, say("A new field, named like the column"))]
    for field in await targets(work):
        found.setdefault(field.group.replace("_", " ").capitalize(), []).append((field.name, field.label))
    found.setdefault("Contact", []).insert(0, ("name", special.pop("name")))
    found[say("Beside the fields")] = list(special.items())
    return found


async def read_plan(work: Work, file: LeadFile, given: Mapping[str, Any]) -> tuple[Plan, list[int]]:
    """The plan, and the places of columns that become new fields. Raises Invalid with every fault."""
    plan, known, errors = msgspec.convert(file.plan, Plan), await targets(work), list[FieldError]()
    to, new = [], []
    for place in range(len(plan.columns)):
        name = str(given.get(f"to.{place}", ""))
        if name == NEW and work.person.may("leads.configure"):
            new.append(place)
        name = name if name in known or name in SPECIAL else ""
        if name and name in to:
            other = plan.columns[to.index(name)]
            errors.append(
                FieldError(
                    f"to.{place}",
                    "not_allowed",
                    say("“%(other)s” is this already. Leave one of the two out.", other=other),
                )
            )
        to.append(name)
    if not {"phone", "email"} & set(to):
        errors.append(
            FieldError(
                "",
                "missing",
                say(
                    "Say which column holds the phone number or the e-mail address: without one of them nobody can be reached."
                ),
            )
        )
    plan = msgspec.structs.replace(
        plan, to=to, heads=bool(given.get("heads")), lenient=bool(given.get("lenient")), **_words(given)
    )
    errors += _consent_faults(plan)
    if errors:
        raise Invalid(errors)
    return plan, new


def _words(given: Mapping[str, Any]) -> dict[str, str]:
    most = {"source": 200, "stage": 60, "tags": 300, "consent": 2000, "consent_from": 200, "consent_on": 10}
    return {name: str(given.get(name) or "").replace("\0", "").strip()[:length] for name, length in most.items()}


def _consent_faults(plan: Plan) -> list[FieldError]:
    """Words without a day and a place prove nothing (16 CFR 310.5)."""
    errors = []
    if plan.consent_on:
        try:
            on = datetime.fromisoformat(plan.consent_on).replace(tzinfo=UTC)
        except ValueError:
            return [FieldError("consent_on", "invalid_format", say("Enter a date."))]
        if on > clock.now():
            errors.append(
                FieldError("consent_on", "not_allowed", say("This day is yet to come. Enter the day when they agreed."))
            )
    if plan.consent and not plan.consent_on and "consent_at" not in plan.to:
        errors.append(FieldError("consent_on", "missing", say("Enter the day when they agreed.")))
    if plan.consent and not plan.consent_from:
        errors.append(FieldError("consent_from", "missing", say("Say where they agreed: a form, a partner, a call.")))
    return errors


async def preview_page(work: Work, file: LeadFile, given: Mapping[str, Any]) -> PreviewPage:
    plan = msgspec.convert(file.plan, Plan)
    rows = await queries.import_rows(work, file.id, after=0 if plan.heads else -1, limit=SHOWN)
    cells, read = await queries.cells_of(work, file.id, rows), await reader(work, plan)
    show = await _writer(work, plan)
    labels = {name: label for group in (await _choices(work)).values() for name, label in group}
    faults = [
        (labels.get(plan.to[place], plan.columns[place]) if place >= 0 else say("The whole line"), said, count)
        for place, _, said, count in file.counts.get("faults", [])
    ]
    return PreviewPage(
        url=f"/agent/leads/import/{file.id}", file=file, stuck=await imports.stuck(work, file), plan=plan,
        heads=[labels.get(name, name) for name in plan.to if name],
        lines=[show(row.number, line, read.read(line)) for row, line in zip(rows, cells, strict=True)],
        faults=faults, people=await owner_options(work), typed=given or msgspec.to_builtins(plan),
    )  # fmt: skip


async def _writer(work: Work, plan: Plan) -> Any:
    known, zone = await targets(work), ZoneInfo(work.person.zone)

    def written(number: int, raw: list[str], line: Line) -> PreviewLine:
        faults = {fault.place: fault.message for fault in line.faults}
        cells = []
        for place, name in enumerate(plan.to):
            if not name:
                continue
            text, field = raw[place] if len(raw) > place else "", known.get(name)
            if field is not None and name in line.values and place not in faults:
                text = fields.format_value(field, line.values[name], work.person.locale, zone, short=True)
            cells.append(Cell(text[:120], faults.get(place, "")))
        return PreviewLine(number, cells, faults.get(-1, "") or (line.refused and say("This line is refused.")))

    return written


async def read_options(work: Work, file: LeadFile, given: Mapping[str, Any]) -> dict[str, Any]:
    """How the run deals with duplicates, owners and sequences. Raises Invalid."""
    duplicates, assign = str(given.get("duplicates", "skip")), str(given.get("assign", "nobody"))
    errors = []
    if duplicates not in ("skip", "fill", "overwrite", "anyway"):
        errors.append(FieldError("duplicates", "not_allowed", say("Choose what happens to duplicates.")))
    if assign == "person":
        assign = str(given.get("owner_id", ""))
        if assign not in {value for value, _ in await owner_options(work)} or not _is_id(assign):
            errors.append(FieldError("owner_id", "missing", say("Choose to whom they go.")))
    elif assign not in ("nobody", "routing"):
        errors.append(FieldError("assign", "not_allowed", say("Choose to whom they go.")))
    if file.state == "checking":
        errors.append(FieldError("", "too_early", say("Every row is checked first. Wait a moment, then press again.")))
    elif not file.counts.get("good"):
        errors.append(
            FieldError(
                "", "missing", say("No line of this file can be brought in. Change the columns, or mend the file.")
            )
        )
    if errors:
        raise Invalid(errors)
    return {"duplicates": duplicates, "assign": assign, "sequences": bool(given.get("sequences"))}


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False

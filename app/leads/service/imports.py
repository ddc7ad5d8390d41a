"""An import from the file to the moment before the run: taken, read in the jail, mapped, checked line by line."""

import base64
from collections import Counter
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, or_, select, text
from uuid_utils.compat import uuid7

from app.contacts.models import Contact
from app.core import agenda, clock, config, events
from app.core.agenda import Stuck
from app.core.crypto import Box
from app.core.errors import Conflict, NotFound
from app.core.fields import Draft
from app.core.ports.sheets import Table
from app.core.runtime import runtime
from app.core.work import Work
from app.leads.models import GOING, KEPT_IMPORT, SPECIAL, STEPS, Lead, LeadFile, Plan
from app.leads.models.guessing import guess, plain, type_of
from app.leads.queries.imports import cells_of, import_rows, opened
from app.leads.service.import_reading import Line, reader, targets
from app.leads.service.own_fields import add_field
from app.team import service as team
from themes.catalogue import say

SAMPLE, CHECKED_AT_ONCE, STAGED_AT_ONCE, REMEMBERED = 50, 500, 2_000, 40
SEEN_BYTES = 6
STAGE = text(
    "insert into import_rows (import_id, number, cells)"
    " select :id, n, c from unnest(cast(:numbers as int[]), cast(:cells as bytea[])) as given (n, c)"
)


async def take_file(work: Work, name: str, body: bytes) -> LeadFile:
    """Keep what was sent, sealed, until it has been read."""
    file = LeadFile(id=uuid7(), kind="import", person_id=work.person.id, name=name[:120], state="reading", size=len(body),
                    created_at=clock.now(), expires_at=clock.now() + KEPT_IMPORT)  # fmt: skip
    file.body = await sealed_body(work, file.id, body)
    work.add(file)
    await work.flush()
    await agenda.add(work, "leads.import_read", file.id, key=f"leads.import_read:{file.id}")
    return file


async def sealed_body(work: Work, file_id: UUID, body: bytes) -> bytes:
    box = await runtime().box(work.tenant)
    return box.seal(base64.b64encode(body).decode(), table="lead_files", column="body", row=file_id)


async def open_body(work: Work, file: LeadFile) -> bytes:
    box = await runtime().box(work.tenant)
    return base64.b64decode(box.open(file.body or b"", table="lead_files", column="body", row=file.id))


async def held(work: Work, file_id: UUID, *states: str) -> LeadFile | None:
    """The row, held to the end of the transaction; None when it is in another state, or gone."""
    statement = select(LeadFile).where(LeadFile.id == file_id).with_for_update()
    file = (await work.scalars(statement, execution_options={"populate_existing": True})).first()
    return file if file is not None and (not states or file.state in states) else None


async def demand(work: Work, file_id: UUID, *states: str) -> LeadFile:
    """As `held`. Raises NotFound, Conflict when the file has gone on meanwhile."""
    file = await held(work, file_id)
    if file is None:
        raise NotFound
    if file.state not in states:
        raise Conflict(say("This import has gone on meanwhile. Look again."), code="moved_on")
    return file


async def unread(work: Work, file_id: UUID) -> bytes | None:
    """What is to be read; None when it was."""
    file = await held(work, file_id, "reading")
    return await open_body(work, file) if file is not None and file.body else None


async def staged(work: Work, file_id: UUID, found: Table | str) -> None:
    """Keep the lines, each sealed, and guess what the columns are; or say why there are none."""
    file = await held(work, file_id, "reading")
    if file is None:
        return
    file.body = None
    if isinstance(found, str):
        file.state, file.error = "failed", found
        return
    box = await runtime().box(work.tenant)
    for start in range(0, len(found.rows), STAGED_AT_ONCE):
        part = found.rows[start : start + STAGED_AT_ONCE]
        cells = [box.seal(_json(row), table="import_rows", column="cells", row=file.id) for row in part]
        numbers = list(range(start, start + len(part)))
        await work.execute(STAGE, {"id": file.id, "numbers": numbers, "cells": cells})
    file.plan = msgspec.to_builtins(await _first_plan(work, file, found))
    file.state, file.total, file.done = "mapping", len(found.rows) - 1, 0


def _json(row: list[str]) -> str:
    return msgspec.json.encode(row).decode()


async def _first_plan(work: Work, file: LeadFile, found: Table) -> Plan:
    """As columns of these names were filled the last time, else as they look."""
    heads = [" ".join(cell.split())[:80] for cell in found.rows[0]]
    known, samples = await targets(work), found.rows[1 : SAMPLE + 1]
    remembered = (await config.get(work, "import_plans")).get(_print(heads))
    base = Plan(columns=heads, how=found.how, others=found.others, source=_stem(file.name))
    if remembered:
        fits = [name if name in known or name in SPECIAL else "" for name in remembered["to"]]
        kept = {name: remembered.get(name, getattr(base, name)) for name in ("source", "stage", "tags", "lenient")}
        return msgspec.structs.replace(base, to=(fits + [""] * found.width)[: found.width], **kept)
    looks = [said not in plain_reason() for said in map(plain, heads)]
    to = guess(heads, samples, known, SPECIAL)
    return msgspec.structs.replace(base, to=[name if ok else "" for name, ok in zip(to, looks, strict=True)])


def plain_reason() -> tuple[str, ...]:
    """What the last column of an error file is called: it is never brought in again."""
    return plain(say("Why it was refused")), "why it was refused"


def _print(heads: list[str]) -> str:
    return "|".join(name for name in map(plain, heads) if name not in plain_reason())[:2000]


def _stem(name: str) -> str:
    return name.rsplit(".", 1)[0].replace("_", " ")[:80]


# --- mapping


async def map_columns(work: Work, file_id: UUID, plan: Plan, new: list[int]) -> LeadFile:
    """Keep what becomes of each column, make the fields that are new, and have every line checked.

    Raises Invalid for a new field that can't be, Conflict when the run has begun.
    """
    file = await demand(work, file_id, "mapping", "checking", "ready")
    to = list(plan.to)
    if new:
        samples = await cells_of(work, file.id, await import_rows(work, file.id, after=0, limit=200))
        for place in new:
            draft = Draft(
                label=plan.columns[place] or say("Column %(n)s", n=place + 1),
                type=type_of([row[place] for row in samples]),
            )
            to[place] = (await add_field(work, draft)).name
    plan = msgspec.structs.replace(plan, to=to)
    await give_up(work, file)
    turn = uuid7().hex
    file.plan, file.state, file.done, file.counts = msgspec.to_builtins(plan), "checking", 0, {"turn": turn}
    file.body = None
    await remember(work, plan)
    await agenda.add(work, "leads.import_check", file.id, turn, -1)
    return file


async def remember(work: Work, plan: Plan) -> None:
    known = await config.get(work, "import_plans")
    mine = {"to": plan.to, "source": plan.source, "stage": plan.stage, "tags": plan.tags, "lenient": plan.lenient}
    fresh = {name: value for name, value in known.items() if name != _print(plan.columns)}
    await config.put(work, "import_plans", dict([*fresh.items(), (_print(plan.columns), mine)][-REMEMBERED:]))


# --- checking


async def check(work: Work, file_id: UUID, turn: str, after: int) -> None:
    """One chunk of lines, then the next; a mapping that was changed meanwhile has a turn of its own."""
    file = await held(work, file_id, "checking")
    if file is None or file.counts.get("turn") != turn:
        return
    plan = msgspec.convert(file.plan, Plan)
    rows = await import_rows(work, file.id, after=max(after, -1 if not plan.heads else 0), limit=CHECKED_AT_ONCE)
    read, box = await reader(work, plan), await runtime().box(work.tenant)
    lines = [read.read(opened(box, file.id, row.cells)) for row in rows]
    seen = _Seen(box, file.body or b"")
    file.counts = await _counted(work, file.counts, lines, seen)
    file.done += len(rows)
    if len(rows) == CHECKED_AT_ONCE:
        file.body = seen.packed()
        await agenda.add(work, "leads.import_check", file.id, turn, rows[-1].number)
    else:
        file.state, file.total, file.body = "ready", file.done, None


class _Seen:
    """Numbers and addresses of the lines before, as keyed hashes: 2.4 MB for as many lines as a file may have, kept in the
    body of the file, which is empty between reading and run. Six bytes take one for another once in a thousand such files.
    """

    def __init__(self, box: Box, packed: bytes) -> None:
        self._box = box
        self._hashes = {packed[at : at + SEEN_BYTES] for at in range(0, len(packed), SEEN_BYTES)}

    def twin(self, line: Line) -> bool:
        """Whether an earlier line has this one's phone or e-mail; else this one is remembered."""
        keys = {line.values[name] for name in ("phone", "email") if line.values.get(name)}
        hashes = {self._box.blind_index(key, "import_rows")[:SEEN_BYTES] for key in keys}
        if hashes & self._hashes:
            return True
        self._hashes |= hashes
        return False

    def packed(self) -> bytes:
        return b"".join(self._hashes)


async def _counted(work: Work, before: dict[str, Any], lines: list[Line], seen: _Seen) -> dict[str, Any]:
    """`faults` are [column, code, sentence, how many], the sentence of the first of its kind. `known` are here already,
    `twins` are not, but stand in the file before.
    """
    faults = {(place, code): [place, code, said, n] for place, code, said, n in before.get("faults", [])}
    for line in lines:
        for one in line.faults:
            kind = faults.setdefault((one.place, one.code), [one.place, one.code, one.message, 0])
            kind[3] += 1
    good = [line for line in lines if not line.refused]
    totals = Counter({name: before.get(name, 0) for name in ("good", "refused", "agreed", "known", "twins")})
    totals.update(good=len(good), refused=len(lines) - len(good), agreed=sum(bool(line.consent) for line in good))
    known = await _known(work, good)
    totals.update(
        known=sum(known), twins=sum(not here and seen.twin(line) for line, here in zip(good, known, strict=True))
    )
    return {**before, **totals, "faults": sorted(faults.values(), key=lambda kind: -kind[3])[:100]}


async def _known(work: Work, lines: list[Line]) -> list[bool]:
    """Which of these have the phone or the e-mail of a lead that is there."""
    phones = {line.values["phone"] for line in lines if line.values.get("phone")}
    emails = {line.values["email"] for line in lines if line.values.get("email")}
    here = or_(Contact.phone.in_(phones), Contact.email.in_(emails))
    stands = select(Lead.id).where(Lead.contact_id == Contact.id, Lead.deleted_at.is_(None)).exists()
    rows = (
        await work.execute(select(Contact.phone, Contact.email).where(here, Contact.merged_into.is_(None), stands))
    ).all()
    found = {value for row in rows for value in row if value}
    return [bool({line.values.get("phone"), line.values.get("email")} & found) for line in lines]


# --- what was given up after its tries


async def stuck(work: Work, file: LeadFile) -> Stuck | None:
    """The step of this import that failed for good; None while it goes on."""
    return (await agenda.stuck(work, *STEPS)).get(str(file.id)) if file.state in GOING else None


async def tell_stuck(work: Work, file_id: UUID) -> None:
    """Whoever began it was promised a word when it is done."""
    file = await work.get(LeadFile, file_id)
    if file is not None:
        kind = f"{file.kind}.stuck"
        await team.notify(work, kind, [file.person_id], file.kind, file.id, to_doer=True, name=file.name)


async def again(work: Work, file_id: UUID) -> None:
    """The step that was given up is due once more; it goes on where it stood."""
    file = await demand(work, file_id, *GOING)
    if (found := await stuck(work, file)) is not None:
        await agenda.again(work, found.id)


async def give_up(work: Work, file: LeadFile) -> None:
    """What was given up of this import is not to be done any more."""
    if (found := await stuck(work, file)) is not None:
        await agenda.drop(work, found.id)


# --- leaving


async def discard(work: Work, file_id: UUID) -> None:
    """Nothing was brought in: the file and its lines go. Raises NotFound, Conflict once the run has begun."""
    file = await demand(work, file_id, "reading", "failed", "mapping", "checking", "ready")
    await give_up(work, file)
    await work.delete(file)


async def tidy(work: Work) -> None:
    """Files whose time is over go, and the lines of imports with them; the leads stay."""
    gone = (LeadFile.expires_at <= clock.now(), LeadFile.state.not_in(("running", "undoing")))
    count = await work.scalar(select(func.count()).select_from(LeadFile).where(*gone))
    if count:
        await work.execute(delete(LeadFile).where(*gone))


def told(file: LeadFile) -> dict[str, Any]:
    """What the audit log keeps of a file: how many lines became what."""
    return {name: file.counts.get(name, 0) for name in ("added", "filled", "skipped", "refused", "undone")}


def note(work: Work, kind: str, file: LeadFile) -> None:
    events.record(work, kind, "import", file.id, file=file.id, **told(file))

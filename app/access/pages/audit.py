"""`/admin/audit`: who did what, to which record, before and after, when, from where; and whether the chain
holds.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery

from app.access import forms, queries
from app.access.models import AuditEntry
from app.access.queries import audit as audit_queries
from app.access.queries.audit import Cursor, Search
from app.access.service import audit
from app.core import events, records
from app.core.errors import FieldError, Invalid
from app.core.pages import Toast, form, page, redirect
from app.core.records import Named
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes.catalogue import say

VIEW: dict[str, Any] = {"permission": "audit.view"}
PAGE = 50
EXPORTED = 10_000
FIELDS = ("person", "action", "entity", "record", "since", "until")


class Change(msgspec.Struct, frozen=True):
    """One field, before and after, in words."""

    field: str
    before: str
    after: str


class EntryLine(msgspec.Struct, frozen=True):
    """One entry as it is read. `record` is what the record is called and `url` its page, where somebody knows."""

    id: UUID
    at: Any
    who: str
    what: str
    entity: str
    record: str
    url: str
    record_id: UUID | None
    changes: list[Change]
    address: str


class AuditPage(msgspec.Struct, frozen=True):
    """`given` is the search as typed; `more` goes on after the last line; `actions` and `people` fill the
    filters.
    """

    entries: list[EntryLine]
    given: dict[str, str]
    more: str
    actions: list[tuple[str, str]]
    people: list[tuple[str, str]]
    errors: list[FieldError] = []


class ChainPage(msgspec.Struct, frozen=True):
    """One line: `18,204 entries, unbroken`, and when every link was last reckoned again."""

    ok: bool
    sentence: str
    checked_at: Any


@get("/admin/audit", opt=VIEW)
async def show_audit(request: HttpRequest, work: WorkDep, after: FromQuery[str] = "") -> Response[Any]:
    given = {name: request.query_params.get(name, "") for name in FIELDS}
    problem: list[FieldError] = []
    lines, more = [], ""
    try:
        search = forms.audit_search(given, work.person.zone)
        lines, more = await _lines(work, search, after)
    except Invalid as error:
        problem = error.errors
    people = [(str(one.id), one.name) for one in await queries.active_people(work, work.person)]
    actions = [(kind.name, say(kind.label)) for kind in events.kinds() if kind.audited]
    context = AuditPage(lines, given, more, actions, people, problem)
    return await page(
        request,
        work,
        "access/audit.html",
        context,
        title=say("Audit"),
        fragment="access/_audit.html",
        status=422 if problem else 200,
    )


@get("/admin/audit/chain", opt=VIEW)
async def show_chain(request: HttpRequest, work: WorkDep) -> Response[Any]:
    """The chain from the last full check on; loaded after the page, because it reckons."""
    verdict = await audit.verify(work, from_checkpoint=True)
    context = ChainPage(verdict.ok, _told(work, verdict), await audit.checked_at(work))
    return await page(request, work, "access/chain.html", context, title=say("Audit"), fragment="access/_chain.html")


@post("/admin/audit/check", opt=VIEW)
async def check_chain(request: HttpRequest, work: WorkDep) -> Response[Any]:
    """Every link again, from the first."""
    await form(request)
    verdict = await audit.check(work)
    return redirect(request, "/admin/audit", Toast(say("Checked: %(found)s.", found=_told(work, verdict))))


def _told(work: Work, verdict: audit.Verdict) -> str:
    """How much all the others did is nothing to somebody who stands for a party."""
    if work.person.party_id is None:
        return audit.sentence(verdict)
    return say("unbroken") if verdict.ok else say("broken: tell whoever runs this site")


@get("/admin/audit.csv", opt={**VIEW, "timeout_ms": 30_000})
async def export(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    """What the search finds, newest first, ten thousand lines at most."""
    given = {name: request.query_params.get(name, "") for name in FIELDS}
    rows = await audit_queries.entries(work, forms.audit_search(given, work.person.zone), limit=EXPORTED)
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "at", "who", "who_id", "action", "record", "record_id", "changes", "address", "trace"])
    for row in rows[:EXPORTED]:
        cells = [
            row.id,
            row.at.isoformat(),
            row.actor_name,
            row.actor_id or "",
            row.action,
            row.entity,
            row.entity_id or "",
            msgspec.json.encode(row.changes).decode(),
            row.address,
            row.trace or "",
        ]
        writer.writerow([_harmless(str(cell)) for cell in cells])
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"', "Cache-Control": "no-store"}
    return Response(out.getvalue().encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _harmless(cell: str) -> str:
    """A spreadsheet must not take a cell for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\0") else cell


async def _lines(work: Work, search: Search, after: str) -> tuple[list[EntryLine], str]:
    rows = await audit_queries.entries(work, search, after=_cursor(after), limit=PAGE)
    named = await _named(work, rows)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    more = f"{last.at.isoformat()}_{last.id}" if last else ""
    return [_line(row, named) for row in rows[:PAGE]], more


def _cursor(text: str) -> Cursor | None:
    at, _, id_ = text.rpartition("_")
    try:
        return msgspec.convert([at, id_], Cursor) if at else None
    except msgspec.ValidationError:
        return None


# Fields whose ids are of another kind than the people that most are.
KINDS = ("stage", "publisher", "offer", "lead", "contact", "ticket")


async def _named(work: Work, rows: list[AuditEntry]) -> dict[UUID, Named]:
    """What the records of these entries and the ids among their values are called."""
    mentioned = [
        (name.removesuffix("_id"), id_)
        for row in rows
        for name, pair in row.changes.items()
        for value in pair
        if (id_ := _id(value)) is not None
    ]
    asked = {(row.entity, row.entity_id) for row in rows if row.entity_id}
    asked |= {(name if name in KINDS else "person", id_) for name, id_ in mentioned}
    people = {id_ for entity, id_ in asked if entity == "person"}
    found = {key[1]: name for key, name in (await records.named(work, sorted(asked))).items()}
    return found | {id_: Named(name) for id_, name in (await audit_queries.names(work, people)).items()}


def _id(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) and len(value) == 36 else None
    except ValueError:
        return None


def _line(row: AuditEntry, named: dict[UUID, Named]) -> EntryLine:
    who = row.actor_name or {"system": "Automatic", "publisher": "Publisher"}.get(row.actor_kind, "Somebody")
    changes = [
        Change(_field(name), _said(before, named), _said(after, named))
        for name, (before, after) in _told_apart(row.changes)
    ]
    record = named.get(row.entity_id, Named("")) if row.entity_id else Named("")
    page_of = f"/admin/people/{row.entity_id}" if row.entity == "person" and record.label else record.url
    return EntryLine(
        row.id,
        row.at,
        who,
        say(events.kind_of(row.action).label),
        row.entity.replace("_", " "),
        record.label,
        page_of,
        row.entity_id,
        changes,
        row.address,
    )


def _told_apart(changes: dict[str, Any]) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Of two mappings only what differs between them, each part by its own name."""
    for name, (before, after) in changes.items():
        if isinstance(before, dict) and isinstance(after, dict):
            for part in sorted({*before, *after}):
                if before.get(part) != after.get(part):
                    yield f"{name} · {part}", (before.get(part), after.get(part))
        else:
            yield name, (before, after)


def _field(name: str) -> str:
    return name.removesuffix("_id").replace("_", " ")


def _said(value: Any, named: dict[UUID, Named]) -> str:
    if (id_ := _id(value)) is not None:
        return named[id_].label if id_ in named else f"…{value[-6:]}"
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


HANDLERS: list[Any] = [show_audit, show_chain, check_chain, export]

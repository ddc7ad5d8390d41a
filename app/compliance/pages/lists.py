"""Lists of numbers and addresses that are left alone: one by one, a file at once, and taken off again."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.compliance import forms, queries, service
from app.compliance.models.tables import ListEntry
from app.compliance.pages.desk import HOME, MANAGE, VIEW
from app.compliance.service.own_lists import OWN
from app.core import clock
from app.core.errors import FieldError, Invalid, NotFound
from app.core.pages import Toast, form, page, redirect, refused
from app.core.places import states
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes.catalogue import later, say

OWN_LISTS = (
    ("internal", later("Own do-not-call list")),
    ("litigator", later("Litigator list")),
    ("suppressed", later("Suppressed address")),
)
UPLOADS = (
    ("national", later("National do-not-call list")),
    ("state", later("State do-not-call list")),
    ("litigator", later("Litigator list")),
    ("internal", later("Own do-not-call list: added to what stands there")),
    ("suppressed", later("Suppressed addresses: added to what stands there")),
)


def _said(lists: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [(key, say(name)) for key, name in lists]


MOST_UNREAD = 200  # lines that are shown


class ListPage(msgspec.Struct, frozen=True, kw_only=True):
    """One list's entries."""

    key: str
    name: str
    entries: list[ListEntry]
    q: str
    may_manage: bool


class NewPage(msgspec.Struct, frozen=True, kw_only=True):
    """Adding one number, or uploading a list."""

    own: Any
    uploads: Any
    states: list[tuple[str, str]]
    typed: dict[str, Any]
    today: str
    errors: list[FieldError] = []


class UploadedPage(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each line. `added` is None where the list took the place of the one before."""

    name: str
    key: str
    lines: forms.Lines
    known: int
    added: int | None
    unread: list[tuple[int, str]]


@get(f"{HOME}/lists/new", opt=MANAGE)
async def show_new(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    return await page(request, work, "compliance/new.html", _new({}), title=say("Add to a list"))


@post(f"{HOME}/lists/entries", opt=MANAGE)
async def add_entry(request: HttpRequest, work: WorkDep) -> Response[Any]:
    given = await form(request)
    try:
        asked = forms.read_address(str(given.get("q") or ""))
        name = str(given.get("list") or "")
        if name not in dict(OWN_LISTS):
            raise Invalid([FieldError("list", "missing", "Choose a list.")])
        reason = "manual" if name == "suppressed" else str(given.get("reason") or "")[:120]
        await service.put_on_list(work, name, phone=asked.phone, email=asked.email, reason=reason, source="by hand")
    except Invalid as problem:
        return await refused(request, work, "compliance/new.html", _new(given), problem, title=say("Add to a list"))
    return redirect(request, f"{HOME}/lists/{name}", Toast(say("On the list. It counts from now on.")))


@post(f"{HOME}/lists/upload", opt=MANAGE)
async def upload_list(request: HttpRequest, work: WorkDep) -> Response[Any]:
    given = await form(request)
    try:
        upload = await forms.read_upload(given)
        added = await _put(work, upload)
    except Invalid as problem:
        typed = {name: value for name, value in given.items() if isinstance(value, str)}
        return await refused(request, work, "compliance/new.html", _new(typed), problem, title=say("Add to a list"))
    key = f"state:{upload.state}" if upload.state else upload.list
    context = UploadedPage(
        name=say(dict(UPLOADS)[upload.list]), key=key, lines=upload.lines, known=len(set(upload.lines.values)), added=added,
        unread=upload.lines.unread[:MOST_UNREAD]
    )  # fmt: skip
    return await page(request, work, "compliance/uploaded.html", context, title=say("The list is in"))


async def _put(work: Work, upload: forms.Upload) -> int | None:
    """How many are new on a list of our own, which grows; None for a registry's, which is replaced."""
    if upload.list in OWN:
        return await service.add_many(work, upload.list, upload.lines.values, file=upload.file)
    dated = {"scrubbed_at": upload.scrubbed_at, "state": upload.state, "file": upload.file}
    await service.replace_list(work, upload.list, upload.lines.values, **dated)
    return None


@get(f"{HOME}/lists/{{key:str}}", opt=VIEW)
async def show_list(request: HttpRequest, work: WorkDep, key: FromPath[str]) -> Response[bytes]:
    name = key.partition(":")[0]
    if name not in queries.LIST_NAMES:
        raise NotFound
    q = request.query_params.get("q", "").strip()[:80]
    text = "".join(sign for sign in q if sign.isdigit()) if "@" not in q else q.lower()
    context = ListPage(
        key=key,
        name=next((each.name for each in await queries.lists(work) if each.key == key), queries.LIST_NAMES[name]),
        entries=await queries.entries(work, key, text=text if q else ""),
        q=q,
        may_manage=work.person.may("compliance.manage"),
    )
    return await page(request, work, "compliance/list.html", context, title=context.name)


@post(f"{HOME}/entries/{{entry_id:uuid}}/lift", opt=MANAGE)
async def lift_entry(request: HttpRequest, work: WorkDep, entry_id: FromPath[UUID]) -> Response[Any]:
    given = await form(request)
    try:
        entry = await service.take_off_list(work, entry_id, str(given.get("why") or ""))
    except Invalid as problem:
        work.abandon()
        return redirect(request, HOME, Toast(problem.detail))
    return redirect(request, f"{HOME}/lists/{entry.list}", Toast(say("Taken off the list. The record stays.")))


def _new(typed: dict[str, Any]) -> NewPage:
    return NewPage(
        own=_said(OWN_LISTS), uploads=_said(UPLOADS), states=[(code, state.name) for code, state in states().items()],
        typed={name: value for name, value in typed.items() if isinstance(value, str)}, today=clock.now().date().isoformat(),
    )  # fmt: skip


HANDLERS: list[Any] = [show_new, add_entry, upload_list, show_list, lift_entry]

"""Duplicates: pairs that look alike, side by side, what stays of each, and the way back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.contacts import queries, service
from app.contacts.models import Contact
from app.contacts.models.likeness import WEIGHTS
from app.contacts.queries import Merged, Pair
from app.core import config, fields, pages, records
from app.core.errors import NotFound
from app.core.fields import Field, format_value
from app.core.pages import Toast
from app.core.records import Named
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes.catalogue import say

PATH = "/admin/duplicates"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A pair in the list, and in words why it stands there."""

    pair: Pair
    why: list[str]


class DuplicatesPage(msgspec.Struct, frozen=True, kw_only=True):
    """Open pairs, the most alike first, and what was merged lately."""

    url: str
    pairs: list[Shown]
    count: int
    next_url: str
    first_url: str
    merges: list[Merged]
    seen_to: datetime | None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One field of both. `take` says from whom it comes unless somebody chooses otherwise."""

    field: Field
    first: str
    second: str
    same: bool
    alike: int | None
    take: str


class PairPage(msgspec.Struct, frozen=True, kw_only=True):
    """Two side by side: the older one stays unless told otherwise, or unless the other can't go. `apart` when
    neither can.
    """

    url: str
    pair: Pair
    kept: Contact
    gone: Contact
    lines: list[Line]
    links: dict[UUID, Named]
    counts: dict[UUID, dict[str, int]]
    other_numbers: bool
    apart: bool


class DuplicatePages(Controller):
    """For those who see everybody: a pair shows two people at once."""

    path = PATH
    opt = {"permission": "contacts.merge"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        _demand_reach(work)
        cursor = request.query_params.get("cursor", "")
        found, following = await queries.pairs(work, cursor)
        seen_to = (await config.get(work, "duplicates")).get("seen_to")
        context = DuplicatesPage(
            url=PATH,
            pairs=[Shown(pair=one, why=_why(one.found.reasons)) for one in await _within_reach(work, found)],
            count=await queries.count_open(work),
            next_url=f"{PATH}?cursor={following}" if following else "",
            first_url=PATH if cursor else "",
            merges=await queries.merges(work),
            seen_to=datetime.fromisoformat(seen_to) if seen_to else None,
        )
        return await pages.page(request, work, "contacts/duplicates.html", context, title=say("Duplicates"))

    @post("/look")
    async def look(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """Compare everybody again, in the background."""
        _demand_reach(work)
        await service.look(work, all_=True)
        return pages.redirect(
            request, PATH, Toast(say("Comparing everybody. New pairs appear here as they are found."))
        )

    @get("/{duplicate_id:uuid}")
    async def pair(self, request: HttpRequest, work: WorkDep, duplicate_id: FromPath[UUID]) -> Response[bytes]:
        """`keep` in the address says who stays."""
        context = await _pair_page(work, await _open(work, duplicate_id), request.query_params.get("keep", ""))
        title = say("%(name)s · Duplicates", name=context.kept.name)
        return await pages.page(request, work, "contacts/duplicate.html", context, title=title)

    @post("/{duplicate_id:uuid}/merge")
    async def merge(self, request: HttpRequest, work: WorkDep, duplicate_id: FromPath[UUID]) -> Response[Any]:
        """`keep` is who stays; `take.<field>` is `gone` where the other one's value is wanted."""
        found, given = await _open(work, duplicate_id), await pages.form(request)
        kept, gone = _sides(found, str(given.get("keep", "")))
        take = [
            name.removeprefix("take.") for name, side in given.items() if name.startswith("take.") and side == "gone"
        ]
        merge = await service.merge(work, kept.id, gone.id, take)
        toast = Toast(say("Merged into %(name)s.", name=kept.name), f"{PATH}/merges/{merge.id}/undo")
        return pages.redirect(request, PATH, toast)

    @post("/{duplicate_id:uuid}/different")
    async def different(self, request: HttpRequest, work: WorkDep, duplicate_id: FromPath[UUID]) -> Response[Any]:
        await _open(work, duplicate_id)
        await service.tell_apart(work, duplicate_id)
        toast = Toast(say("Kept apart. This pair is not offered again."), f"{PATH}/{duplicate_id}/reopen")
        return pages.redirect(request, PATH, toast)

    @post("/{duplicate_id:uuid}/reopen")
    async def reopen(self, request: HttpRequest, work: WorkDep, duplicate_id: FromPath[UUID]) -> Response[Any]:
        _demand_reach(work)
        await service.reopen(work, duplicate_id)
        return pages.redirect(request, PATH, Toast(say("Back on the list.")))

    @post("/merges/{merge_id:uuid}/undo")
    async def part(self, request: HttpRequest, work: WorkDep, merge_id: FromPath[UUID]) -> Response[Any]:
        """Two people again, with what was each one's."""
        _demand_reach(work)
        await service.part(work, merge_id)
        return pages.redirect(request, PATH, Toast(say("Two people again, each with what was theirs.")))


def _why(reasons: Mapping[str, int]) -> list[str]:
    """What is the same, what nearly, and what speaks against it."""
    names = {"first_name": say("first name"), "last_name": say("last name"), "phone": say("number"), "email": say("e-mail"),
             "address": say("street"), "zip": say("ZIP"), "city": say("town")}  # fmt: skip
    order = [name for name in names if name in reasons]
    same, near, other = (
        ", ".join(names[name] for name in order if least <= reasons[name] < below)
        for least, below in ((100, 101), (50, 100), (0, 50))
    )
    return [
        *([say("Same %(fields)s", fields=same)] if same else []),
        *([say("nearly the same %(fields)s", fields=near)] if near else []),
        *([say("another %(fields)s", fields=other)] if other else []),
    ]


def _demand_reach(work: Work) -> None:
    if work.person.reach != "all":
        raise NotFound


async def _open(work: Work, duplicate_id: UUID) -> Pair:
    _demand_reach(work)
    found = await queries.pair(work, duplicate_id)
    if found is None or found.found.state != "open" or not await _within_reach(work, [found]):
        raise NotFound
    return found


async def _within_reach(work: Work, found: list[Pair]) -> list[Pair]:
    """Those of whom this person may see both."""
    ids = {one.id for pair in found for one in (pair.first, pair.second)}
    named = await records.named(work, [("contact", id_) for id_ in ids])
    return [pair for pair in found if {("contact", pair.first.id), ("contact", pair.second.id)} <= named.keys()]


def _sides(found: Pair, keep: str) -> tuple[Contact, Contact]:
    """Who stays and who goes: the one that was chosen, else whoever was there first."""
    older, newer = sorted((found.first, found.second), key=lambda one: (one.created_at, one.id))
    return (newer, older) if keep == str(newer.id) else (older, newer)


async def _pair_page(work: Work, found: Pair, keep: str) -> PairPage:
    kept, gone = _sides(found, keep)
    if await service.bound(work, gone.id):
        kept, gone = gone, kept
    named = await records.named(work, [("contact", kept.id), ("contact", gone.id)])
    known = await fields.registry(work, "contact")
    lines = [_line(work, field, kept, gone, found) for field in known if field.writable and not field.sensitive]
    return PairPage(
        url=f"{PATH}/{found.found.id}",
        pair=found,
        kept=kept,
        gone=gone,
        lines=[line for line in lines if line.first or line.second],
        links={record: name for (_, record), name in named.items()},
        counts={one.id: await service.counts(work, one.id) for one in (kept, gone)},
        apart=await service.bound(work, gone.id),
        other_numbers=bool(kept.phone and gone.phone and kept.phone != gone.phone),
    )


def _line(work: Work, field: Field, kept: Contact, gone: Contact, found: Pair) -> Line:
    first, second = (_text(work, field, side) for side in (kept, gone))
    alike = found.found.reasons.get(field.name) if field.name in WEIGHTS else None
    take = "gone" if second and not first else "kept"
    return Line(field=field, first=first, second=second, same=first == second, alike=alike, take=take)


def _text(work: Work, field: Field, contact: Contact) -> str:
    value = getattr(contact, field.name) if field.builtin else (contact.custom or {}).get(field.name)
    return format_value(field, value, work.person.locale, ZoneInfo(work.person.zone))


HANDLERS: list[Any] = [DuplicatePages]

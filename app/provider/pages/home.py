"""`/console`: what needs somebody, the figures, the tenants; and what is done to several at once."""

from typing import Annotated, Any, get_args
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import QueryParameter

from app.core import blueprints, events
from app.core.errors import Invalid, invalid
from app.core.export import BOM, csv_line
from app.core.pages import Toast, form, page, redirect, safe_next
from app.core.web import SIGNED_IN, HttpRequest, WorkDep
from app.core.work import Work
from app.provider import queries, service
from app.provider.queries import PAGE, SORTS, Announcement, Asked, Health, TenantRow, Tile
from themes.catalogue import say, say_many

VIEW: dict[str, Any] = {"permission": "console.view"}
MANAGE: dict[str, Any] = {"permission": "console.manage"}
Text = Annotated[str, QueryParameter()]
State = Annotated[str, QueryParameter(name="state")]  # `state` itself is a reserved name of the framework
STATES = ("active", "suspended", "archived")
HEALTHS: tuple[Health, ...] = get_args(Health)


class Attention(msgspec.Struct, frozen=True):
    """One thing that needs somebody: its tone, what it is in words, whose, and the one verb that helps."""

    tone: str
    words: str
    name: str
    hint: str
    url: str
    verb: str


class HomePage(msgspec.Struct, frozen=True, kw_only=True):
    """`attention` is worst first. `asked` is the list as its address says it, `more` the address of the next page."""

    tiles: list[Tile]
    attention: list[Attention]
    tenants: list[TenantRow]
    asked: Asked
    total: int
    more: str
    sorted_by: str
    blueprints: list[blueprints.Card]
    announcements: list[Announcement]
    narrowed: bool


@get("/", opt={"permission": SIGNED_IN})
async def root(request: HttpRequest, work: WorkDep) -> Response[Any]:
    """Whoever types the bare address."""
    return redirect(request, work.person.home)


@get("/console", opt=VIEW)
async def home(
    request: HttpRequest,
    work: WorkDep,
    q: Text = "",
    in_state: State = "",
    blueprint: Text = "",
    health: Text = "",
    sort: Text = "",
    page_number: Annotated[str, QueryParameter(name="page")] = "1",
) -> Response[Any]:
    asked = _asked(q, in_state, blueprint, health, sort, page_number)
    everyone = await queries.tenants(work)
    narrowed = bool(asked.q or asked.state or asked.blueprint or asked.health)
    found = await queries.tenants(work, asked) if narrowed or asked.sort != "health" else everyone
    shown = found[(asked.page - 1) * PAGE : asked.page * PAGE]
    context = HomePage(
        tiles=await queries.tiles(work, everyone),
        attention=[*await _returned(work), *_attention(everyone)],
        tenants=shown,
        asked=asked,
        total=len(found),
        more=_address(asked, page=asked.page + 1) if len(found) > asked.page * PAGE else "",
        sorted_by=_address(asked, sort=""),
        blueprints=cards(),
        announcements=await queries.announcements(work),
        narrowed=narrowed,
    )
    return await page(
        request, work, "provider/home.html", context, title=say("Tenants"), fragment="provider/_tenants.html"
    )


def cards() -> list[blueprints.Card]:
    return [blueprints.card(name) for name in blueprints.names() if name != "operator"]


def _asked(q: str, state: str, blueprint: str, health: str, sort: str, page_number: str) -> Asked:
    """What the address says, without what makes no sense in it."""
    return Asked(
        q=q.strip()[:80],
        state=state if state in STATES else "",
        blueprint=blueprint if blueprint in blueprints.names() else "",
        health=health if health in HEALTHS else "",
        sort=next((known for known in SORTS if known == sort), "health"),
        page=max(1, int(page_number))
        if page_number.isascii() and page_number.isdigit() and len(page_number) < 6
        else 1,
    )


def _address(asked: Asked, **changes: Any) -> str:
    """The list's own address with something changed; ends in `sort=` when the order is left open."""
    values = {**msgspec.structs.asdict(asked), **changes}
    kept = {name: value for name, value in values.items() if value and not (name == "page" and value == 1)}
    if changes.get("sort") == "":
        kept.pop("page", None)
        return "/console?" + urlencode({**kept, "sort": ""})
    return "/console?" + urlencode(kept)


async def _returned(work: Work) -> list[Attention]:
    return [
        Attention("error", say("Could not be made: %(why)s", why=order.error or ""), order.form["name"], order.form["slug"],
                  f"/console/orders/{order.id}", say("Mend"))
        for order in await queries.returned(work)
    ]  # fmt: skip


def _attention(rows: list[TenantRow]) -> list[Attention]:
    return [
        Attention(
            "error" if tone == "bad" else "warning",
            words,
            row.name,
            row.slug,
            f"/console/tenants/{row.id}",
            say("Look"),
        )
        for row in rows
        for tone, words in row.verdicts[:1]
        if tone in ("bad", "look")
    ]


@get("/console/tenants.csv", opt=VIEW)
async def export(
    request: HttpRequest,
    work: WorkDep,
    q: Text = "",
    in_state: State = "",
    blueprint: Text = "",
    health: Text = "",
    sort: Text = "",
) -> Response[bytes]:
    """The list as it is narrowed and sorted, all pages of it."""
    rows = await queries.tenants(work, _asked(q, in_state, blueprint, health, sort, "1"))
    events.record(work, "tenants.exported", "person", work.person.id, count=len(rows))
    titles = ["Name", "Address", "Blueprint", "State", "Plan", "Health", "Leads in 30 days", "Seats", "Messages in 30 days",
              "Last sign-in", "Reseller"]  # fmt: skip
    lines = [csv_line(titles), *(csv_line(_cells(row)) for row in rows)]
    headers = {"Content-Disposition": 'attachment; filename="tenants.csv"', "Cache-Control": "no-store"}
    return Response((BOM + "".join(lines)).encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _cells(row: TenantRow) -> list[str]:
    seen = row.last_activity.strftime("%Y-%m-%d %H:%M") if row.last_activity else ""
    return [
        row.name, row.host, row.blueprint, row.state, row.plan or "", row.words, str(row.leads), str(row.seats),
        str(row.messages), seen, row.reseller or "",
    ]  # fmt: skip


@post("/console/tenants/several", opt=MANAGE)
async def change_several(request: HttpRequest, work: WorkDep) -> Response[Any]:
    """Suspend or resume the ticked ones."""
    raw = await form(request)
    onward = safe_next(str(raw.get("next") or ""), "/console")
    try:
        count = await service.ask_for_all(work, _ids(raw.get("ids", [])), str(raw.get("action", "")))
    except Invalid as problem:
        work.abandon()
        return redirect(request, onward, Toast(problem.errors[0].message))
    if raw.get("action") == "suspend":
        said = say_many("%(count)s tenant is being suspended.", "%(count)s tenants are being suspended.", count)
    else:
        said = say_many("%(count)s tenant is coming back.", "%(count)s tenants are coming back.", count)
    return redirect(request, onward, Toast(said))


def _ids(raw: Any) -> list[UUID]:
    try:
        return [UUID(str(one)) for one in ([raw] if isinstance(raw, str) else raw)]
    except ValueError:
        raise invalid("ids", say("One of the selected rows can't be found. Load the list again.")) from None


HANDLERS: list[Any] = [root, home, export, change_several]

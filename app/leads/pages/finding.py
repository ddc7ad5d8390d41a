"""Finding anything by a few letters or digits: the palette, and a plain page for whoever has no scripts."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.params import QueryParameter

from app.core import config
from app.core.pages import nav_of, page
from app.core.permissions import Person
from app.core.slice import NavItem
from app.core.web import SIGNED_IN, HttpRequest, WorkDep
from app.core.work import Work
from app.leads import queries
from app.leads.queries.listing import Asked, LeadRow
from themes.catalogue import say

MOST = 8
Text = Annotated[str, QueryParameter()]


class Found(msgspec.Struct, frozen=True):
    """Leads within reach that match, places of this person's navigation, and whether verbs are looked for too."""

    q: str
    leads: list[LeadRow]
    places: list[NavItem]
    verbs: bool


async def find(work: Work, person: Person, q: str, *, verbs: bool = False) -> Found:
    """Leads by a part of name, number or e-mail (from two letters on), pages by a part of their label."""
    q = q.strip()[:80]
    leads = []
    if len(q) > 1 and person.audience == "staff" and person.may("leads.view"):
        leads = (await queries.screen(work, person, Asked(q=q, limit=MOST))).rows
    return Found(q, leads, await _places(work, person, q.casefold()), verbs)


async def _places(work: Work, person: Person, q: str) -> list[NavItem]:
    settings = await config.everything(work)
    items = [*nav_of(person, settings), *nav_of(person, settings, "settings")]
    return [item for item in items if q in item.label.casefold()][:MOST]


@get("/palette", opt={"permission": SIGNED_IN})
async def palette(request: HttpRequest, work: WorkDep, q: Text = "") -> Response[Any]:
    return await page(request, work, "leads/_found.html", await find(work, work.person, q, verbs=True), title="")


@get("/search", opt={"permission": SIGNED_IN})
async def search(request: HttpRequest, work: WorkDep, q: Text = "") -> Response[Any]:
    return await page(request, work, "leads/found.html", await find(work, work.person, q), title=say("Search"))


HANDLERS: list[Any] = [palette, search]

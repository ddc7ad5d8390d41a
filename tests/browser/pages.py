"""Every page of the design and of the settings, by tenant and role: what the pictures are taken of and `bench pages` times."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

Get = Callable[[str], str]  # path → the page's HTML, as somebody who is signed in gets it
Record = tuple[str, str] | tuple[str, str, str]  # where the list is, what its links begin with, what follows the id
CONSOLE = ["/console", "/console/tenants/new", "/console/blueprints/debt-resolution", "/console/resellers", "/admin/people",
    "/admin/people/invite", "/admin/roles", "/admin/audit", "/account", "/account/two-factor", "/notices", "/help"]  # fmt: skip
RESELLER = ["/console", "/console/tenants/new", "/console/brand", "/admin/people", "/admin/audit", "/help/console"]
STAFF = ["/agent", "/agent/leads", "/agent/board", "/agent/inbox", "/agent/tasks", "/agent/numbers", "/agent/calls", "/account",
    "/agent/messages", "/agent/leads/new", "/agent/snippets", "/agent/programs", "/agent/tickets", "/notices", "/account/notices",
    "/account/two-factor", "/help", "/help/queue"]  # fmt: skip
ADMIN = ["/admin", "/admin/people", "/admin/audit", "/admin/publishers", "/admin/brand", "/admin/reports", "/admin/jobs", "/admin/invoices",
    "/admin/compliance", "/admin/ledger", "/admin/numbers/enrolled", "/admin/people/invite", "/admin/reports/pipeline", "/admin/reports/money",
    "/admin/reports/money/rows/deposits",
    "/admin/reports/schedules", "/agent/leads/import", "/agent/leads/exports", "/agent/leads/exports/new", "/admin/sequences/library",
    "/admin/sequences/new", "/admin/compliance/number", "/admin/compliance/ask", "/help/new"]  # fmt: skip
PUBLISHER = ["/publisher", "/publisher/leads", "/publisher/spec", "/publisher/keys", "/publisher/earnings", "/publisher/people",
    "/publisher/leads/sub-ids", "/help"]  # fmt: skip
CLIENT = ["/portal", "/portal/program", "/portal/documents", "/portal/invoices", "/portal/messages", "/portal/more",
    "/portal/leaving"]  # fmt: skip
CARE = ["/agent/tickets", "/admin/tickets"]
VISITOR = ["/login", "/login/reset", "/login/link", "/f/consultation", "/f/consultation/thanks", "/offline", "/login/reset/used-up",
    "/no-such-page"]  # fmt: skip
ANSWERS = {"/no-such-page": 404, "/login/reset/used-up": 410}  # what these answer; all others 200
PAGES: dict[tuple[str, str], list[str]] = {
    ("console", "operator"): CONSOLE,
    ("console", "reseller"): RESELLER,
    ("harbor", "admin"): ADMIN,
    ("harbor", "agent"): STAFF,
    ("harbor", "publisher"): PUBLISHER,
    ("harbor", "client"): CLIENT,
    ("harbor", ""): VISITOR,
    ("summit", "admin"): ADMIN[:1],
    ("summit", "agent"): STAFF[:3],
    ("keystone", "admin"): [*ADMIN[:1], "/admin/screening"],
    ("keystone", "agent"): [*STAFF[:3], "/agent/deadlines"],
    ("willow", "agent"): [*STAFF[:2], *CARE[:1]],
    ("willow", "admin"): [*ADMIN[:1], *CARE[1:]],
    ("willow", "client"): ["/portal", "/portal/tickets"],
}
# The first record of a list is a page of its own.
FIRST_OF: dict[tuple[str, str], list[Record]] = {
    ("console", "operator"): [("/console", "/console/tenants/"), ("/console/resellers", "/console/resellers/")],
    ("console", "reseller"): [("/console", "/console/tenants/")],
    ("harbor", "admin"): [
        ("/admin/publishers", "/admin/publishers/"), ("/admin/sequences", "/admin/sequences/"),
        ("/admin/sequences", "/admin/sequences/", "/runs"), ("/admin/invoices", "/admin/invoices/"),
        ("/admin/templates", "/admin/templates/"), ("/admin/people", "/admin/people/"), ("/admin/roles", "/admin/roles/"),
        ("/admin/team", "/admin/team/"),
    ],
    ("harbor", "agent"): [
        ("/agent/leads", "/agent/leads/"), ("/agent/leads", "/agent/leads/", "/program"), ("/agent/programs", "/agent/programs/"),
        ("/agent/tasks", "/agent/tasks/"),
    ],
    ("harbor", "publisher"): [("/publisher/leads", "/publisher/leads/")],
    ("harbor", "client"): [("/portal", "/portal/offers/"), ("/portal/invoices", "/portal/invoices/")],
    ("keystone", "agent"): [("/agent/leads", "/agent/leads/"), ("/agent/deadlines", "/agent/leads/", "/screening")],
    ("willow", "agent"): [("/agent/tickets", "/agent/tickets/")],
}  # fmt: skip


def every_path(get: Get, slug: str, role: str) -> list[str]:
    """What this role is to be shown at this tenant: the list, the whole tree of settings, a record of each kind."""
    found = settings(get) if role == "admin" else []
    records = [first_of(get, *one) for one in FIRST_OF.get((slug, role), [])]
    return list(dict.fromkeys([*PAGES[slug, role], *found, *(one for one in records if one)]))


def settings(get: Get) -> list[str]:
    """The whole tree of settings, as this person is offered it."""
    found = _links(get("/admin/settings"), "nav")
    return sorted({one.split("?")[0] for one in found if one.startswith("/admin/")})


def first_of(get: Get, where: str, begins: str, then: str = "") -> str | None:
    """The first record of a list, or None where it is empty."""
    record = re.compile(rf"{re.escape(begins)}[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}")
    found = next((found[0] for one in _links(get(where), "main") if (found := record.match(one))), None)
    return f"{found}{then}" if found else None


def _links(html: str, inside: str) -> list[str]:
    reader = _Links(inside)
    reader.feed(html)
    return reader.found


class _Links(HTMLParser):
    """Where the links within an element lead, in order."""

    def __init__(self, inside: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside, self._depth = inside, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._depth += tag == self._inside
        if tag == "a" and self._depth:
            self.found.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == self._inside

"""Every page of the design and of the settings, by tenant and role: what the pictures are taken of and `bench pages` times."""

from collections.abc import Callable
from html.parser import HTMLParser

Get = Callable[[str], str]  # path → the page's HTML, as somebody who is signed in gets it
CONSOLE = ["/console", "/console/tenants/new", "/console/resellers", "/account"]
STAFF = ["/agent", "/agent/leads", "/agent/board", "/agent/inbox", "/agent/tasks", "/agent/numbers", "/agent/calls", "/account",
    "/agent/messages", "/agent/leads/new", "/notices"]  # fmt: skip
ADMIN = ["/admin", "/admin/people", "/admin/audit", "/admin/publishers", "/admin/brand", "/admin/reports", "/admin/jobs", "/admin/invoices",
    "/admin/compliance", "/admin/ledger", "/admin/numbers/enrolled", "/admin/people/invite", "/admin/reports/pipeline", "/admin/reports/money",
    "/agent/leads/import", "/agent/leads/exports", "/agent/leads/exports/new", "/admin/sequences/library"]  # fmt: skip
PUBLISHER = ["/publisher", "/publisher/leads", "/publisher/spec", "/publisher/keys", "/publisher/earnings", "/publisher/people",
    "/publisher/leads/sub-ids"]  # fmt: skip
CLIENT = [
    "/portal",
    "/portal/program",
    "/portal/documents",
    "/portal/invoices",
    "/portal/messages",
    "/portal/more",
    "/portal/leaving",
]
CARE = ["/agent/tickets", "/admin/tickets"]
VISITOR = ["/login", "/login/reset", "/login/link", "/f/consultation", "/no-such-page"]
PAGES: dict[tuple[str, str], list[str]] = {
    ("console", "operator"): CONSOLE,
    ("console", "reseller"): CONSOLE[:2],
    ("harbor", "admin"): ADMIN,
    ("harbor", "agent"): STAFF,
    ("harbor", "publisher"): PUBLISHER,
    ("harbor", "client"): CLIENT,
    ("harbor", ""): VISITOR,
    ("summit", "admin"): ADMIN[:1],
    ("summit", "agent"): STAFF[:3],
    ("keystone", "admin"): ADMIN[:1],
    ("keystone", "agent"): STAFF[:3],
    ("willow", "agent"): [*STAFF[:2], *CARE[:1]],
    ("willow", "admin"): [*ADMIN[:1], *CARE[1:]],
    ("willow", "client"): ["/portal", "/portal/tickets"],
}
# Links of a list whose first entry is a page of its own: where the list is, what its links begin with.
FIRST_OF = {
    ("console", "operator"): [("/console", "/console/tenants/0")],
    ("harbor", "admin"): [
        ("/admin/publishers", "/admin/publishers/0"), ("/admin/sequences", "/admin/sequences/0"),
        ("/admin/invoices", "/admin/invoices/0"), ("/admin/templates", "/admin/templates/0"),
    ],
    ("harbor", "agent"): [("/agent/leads", "/agent/leads/0"), ("/agent/programs", "/agent/programs/0")],
    ("harbor", "client"): [("/portal", "/portal/offers/0"), ("/portal/invoices", "/portal/invoices/0")],
    ("keystone", "agent"): [("/agent/leads", "/agent/leads/0")],
    ("willow", "agent"): [("/agent/tickets", "/agent/tickets/0")],
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


def first_of(get: Get, where: str, begins: str) -> str | None:
    """The first record of a list, or None where it is empty."""
    return next((one for one in _links(get(where), "main") if one.startswith(begins)), None)


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

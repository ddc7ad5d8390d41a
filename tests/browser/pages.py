"""Every page of the design and of the settings, by tenant and role: what the pictures are taken of."""

from typing import Any
from urllib.parse import urljoin

ACCOUNT = ["/account"]
CONSOLE = ["/console", "/console/tenants/new", "/console/resellers", "/account"]
STAFF = [
    "/agent",
    "/agent/leads",
    "/agent/board",
    "/agent/inbox",
    "/agent/tasks",
    "/agent/numbers",
    "/agent/calls",
    "/account",
]
ADMIN = ["/admin", "/admin/people", "/admin/audit", "/admin/publishers", "/admin/brand", "/admin/reports", "/admin/jobs", "/admin/invoices",
    "/admin/compliance"]  # fmt: skip
PUBLISHER = ["/publisher", "/publisher/leads", "/publisher/spec", "/publisher/keys", "/publisher/earnings", "/publisher/people",
    "/publisher/leads/sub-ids"]  # fmt: skip
CLIENT = ["/portal", "/portal/program", "/portal/documents", "/portal/invoices", "/portal/messages", "/portal/more"]
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
    ("willow", "admin"): CARE[1:],
    ("willow", "client"): ["/portal", "/portal/tickets"],
}
# Links of a list whose first entry is a page of its own: where the list is, what its links begin with.
FIRST_OF = {
    ("console", "operator"): [("/console", "/console/tenants/0")],
    ("harbor", "admin"): [
        ("/admin/publishers", "/admin/publishers/0"), ("/admin/sequences", "/admin/sequences/0"), ("/admin/reports", "/admin/reports/"),
        ("/admin/invoices", "/admin/invoices/0"), ("/admin/templates", "/admin/templates/0"),
    ],
    ("harbor", "agent"): [("/agent/leads", "/agent/leads/0"), ("/agent/programs", "/agent/programs/0")],
    ("harbor", "client"): [("/portal", "/portal/offers/0"), ("/portal/invoices", "/portal/invoices/0")],
    ("keystone", "agent"): [("/agent/leads", "/agent/leads/0")],
    ("willow", "agent"): [("/agent/tickets", "/agent/tickets/0")],
}  # fmt: skip


def settings(page: Any, url: str) -> list[str]:
    """The whole tree of settings, as this person is offered it."""
    page.goto(f"{url}/admin/settings")
    found = page.locator("nav a[href^='/admin/']").evaluate_all("links => links.map((one) => one.getAttribute('href'))")
    return sorted({one.split("?")[0] for one in found})


def first_of(page: Any, url: str, where: str, begins: str) -> str | None:
    """The first record of a list, or None where it is empty."""
    page.goto(urljoin(url, where))
    link = page.locator(f"main a[href^='{begins}']")
    return link.first.get_attribute("href") if link.count() else None

"""The walk of the guide: six acts, each a few pages to open as somebody, in five minutes together."""

from urllib.parse import quote

import msgspec

from app.demo.handbook import Handbook, Person, TenantEntry


class Stop(msgspec.Struct, frozen=True):
    """One page: what to see there, as whom. `who` is the beginning of an e-mail address, or of what is said about somebody."""

    say: str
    path: str
    who: str = ""


class Act(msgspec.Struct, frozen=True):
    title: str
    seconds: int
    sign: str
    slug: str
    who: str
    stops: tuple[Stop, ...]


NEWEST, WAY_IN = "/newest", "/way-in"  # of the desk itself: what is behind them shows when one goes there
ACTS = (
    Act("The reseller", 60, "building-2", "console", "nora", (
        Stop("Two tenants need attention, and the console says why", "/console"),
        Stop("New tenant: name, debt resolution, a colour, a logo; then Open", "/console/tenants/new"),
    )),
    Act("The publisher", 60, "send", "harbor", "hugo", (
        Stop("Today’s numbers, the cap at four fifths, the reasons that cost most", "/publisher"),
        Stop("The spec. Run the call below in a terminal and watch the row slide in; run it again: duplicate", "/publisher/leads"),
        Stop("Without the ZIP it is rejected and says how to mend it; with test: true no money moves", "/publisher/spec"),
    )),
    Act("The agent", 90, "phone", "harbor", "luis", (
        Stop("The lead that was just sent, in the queue of whoever got it. Press c, type a note, 2, a time, Enter: the next one", NEWEST),
        Stop("Callbacks of this hour first, then offers, then the next best. Not-callable ones say why", "/agent"),
        Stop("The board: Space lifts a card, the arrows carry it", "/agent/board"),
        Stop("What people wrote waits in the inbox", "/agent/inbox"),
    )),
    Act("The administrator", 60, "sliders-horizontal", "harbor", "ada", (
        Stop("Brand: pick a yellow, read what contrast did, publish", "/admin/brand"),
        Stop("Sequences: people at every step, each one’s path", "/admin/sequences"),
        Stop("Routing: swap two rules, see where the same lead and the last fifty go", "/admin/routing"),
        Stop("The audit shows all of this", "/admin/audit"),
    )),
    Act("The client", 45, "piggy-bank", "harbor", "half-way", (
        Stop("Open the mail with the way in and press its button: it works once, within 15 minutes", WAY_IN),
        Stop("2 of 6 debts settled, the next deposit, an offer to approve. Make the window narrow", "/portal"),
        Stop("The invoice as a PDF in the firm’s own brand", "/portal/invoices"),
    )),
    Act("Back to the top", 15, "chart-column", "harbor", "ada", (
        Stop("This month’s report as PDF and Excel", "/admin/reports"),
        Stop("The console’s tile has counted the lead", "/console", "nora"),
    )),
)  # fmt: skip


class Link(msgspec.Struct, frozen=True):
    say: str
    url: str


class Shown(msgspec.Struct, frozen=True):
    """One act for the page: links that fill in the address and go on to the page."""

    title: str
    seconds: int
    sign: str
    who: str
    where: str
    code: str
    links: list[Link]


def sign_in(base: str, person: Person, path: str) -> str:
    return f"{base}/login?email={quote(person.email)}&next={quote(path)}"


def shown(book: Handbook, codes: dict[str, str]) -> list[Shown]:
    """Acts whose people exist, in order."""
    found = []
    for act in ACTS:
        base, people, name = _place(book, act.slug)
        person = _person(people, act.who)
        if person is None:
            continue
        links = [Link(stop.say, _url(book, base, person, stop)) for stop in act.stops]
        found.append(Shown(act.title, act.seconds, act.sign, person.name, name, codes.get(person.email, ""), links))
    return found


def _url(book: Handbook, base: str, person: Person, stop: Stop) -> str:
    if stop.path in (NEWEST, WAY_IN):
        return stop.path
    other = _person(book.people, stop.who) if stop.who else None
    return sign_in(book.console, other, stop.path) if other else sign_in(base, person, stop.path)


def _place(book: Handbook, slug: str) -> tuple[str, list[Person], str]:
    if slug == "console":
        return book.console, book.people, "the console"
    tenant = tenant_of(book, slug)
    return (tenant.url, tenant.people, tenant.name) if tenant else ("", [], "")


def tenant_of(book: Handbook, slug: str) -> TenantEntry | None:
    return next((one for one in book.tenants if one.slug == slug), None)


def _person(people: list[Person], who: str) -> Person | None:
    return next((one for one in people if one.email.startswith(who) or (one.about and one.about.startswith(who))), None)


def somebody(book: Handbook, slug: str, first: str) -> Person | None:
    """Whoever of a tenant has this first name, else who is described so."""
    tenant = tenant_of(book, slug)
    people = tenant.people if tenant else []
    return next(
        (one for one in people if one.name.startswith(first) or (one.about and one.about.startswith(first))), None
    )

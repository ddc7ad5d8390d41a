"""What the world holds on first sight, as links: found anew now and then, because people change what they find."""

import time

import msgspec

from app.core import clock
from app.core.runtime import runtime
from app.core.work import job_unit
from app.demo import cast, stories
from app.demo.desk.acts import sign_in, somebody, tenant_of
from app.demo.handbook import Handbook
from app.demo.invented import consent

KEPT_SECONDS = 15.0
STAMP = "cert-stamp"


class Sight(msgspec.Struct, frozen=True):
    """One line; without `url` it is not to be found any more."""

    say: str
    who: str
    url: str


class Sights:
    """By tenant's name."""

    def __init__(self) -> None:
        self._found: dict[str, list[Sight]] = {}
        self._until = 0.0

    async def now(self, book: Handbook) -> dict[str, list[Sight]]:
        if time.monotonic() > self._until:
            self._found = {one.name: await _of(book, one.slug) for one in book.tenants if one.slug in stories.STORIES}
            self._until = time.monotonic() + KEPT_SECONDS
        return self._found


async def _of(book: Handbook, slug: str) -> list[Sight]:
    entry, tenant = tenant_of(book, slug), await runtime().directory.by_slug(slug)
    found: list[Sight] = []
    if entry is None or tenant is None:
        return found
    async with job_unit(tenant=tenant) as work:
        for story in stories.STORIES[slug]:
            record, person = await work.scalar(story.find()), somebody(book, slug, story.who)
            there = record is not None and person is not None
            url = sign_in(entry.url, person, story.page.format(record)) if there and person else ""
            found.append(Sight(story.say, person.name if person else story.who, url))
    return found


def asleep(book: Handbook) -> Sight:
    """The tenant that is suspended, as its people find it."""
    slug, name = cast.ASLEEP[:2]
    first = book.tenants[0]
    return Sight(name, "", first.url.replace(f"//{first.slug}.", f"//{slug}.") + "/login")


def curl(book: Handbook) -> str:
    """A lead of the first tenant's first publisher, to be posted from a terminal."""
    tenant = book.tenants[0]
    if not tenant.publishers:
        return ""
    sold, said = tenant.publishers[0], consent(tenant.name, clock.now(), 96_000)
    host = tenant.url.removeprefix("http://")
    body = {
        "offer": sold.offers[0], "first_name": "Rosalind", "last_name": "Hargrove", "phone": "(727) 555-0162",
        "email": "rosalind.hargrove@example.com", "city": "Tampa", "state": "FL", "zip": "33602",
        "total_debt": "42500", "monthly_income": "4300", "hardship": "reduced_income", "consent": said,
    }  # fmt: skip
    said["certificate_id"] = (
        STAMP  # each post is a new one: the same again within a minute would get the same answer again
    )
    told = (
        msgspec.json.encode(body)
        .decode()
        .replace('","', '",\n      "')
        .replace("'", "’")
        .replace(STAMP, "cert-'$(date +%s)'")
    )
    return (
        f"curl -s http://127.0.0.1:{host.rsplit(':', 1)[-1]}/intake/v1/leads -H 'Host: {host}' \\\n"
        f"  -H 'Authorization: Bearer {sold.api_key}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{told}'"
    )

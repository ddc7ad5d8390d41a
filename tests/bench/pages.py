"""The first view of every page of a running demo, as each role sees it: server time, from the Server-Timing header.

    .venv/bin/python -m tests.bench pages [FOLDER]      FOLDER, else MARQUEE_DATA_DIR, else .marquee, holds demo.json

A line a page, the slowest first: median and worst of five; what the web process worked (that hardly grows on a machine
that is busy otherwise) and what it waited for the database; statements, kB over the wire, and the slowest of the parts that
the page fetches by itself afterwards.
"""

import html
import json
import os
import re
import statistics
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pyotp

from tests.browser.pages import ANSWERS, PAGES, every_path

TIMES, AIM_MS = 5, 150
LATER = re.compile(r"<[^<>]*\bhx-trigger=\"[^\"]*\bload\b[^\"]*\"[^<>]*>")
SPENT = re.compile(r'app;dur=([\d.]+), db;dur=([\d.]+);desc="(\d+) statements", cpu;dur=([\d.]+)')


class Spent(msgspec.Struct):
    app: float
    db: float = 0
    statements: int = 0
    cpu: float = 0


class View(msgspec.Struct):
    """Times in milliseconds; without the header they are those of the whole call."""

    who: str
    path: str
    status: int
    median: float
    worst: float
    cpu: float
    db: float
    statements: int
    kb: float
    later: float

    def __str__(self) -> str:
        later = f"{self.later:7.1f}" if self.later else "      –"
        wrong = "" if self.status == 200 else f"  answers {self.status}"
        return (
            f"{self.median:7.1f} {self.worst:7.1f} {self.cpu:6.1f} {self.db:7.1f} {self.statements:4} {self.kb:6.1f} {later}"
            f"  {self.who:17} {self.path}{wrong}"
        )


def measure(folder: str = "") -> int:
    """Returns how many first views are above the aim."""
    book = json.loads((Path(folder or os.environ.get("MARQUEE_DATA_DIR") or ".marquee") / "demo.json").read_text())
    views = [view for slug, role in PAGES for view in _role(book, slug, role)]
    views.sort(key=lambda view: -view.median)
    print(" median   worst    cpu      db  stm     kB   later  who               path")
    print(*views, sep="\n")
    slow = [view for view in views if view.median > AIM_MS]
    parts = max((view.later for view in views), default=0)
    print(f"slowest part that comes later {parts:.1f} ms")
    print(f"{len(views)} pages, worst {views[0].median:.1f} ms, {len(slow)} above {AIM_MS} ms")
    return len(slow)


def _role(book: dict[str, Any], slug: str, role: str) -> list[View]:
    url, people = book["console"], book["people"]
    if slug != "console":
        url, people = next((one["url"], one["people"]) for one in book["tenants"] if one["slug"] == slug)
    with _visitor(url) as client:
        if role:
            _sign_in(client, next(one for one in people if one["role"] == role))
        paths = every_path(lambda path: client.get(path).text, slug, role)
        return [_view(client, f"{slug} {role or 'visitor'}", path) for path in paths if path not in ANSWERS]


def _visitor(url: str) -> httpx.Client:
    """Any host of the demo is this machine; names under localhost are not everywhere known to be."""
    given = httpx.URL(url)
    headers = {"Host": given.netloc.decode(), "Accept": "text/html"}
    return httpx.Client(base_url=given.copy_with(host="127.0.0.1"), headers=headers, trust_env=False, timeout=60)


def _sign_in(client: httpx.Client, person: dict[str, Any]) -> None:
    """By the form, as anybody would. A code of the second factor works once: the next run waits for the next one."""
    _post(client, "/login", email=person["email"], password=person["password"])
    for _ in range(3 if person.get("totp_secret") else 0):
        if _post(client, "/login/code", code=pyotp.TOTP(person["totp_secret"]).now()).is_redirect:
            break
        time.sleep(31 - time.time() % 30)
    assert client.get("/account").status_code == 200, f"{person['email']} could not sign in"


def _post(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get(path).text)
    return client.post(path, data=fields, headers={"X-CSRF-Token": token[1] if token else ""})


def _view(client: httpx.Client, who: str, path: str) -> View:
    seen = [_get(client, path) for _ in range(TIMES)]
    answer, spent = seen[-1][0], [each for _, each in seen]
    later = [_get(client, part, {"HX-Request": "true"})[1].app for part in _parts(answer.text)]
    return View(
        who=who, path=re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "{id}", path), status=answer.status_code,
        median=statistics.median(one.app for one in spent), worst=max(one.app for one in spent),
        cpu=statistics.median(one.cpu for one in spent), db=statistics.median(one.db for one in spent),
        statements=spent[-1].statements, kb=answer.num_bytes_downloaded / 1000, later=max(later, default=0),
    )  # fmt: skip


def _parts(page: str) -> list[str]:
    """What the page fetches as soon as it stands."""
    found = (re.search(r'hx-get="([^"]+)"', tag) for tag in LATER.findall(page))
    return [html.unescape(one[1]) for one in found if one]


def _get(client: httpx.Client, path: str, headers: dict[str, str] | None = None) -> tuple[httpx.Response, Spent]:
    began = time.perf_counter()
    try:
        answer = client.get(path, headers=headers)
    except httpx.TransportError:  # the machine stood still, or a supervisor has just mended something
        time.sleep(5)
        answer = client.get(path, headers=headers)
    wall = (time.perf_counter() - began) * 1000
    told = SPENT.search(answer.headers.get("server-timing", ""))
    return answer, Spent(float(told[1]), float(told[2]), int(told[3]), float(told[4])) if told else Spent(wall)

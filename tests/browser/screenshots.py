"""Pictures of the running demo's pages, light and dark, wide and on a phone, into `screenshots/` (ignored by git).

make screenshots            with `make demo` running; ends with 1 when a page is not what it should be: another status than
                            it should have, an error of a script, a report of the content policy, a sideways scroll on a
                            phone, or something that axe calls serious
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyotp
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.pages import ANSWERS, PAGES, every_path

SIZES = {"wide": (1280, 800), "phone": (390, 844)}
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTLED = 600  # milliseconds until what loads by itself is there
ASLEEP = "fern"  # a tenant that is suspended: its people read why
FOR_README = {"console-operator-console-wide-light": "console", "harbor-publisher-publisher-wide-light": "publisher",
              "harbor-agent-agent-wide-light": "queue", "harbor-client-portal-phone-light": "portal"}  # fmt: skip


class Shoot:
    """One run: what was seen, and what was wrong."""

    def __init__(self, browser: Browser, book: dict[str, Any], folder: Path, readme: Path | None, axe: bool) -> None:
        self.browser, self.book, self.folder, self.readme, self.axe = browser, book, folder, readme, axe
        self.faults: list[str] = []
        self._now, self._known = "", {**ANSWERS, ASLEEP: 503}

    def take(self, slug: str, role: str) -> None:
        """Every page of one role at one tenant, in both modes and sizes."""
        url, people = (self.book["console"], self.book["people"]) if slug == "console" else _tenant(self.book, slug)
        person = next((one for one in people if one["role"] == role), None)
        if role and person is None:
            return self._wrong(f"{slug} has nobody as {role}")
        if person and person.get("totp_secret"):
            self._code(url, f"{slug}-{role}", person)
        first = self.browser.new_context(viewport={"width": 1280, "height": 800})
        page = first.new_page()
        if person:
            sign_in(page, url, person)  # once: a code of the second factor works only once
        paths = every_path(lambda path: _html(page, url + path), slug, role)
        for context, who, size in self._looks(f"{slug}-{role or 'visitor'}", first.storage_state()):
            self._all(context, url, who, paths, size)
        first.close()

    def asleep(self) -> None:
        """The notice of a tenant that is suspended."""
        url = _tenant(self.book, "harbor")[0].replace("harbor.", f"{ASLEEP}.")
        for context, who, size in self._looks(f"{ASLEEP}-visitor"):
            self._one(self._page(context, who), f"{url}/login", f"{who.replace(' ', '-')}", size, 503)

    def _code(self, url: str, who: str, person: dict[str, Any]) -> None:
        """Half-way in: where the code of the second factor is asked for."""
        for context, now, size in self._looks(f"{who}-code"):
            page = self._page(context, now)
            give_password(page, url, person)
            self._one(page, f"{url}/login/code", f"{now.replace(' ', '-')}", size)

    def _looks(self, who: str, state: Any = None) -> Iterator[tuple[BrowserContext, str, str]]:
        """In both sizes and modes: a window, who looks at what in which, its size."""
        for size, (width, height) in SIZES.items():
            for mode in ("light", "dark"):
                context = self.browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=mode, storage_state=state
                )
                yield context, f"{who} {size} {mode}", size
                context.close()

    def _page(self, context: BrowserContext, now: str) -> Page:
        page, self._now = context.new_page(), now
        page.on("pageerror", lambda error: self._wrong(f"script: {error}"))
        page.on("console", self._heard)
        return page

    def _all(self, context: BrowserContext, url: str, who: str, paths: list[str], size: str) -> None:
        page = self._page(context, who)
        name, look = who.split(" ", 1)
        for path in paths:
            self._now = f"{name} {path} {look}"
            self._one(page, url + path, f"{name}-{_name(path)}-{look.replace(' ', '-')}", size)

    def _one(self, page: Page, address: str, name: str, size: str, wanted: int = 0) -> None:
        answer = page.goto(address)
        status = answer.status if answer else 0
        print(status, self._now, flush=True)
        page.wait_for_timeout(SETTLED)
        page.screenshot(path=self.folder / f"{name}.png", full_page=size == "wide")
        if self.readme and name in FOR_README:
            page.screenshot(path=self.readme / f"{FOR_README[name]}.png")
        if status != (wanted or ANSWERS.get(urlsplit(address).path, 200)):
            self._wrong(f"status {status}")
        if size == "phone" and page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self._wrong("scrolls sideways")
        if self.axe:
            for fault in serious(page):
                self._wrong(fault)

    def _heard(self, line: Any) -> None:
        expected = any(path in self._now and str(status) in line.text for path, status in self._known.items())
        if line.type == "error" and not expected:
            self._wrong(f"console: {line.text}")

    def _wrong(self, what: str) -> None:
        self.faults.append(f"{self._now}: {what}")
        print("  WRONG", what, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8000, help="Kept for `make`; the addresses stand in demo.json.")
    parser.add_argument("--only", default="", help="Part of tenant-role, like harbor-agent.")
    parser.add_argument("--readme", action="store_true", help="Take the pictures of the README as well.")
    parser.add_argument("--no-axe", action="store_true")
    asked = parser.parse_args()
    book = json.loads((Path(os.environ.get("MARQUEE_DATA_DIR") or ".marquee") / "demo.json").read_text())
    folder = Path("screenshots")
    folder.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM if Path(CHROMIUM).exists() else None, args=FLAGS)
        shoot = Shoot(browser, book, folder, Path("infra/screenshots") if asked.readme else None, not asked.no_axe)
        for slug, role in PAGES:
            if asked.only in f"{slug}-{role}":
                shoot.take(slug, role)
        if asked.only in f"{ASLEEP}-":
            shoot.asleep()
        browser.close()
    print(f"{len(shoot.faults)} findings", *shoot.faults, sep="\n")
    sys.exit(1 if shoot.faults else 0)


def serious(page: Page) -> list[str]:
    """What axe calls serious or critical, one line each."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"axe {fault['id']}: {node['html'][:140]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def _name(path: str) -> str:
    """A page's part of a file name; ids are left out, so that the next run writes the same file."""
    parts = ["one" if len(part) == 36 else part for part in path.strip("/").split("/")]
    return "-".join(parts) or "home"


def _html(page: Page, address: str) -> str:
    page.goto(address)
    return page.content()


def _tenant(book: dict[str, Any], slug: str) -> tuple[str, list[dict[str, Any]]]:
    found = next(one for one in book["tenants"] if one["slug"] == slug)
    return found["url"], found["people"]


def sign_in(page: Page, url: str, person: dict[str, Any]) -> None:
    """By the form, as anybody would."""
    give_password(page, url, person)
    if person.get("totp_secret"):
        page.fill("input[name=code]", pyotp.TOTP(person["totp_secret"]).now())
        page.wait_for_url(lambda address: "/login" not in address)


def give_password(page: Page, url: str, person: dict[str, Any]) -> None:
    page.goto(f"{url}/login")
    page.fill("input[name=email]", person["email"])
    page.fill("input[name=password]", person["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: urlsplit(address).path != "/login")


if __name__ == "__main__":
    main()

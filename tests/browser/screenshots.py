"""Pictures of the running demo's pages, light and dark, wide and on a phone, into `screenshots/` (ignored by git).

make screenshots            with `make demo` running
"""

import argparse
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyotp
from playwright.sync_api import Browser, Page, sync_playwright

SIZES = {"wide": (1280, 800), "phone": (390, 844)}
PAGES = {
    ("console", "operator"): ["/console", "/console/tenants/new", "/console/resellers", "/account"],
    ("harbor", "admin"): [
        "/admin", "/admin/people", "/admin/roles", "/admin/audit", "/admin/publishers", "/admin/scoring", "/admin/routing",
        "/admin/sequences", "/admin/compliance", "/admin/templates", "/admin/brand", "/admin/invoices", "/admin/team",
    ],
    ("harbor", "agent"): ["/agent", "/agent/leads", "lead", "/agent/board", "/agent/tasks", "/account"],
    ("harbor", "publisher"): ["/publisher", "/publisher/leads", "/publisher/spec", "/publisher/keys", "/publisher/leads/sub-ids",
        "/publisher/earnings", "/publisher/people", "/f/consultation"],
    ("harbor", "client"): ["/portal", "/portal/program", "/portal/documents", "/portal/invoices", "/portal/more"],
    ("summit", "agent"): ["/agent", "/agent/leads"],
}  # fmt: skip
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--only", default="", help="Part of tenant-role, like harbor-agent.")
    asked = parser.parse_args()
    book = json.loads((Path(os.environ.get("MARQUEE_DATA_DIR") or ".marquee") / "demo.json").read_text())
    folder = Path("screenshots")
    folder.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM if Path(CHROMIUM).exists() else None, args=FLAGS)
        for (slug, role), paths in PAGES.items():
            if asked.only in f"{slug}-{role}":
                _take(browser, book, slug, role, paths, folder)
        browser.close()


def _take(browser: Browser, book: dict[str, Any], slug: str, role: str, paths: list[str], folder: Path) -> None:
    url, people = (book["console"], book["people"]) if slug == "console" else _tenant(book, slug)
    person = next((one for one in people if one["role"] == role), None)
    if person is None:
        return print(f"{slug} has nobody as {role}")
    first = browser.new_context()
    sign_in(first.new_page(), url, person)  # once: a code of the second factor works only once
    for size, (width, height) in SIZES.items():
        for mode in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=mode,
                storage_state=first.storage_state(),  # type: ignore[arg-type]
            )
            page = context.new_page()
            for path in paths:
                address = _lead(page, url) if path == "lead" else url + path
                answer = page.goto(address)
                page.wait_for_timeout(700)
                name = path.strip("/").replace("/", "-") or "home"
                page.screenshot(path=folder / f"{slug}-{role}-{name}-{size}-{mode}.png", full_page=size == "wide")
                print(answer.status if answer else "?", urlsplit(address).path, size, mode)
            context.close()


def _tenant(book: dict[str, Any], slug: str) -> tuple[str, list[dict[str, Any]]]:
    found = next(one for one in book["tenants"] if one["slug"] == slug)
    return found["url"], found["people"]


def sign_in(page: Page, url: str, person: dict[str, Any]) -> None:
    """By the form, as anybody would."""
    page.goto(f"{url}/login")
    page.fill("input[name=email]", person["email"])
    page.fill("input[name=password]", person["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: urlsplit(address).path != "/login")
    if person.get("totp_secret"):
        page.fill("input[name=code]", pyotp.TOTP(person["totp_secret"]).now())
        page.wait_for_url(lambda address: "/login" not in address)


def _lead(page: Page, url: str) -> str:
    page.goto(f"{url}/agent/leads")
    return url + (page.locator("a[href^='/agent/leads/0']").first.get_attribute("href") or "/agent/leads")


if __name__ == "__main__":
    main()

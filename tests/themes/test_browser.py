"""The kitchen sink in a real browser, under the product's own content policy: looked at by axe, worked by
hand and keys.
"""

import json
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.themes.kitchen import page as page_of
from tests.themes.kitchen import sink
from themes.assets import encoded_file, manifest
from themes.tokens import brand_css, brand_of, sheet_of

CHROMIUM = "/usr/bin/chromium"
# As app.core.shield sends it, so that whatever breaks it shows here.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self';"
    " manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'"
)
YELLOW = {"product_name": "Sunny <Relief>", "colour": "#facc15", "font": "figtree", "corners": "round"}

LAYOUTS = ("staff", "publisher", "client", "auth", "public")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not os.path.exists(CHROMIUM), reason="Chromium is not installed (infra/apt-test.txt)"),
    pytest.mark.skipif(not manifest().files, reason="the front end is not built: make setup"),
]


class Desk(BaseHTTPRequestHandler):
    """Serves the sink, its files, and a few answers that the scripts ask for; remembers what was posted."""

    timeout = 10  # a connection that the browser opens ahead holds no thread for ever

    posted: list[tuple[str, dict[str, str], str]] = []
    brands: dict[str, str] = {}

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path.startswith("/assets/"):
            found = encoded_file(url.path.removeprefix("/assets/"), "")
            return self.answer(found.body, found.content_type) if found else self.answer(b"", "text/plain", 404)
        if url.path.startswith("/brand/"):
            return self.answer(self.brands[url.path].encode(), "text/css")
        if url.path == "/palette":
            return self.answer(f'<a class="menu-item" href="/staff?found={query.get("q", "")}">Dana Reyes</a>'.encode())
        if url.path == "/fragment":
            return self.answer(
                b'<div class="layer-head"><h2 id="sheet-title" tabindex="-1">Peek</h2></div>'
                b'<div class="layer-body">x</div>'
            )
        if url.path == "/rows":
            rows = ((1, "Dana, taken by Luis"), (2, "Li Wei"))
            return self.answer("".join(f'<li id="row-{n}" data-row>{text}</li>' for n, text in rows).encode())
        if url.path == "/login":
            fields = '<input name="password" type="password"><button>Sign in</button>'
            return self.answer(
                f'<main><h1>Sign in</h1><form method="post" action="/login">{fields}</form></main>'.encode()
            )
        if url.path == "/live":
            return self.answer(b'event: change\ndata: {"topics": ["leads"]}\n\n', "text/event-stream")
        return self.answer(self.page(url.path, query).encode())

    def page(self, path: str, query: dict[str, str]) -> str:
        changes: dict[str, Any] = {
            "mode": query.get("mode", "light"),
            "density": query.get("density", "cosy"),
        }
        if "yellow" in query:
            changes["brand"] = YELLOW
        brand = changes.get("brand") or page_of()["brand"]
        self.brands[f"/brand/{sheet_of(brand).name}"] = brand_css(brand_of(brand))
        if "token" in query:
            changes["csrf_token"] = query["token"]
        return sink(path.strip("/") if path.strip("/") in LAYOUTS else "staff", **changes)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        self.posted.append((self.path, dict(self.headers), body))
        if self.path == "/login":
            self.send_response(303)
            self.send_header("Location", "/staff?token=fresh")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if self.path == "/note" and "x-csrf-token: fresh" not in str(self.headers).lower():
            return self.answer(b"", status=401)
        if self.path == "/broken":
            page = (
                "<!doctype html><p data-error-detail>The mail server did not answer.</p><b data-error-code>7K2M-91</b>"
            )
            return self.answer(page.encode(), status=503)
        return self.answer(b"", status=204)

    def answer(self, body: bytes, kind: str = "text/html; charset=utf-8", status: int = 200) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-security-policy", POLICY)
        if self.path == "/undo/7":
            self.send_header("hx-trigger", json.dumps({"ui:toast": {"text": "Put back.", "undo_url": ""}}))
        self.end_headers()
        self.wfile.write(body)


class Pooled(HTTPServer):
    """A few threads that stay. With one for each request, a thread that ends while coverage follows greenlets now and then
    sent the main thread, deep in Playwright's own greenlet, into a loop without end.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._pool = ThreadPoolExecutor(24)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._pool.submit(self._serve, request, client_address)

    def _serve(self, request: Any, client_address: Any) -> None:
        with suppress(OSError):  # the browser went away
            self.finish_request(request, client_address)
        self.shutdown_request(request)


@pytest.fixture(scope="module")
def desk() -> Iterator[str]:
    server = Pooled(("127.0.0.1", 0), Desk)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Any, desk: str) -> Iterator[Any]:
    """A desktop tab whose violations of the content policy and script errors fail the test."""
    yield from opened(chromium, desk, viewport={"width": 1280, "height": 800})


@pytest.fixture
def phone(chromium: Any, desk: str) -> Iterator[Any]:
    yield from opened(chromium, desk, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)


def opened(chromium: Any, desk: str, **options: Any) -> Iterator[Any]:
    context = chromium.new_context(base_url=desk, reduced_motion="reduce", **options)
    tab = context.new_page()
    faults: list[str] = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    Desk.posted.clear()
    yield tab
    context.close()
    assert faults == []


def serious(tab: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(tab).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "look", ["mode=light", "mode=dark", "mode=light&yellow=1&density=compact", "mode=dark&yellow=1"]
)
def test_axe_finds_nothing_serious(tab: Any, layout: str, look: str) -> None:
    tab.goto(f"/{layout}?{look}")
    assert serious(tab) == []


def test_axe_would_find_what_is_wrong(tab: Any) -> None:
    tab.goto("/staff")
    tab.evaluate(
        "document.querySelector('.search-button').innerHTML = '';"
        "document.querySelector('img, h1').outerHTML = '<img src=x>'"
    )
    assert serious(tab) != []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_phone_has_no_sideways_scroll_and_thumb_sized_targets(phone: Any, layout: str) -> None:
    phone.goto(f"/{layout}")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious(phone) == []
    small = phone.evaluate(
        """(wanted) => [...document.querySelectorAll(wanted)].filter((found) => found.getClientRects().length)
        .filter((found) => found.getBoundingClientRect().height < 44).map((found) => found.outerHTML)""",
        ".btn:not(.btn-xs, .btn-sm, .btn-link), .nav-item, .tab-item, .bottom-bar a",
    )
    assert small == []


@pytest.mark.parametrize("width", [360, 640, 768, 1024, 1280, 1600])
def test_no_width_scrolls_sideways(chromium: Any, desk: str, width: int) -> None:
    for tab in opened(chromium, desk, viewport={"width": width, "height": 800}):
        tab.goto("/staff")
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_dark_follows_the_device_only_when_told_to(chromium: Any, desk: str) -> None:
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    for tab in opened(chromium, desk, color_scheme="dark"):
        tab.goto("/staff?mode=light")
        light = tab.evaluate(ground)
        tab.goto("/staff?mode=dark")
        dark = tab.evaluate(ground)
        tab.goto("/staff?mode=system")
        assert light != dark == tab.evaluate(ground)


def test_the_mode_is_chosen_from_the_menu_and_remembered(tab: Any) -> None:
    tab.goto("/staff")
    tab.get_by_role("button", name="Luis Ortega").click()
    tab.get_by_role("button", name="Dark").click()
    assert tab.locator("html").get_attribute("data-theme") == "dark"
    assert {cookie["name"]: cookie["value"] for cookie in tab.context.cookies()}["mode"] == "dark"


def test_errors_take_the_focus_and_lead_to_their_field(tab: Any) -> None:
    tab.goto("/staff")
    assert tab.evaluate("document.activeElement.matches('[data-error-summary]')")
    tab.get_by_role("link", name="Enter a name.").click()
    assert tab.evaluate("document.activeElement.id") == "field-name"


def test_rows_move_and_select_by_key_but_never_while_typing(tab: Any) -> None:
    tab.goto("/staff")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    assert tab.locator("[data-row][data-current]").get_attribute("id") == "lead-2"
    tab.keyboard.press("x")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    tab.keyboard.press("Shift+X")
    assert tab.locator("[data-selection-count]").inner_text() == "3 selected"
    tab.locator("#field-name").fill("")
    tab.locator("#field-name").press_sequentially("jxk?")
    assert tab.locator("#field-name").input_value() == "jxk?"
    assert tab.locator("[data-selection-count]").inner_text() == "3 selected"
    assert not tab.locator("#keys").is_visible()


def test_letters_can_be_switched_off(tab: Any) -> None:
    tab.goto("/staff")
    tab.evaluate("document.documentElement.dataset.letterKeys = 'off'")
    tab.keyboard.press("j")
    assert tab.locator("[data-row][data-current]").count() == 0


def test_the_sheet_of_keys_lists_this_page(tab: Any) -> None:
    tab.goto("/staff")
    tab.keyboard.press("?")
    sheet = tab.locator("#keys")
    assert "New lead" in sheet.inner_text() and "Queue" in sheet.inner_text() and "Next row" in sheet.inner_text()
    tab.keyboard.press("Escape")
    assert not sheet.is_visible()


def test_g_then_a_letter_goes_there(tab: Any) -> None:
    tab.goto("/staff")
    tab.keyboard.press("g")
    tab.keyboard.press("t")
    tab.wait_for_url("**/agent/tasks")


def test_the_palette_finds_and_goes(tab: Any) -> None:
    tab.goto("/staff")
    tab.keyboard.press("Control+k")
    tab.locator("#palette input").fill("555")
    tab.locator("#palette a[href='/staff?found=555'][aria-selected=true]").wait_for()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/staff?found=555")


def test_a_dialog_takes_the_focus_and_gives_it_back(tab: Any) -> None:
    tab.goto("/staff")
    opener = tab.get_by_role("button", name="Open dialog")
    opener.click()
    assert tab.evaluate("document.getElementById('demo-dialog').contains(document.activeElement)")
    tab.keyboard.press("Escape")
    assert tab.evaluate("document.activeElement.textContent.trim()") == "Open dialog"


def test_a_question_stands_before_what_cannot_be_undone(tab: Any) -> None:
    tab.goto("/staff")
    tab.get_by_role("button", name="More").click()
    tab.get_by_role("button", name="Delete lead").click()
    assert tab.locator("#confirm-title").inner_text() == "Delete this lead?"
    tab.get_by_role("button", name="Cancel").click()
    assert Desk.posted == []
    tab.get_by_role("button", name="More").click()
    tab.get_by_role("button", name="Delete lead").click()
    with tab.expect_request(lambda request: request.method == "POST"):
        tab.locator("[data-confirm-go]").click()
    assert [path for path, _, _ in Desk.posted] == ["/x"]


def test_a_word_must_be_typed_where_one_is_asked_for(tab: Any) -> None:
    tab.goto("/staff")
    tab.evaluate(
        """() => { const form = document.querySelector('form[action="/new"]');
        form.dataset.confirm = 'Delete Harbor?'; form.dataset.confirmWord = 'Harbor';
        form.requestSubmit() }"""
    )
    go = tab.locator("[data-confirm-go]")
    go.click(force=True)
    assert Desk.posted == []
    tab.locator("[data-confirm-typed] input").fill("Harbor")
    with tab.expect_request(lambda request: request.method == "POST"):
        go.click()


def test_a_toast_undoes(tab: Any) -> None:
    tab.goto("/staff")
    tab.evaluate(
        "document.dispatchEvent(new CustomEvent('ui:toast', {detail: {text: 'Assigned 214.', undo_url: '/undo/7'}}))"
    )
    tab.get_by_role("button", name="Undo").click()
    tab.get_by_text("Put back.").first.wait_for()
    path, headers, _ = Desk.posted[0]
    assert path == "/undo/7" and {name.lower(): value for name, value in headers.items()}["x-csrf-token"] == "t0k3n"


def test_every_unsafe_request_carries_the_token_and_a_failure_is_told_in_words(tab: Any) -> None:
    tab.goto("/staff")
    tab.evaluate("void htmx.ajax('POST', '/broken', {target: '#leads'})")
    told = tab.locator("[data-problems] [role=alert]")
    told.wait_for()
    assert "The mail server did not answer." in told.inner_text() and "7K2M-91" in told.inner_text()
    assert tab.locator("#leads [data-row]").count() == 6, "the list is still there"
    assert {name.lower(): value for name, value in Desk.posted[0][1].items()}["x-csrf-token"] == "t0k3n"


def test_a_counter_knows_what_a_text_message_costs(tab: Any) -> None:
    tab.goto("/staff")
    field, counter = tab.locator("#field-note"), tab.locator("[data-counter=field-note]")
    for text, said in (
        ("a" * 160, "160 characters · 1 text"),
        ("a" * 161, "161 characters · 2 texts"),
        ("€" * 80, "160 characters · 1 text"),
        ("a", "1 character · 1 text"),
        ("", "0 characters · 0 texts"),
    ):
        field.fill(text)
        assert counter.inner_text() == said
    field.fill("ö" * 10 + "ő")
    assert counter.inner_text() == "11 characters · 1 text · “ő” makes it longer"


def test_a_password_can_be_shown(tab: Any) -> None:
    tab.goto("/staff")
    tab.locator("#field-password").fill("secret")
    tab.get_by_role("button", name="Show").click()
    assert tab.locator("#field-password").get_attribute("type") == "text"


def test_live_hints_reach_whoever_asked_for_them(tab: Any) -> None:
    tab.add_init_script("document.addEventListener('live:leads', () => { document.body.dataset.heard = '' })")
    tab.goto("/staff")
    tab.locator("body[data-heard]").wait_for()


def test_changed_rows_change_in_place_and_new_ones_wait(tab: Any) -> None:
    tab.goto("/staff")
    tab.locator("#row-1", has_text="taken by Luis").wait_for()
    assert tab.locator("#row-2").count() == 0
    tab.get_by_role("button", name="1 new").click()
    tab.locator("#row-2").wait_for()
    assert not tab.get_by_role("button", name="1 new").is_visible()


def test_a_session_that_ends_costs_no_text(tab: Any) -> None:
    tab.goto("/staff")
    tab.locator("#field-draft").fill("Called twice, wants Friday.")
    tab.get_by_role("button", name="Save note").click()
    tab.get_by_text("Your session has ended").wait_for()
    assert tab.locator("#field-draft").input_value() == "Called twice, wants Friday."
    # The sheet asks, and whoever signs in there arrives on a page with another token.
    sheet = tab.locator("#session-ended")
    sheet.locator("[name=password]").fill("four unrelated words")
    with tab.expect_request(lambda request: request.url.endswith("/note") and request.method == "POST") as sent:
        sheet.get_by_role("button", name="Sign in").click()
    assert sent.value.headers["x-csrf-token"] == "fresh"
    assert "wants+Friday" in sent.value.post_data


def test_what_is_typed_is_kept_two_seconds_later(tab: Any) -> None:
    tab.clock.install()
    tab.goto("/staff")
    tab.locator("#field-draft").fill("Half a thought")
    assert [path for path, _, _ in Desk.posted if path == "/drafts/note"] == []
    tab.clock.run_for(2100)
    tab.get_by_text("Draft kept").wait_for()
    kept = [body for path, _, body in Desk.posted if path == "/drafts/note"]
    assert len(kept) == 1 and "draft=Half+a+thought" in kept[0] and "_csrf" not in kept[0]


def test_a_toast_goes_after_ten_seconds_but_not_from_under_the_hand(tab: Any) -> None:
    tab.clock.install()
    tab.goto("/staff")
    tab.evaluate("document.dispatchEvent(new CustomEvent('ui:toast', {detail: {text: 'Kept.'}}))")
    note = tab.locator("[data-toast]")
    note.hover()
    tab.clock.run_for(15_000)
    assert note.count() == 1
    tab.mouse.move(5, 5)
    tab.clock.run_for(11_000)
    assert note.count() == 0


def test_relative_times_stay_true_and_count_from_the_servers_clock(tab: Any) -> None:
    tab.clock.install(time=0)
    tab.goto("/staff")
    first = tab.locator("#lead-2 time")
    assert first.inner_text() == "12 min ago"
    tab.clock.run_for(10 * 60 * 1000 + 20_000)
    assert first.inner_text() == "22 min ago"


def test_without_scripts_menus_open_and_forms_post(chromium: Any, desk: str) -> None:
    for tab in opened(chromium, desk, java_script_enabled=False, viewport={"width": 1280, "height": 800}):
        tab.goto("/staff")
        tab.get_by_role("button", name="Luis Ortega").click()
        assert tab.get_by_role("button", name="Sign out").is_visible()
        tab.locator("form[action='/new'] button.btn-primary").click()
        assert [path for path, _, _ in Desk.posted] == ["/new"]
        assert "_csrf=t0k3n" in Desk.posted[0][2]


def test_nothing_moves_when_the_font_arrives(tab: Any) -> None:
    tab.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) =>"
        " { for (const entry of list.getEntries()) window.shift += entry.value })"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    tab.goto("/staff", wait_until="networkidle")
    assert tab.evaluate("window.shift") < 0.05


def test_the_look_of_every_layout(chromium: Any, desk: str, tmp_path: Path) -> None:
    """Not compared, but every layout can be drawn in full, and is no blank page."""
    for tab in opened(chromium, desk, viewport={"width": 1280, "height": 800}):
        for layout in ("staff", "publisher", "client", "auth"):
            tab.goto(f"/{layout}")
            picture = tab.screenshot(path=tmp_path / f"{layout}.png", full_page=True)
            assert len(picture) > 20_000

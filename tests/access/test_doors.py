"""Closed by default: every handler of the whole product declares who may use it, and the open ones stand here
by name.
"""

from typing import Any

import pytest
from litestar import Litestar

from app.core import permissions
from app.core.web import PUBLIC, SIGNED_IN, authenticators

pytestmark = pytest.mark.anyio

# Open to anybody, with what guards them instead. Whoever adds one says here why.
OPEN = {
    "/login": "the way in",
    "/login/code": "a pending session",
    "/login/code/again": "a pending session",
    "/login/enrol": "a pending session",
    "/login/link": "the way in",
    "/login/link/sent/{asked:uuid}": "the mailed code",
    "/login/link/{token:str}": "the mailed link",
    "/login/reset": "the way in",
    "/login/reset/sent": "says nothing",
    "/login/reset/{token:str}": "the mailed link",
    "/invitation/{token:str}": "the mailed link",
    "/handoff/{token:str}": "the hand-over",
    "/logout": "ends only one's own session",
    "/healthz": "for machines",
    "/readyz": "for machines",
    "/metrics": "the console's host alone",
    "/assets": "the same bytes for everybody",
    "/brand": "the tenant's style sheet and pictures",
    "/manifest.webmanifest": "the tenant's name and colours, for installing",
    "/favicon.ico": "the tenant's picture",
    "/apple-touch-icon.png": "the tenant's picture",
    "/robots.txt": "says nothing",
    "/sw.js": "the same script for everybody",
    "/offline": "says that there is no network",
    "/icons/{kind:str}/{side:int}": "the tenant's picture, for installing",
    "/hooks/carrier": "the carrier's signature",
    "/hooks/carrier/{record:str}/{record_id:uuid}": "the carrier's signature",
    "/hooks/mail": "the mail server's signature",
    "/u/{token:str}": "the signed address of one person's mail",
    "/u/{token:str}/again": "the signed address of one person's mail",
    "/language": "sets a cookie of one's own",
    "/rate/{token:str}": "the signed address of one person's mail",
}


def handlers(app: Any) -> list[tuple[str, Any]]:
    while not isinstance(app, Litestar):
        app = app.app
    found = []
    for route in app.routes:
        for handler in getattr(route, "route_handlers", None) or [getattr(route, "route_handler", None)]:
            if getattr(handler, "http_methods", None) != {
                "OPTIONS"
            }:  # the framework's own: it names the methods of a path
                found.append((route.path, handler))
    return found


def test_there_is_something_to_look_at(app):
    assert len(handlers(app)) > 40


def test_no_handler_leaves_open_who_may_use_it(app):
    silent = [path for path, handler in handlers(app) if not handler.opt.get("permission")]
    assert silent == []


def test_every_right_that_is_asked_for_is_declared(app):
    by_session = [handler for _, handler in handlers(app) if handler.opt.get("by", "session") == "session"]
    asked = {handler.opt["permission"] for handler in by_session} - {PUBLIC, SIGNED_IN}
    assert {name for name in asked if not permissions.known(name)} == set()


def test_the_open_ones_are_those_that_are_listed(app):
    public = {
        path
        for path, handler in handlers(app)
        if handler.opt["permission"] == PUBLIC and handler.opt.get("by", "session") == "session"
    }
    assert public - OPEN.keys() == set()


def test_what_any_signed_in_person_may_use_is_their_own(app):
    anyone = {path for path, handler in handlers(app) if handler.opt["permission"] == SIGNED_IN}
    assert {path for path in anyone if path.startswith("/admin")} == set()


def test_whoever_answers_for_the_caller_is_known(app):
    assert {handler.opt.get("by", "session") for _, handler in handlers(app)} <= authenticators.keys()


def test_only_handlers_that_do_not_trust_cookies_go_without_a_form_token(app):
    bare = [path for path, handler in handlers(app) if not handler.opt.get("csrf", True)]
    cookies = [
        path
        for path, handler in handlers(app)
        if path in bare and handler.opt.get("by", "session") == "session" and handler.opt["permission"] != PUBLIC
    ]
    assert cookies == []


def test_the_guards_would_see_a_hole(app):
    """The positive control: a handler without a word about who may use it does show."""
    from litestar import get

    @get("/hole", sync_to_thread=False)
    def hole() -> None: ...

    holed = Litestar([hole], openapi_config=None)
    assert [path for path, handler in handlers(holed) if not handler.opt.get("permission")] == ["/hole"]

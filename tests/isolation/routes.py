"""Every route of the app as the matrix sees it: method, path with example values, permission."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute

from app.core.web import PUBLIC

ID = str(uuid4())  # a record that nobody has
EXAMPLES: dict[str, str] = {"uuid": ID, "str": "nothing-like-this", "int": "999999", "path": "nothing"}


class Route(msgspec.Struct, frozen=True):
    """`template` as declared, `path` with example values filled in."""

    method: str
    template: str
    path: str
    permission: str
    by: str
    csrf: bool

    @property
    def fixed(self) -> bool:
        """No example value was needed: the rightful person gets the page itself."""
        return self.path == self.template

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


def litestar_app(app: Any) -> Any:
    """The framework's app inside the layers of ours."""
    while not isinstance(app, Litestar):
        app = app.app
    return app


def every_route(app: Any) -> Iterator[Route]:
    """One for each method of each HTTP route."""
    for route in litestar_app(app).routes:
        if not isinstance(route, HTTPRoute):
            continue
        path = "".join(
            f"/{part}" if isinstance(part, str) else f"/{EXAMPLES[_kind(part)]}" for part in route.path_components
        )
        for handler in route.route_handlers:
            for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                opt = handler.opt
                yield Route(
                    str(method),
                    route.path,
                    path or "/",
                    str(opt.get("permission", "")),
                    opt.get("by", "session"),
                    opt.get("csrf", True),
                )


def _kind(part: Any) -> str:
    return {"UUID": "uuid", "str": "str", "int": "int", "Path": "path"}.get(part.type.__name__, "str")


def guarded(app: Any) -> list[Route]:
    """What somebody must be signed in for."""
    return [route for route in every_route(app) if route.permission != PUBLIC and route.by == "session"]

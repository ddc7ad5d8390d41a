"""The Jinja environment of every page, fragment, mail and print.

What each render of a page must pass (app.core.pages does): `page` (see templates/base.html), `terms`, `zone`,
`locale`, `errors` and, where the page shows others' panels, `panels`; optionally `currency` and `now`. A name
that a template uses and nobody passed raises. Texts go through `_()`; formatting follows the viewer through
`themes.view`, so that macros need no `with context`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, Environment, FileSystemLoader, StrictUndefined, Template

from themes import formats
from themes.assets import asset
from themes.catalogue import translated, translated_as, translated_many
from themes.charts import drawn, rows_of, written
from themes.icons import icon
from themes.initials import initials_icon
from themes.marks import avatar_initials, heat_level, ring, sparkline
from themes.terms import lowered, term, worded
from themes.tokens import brand_of, compute_theme
from themes.tokens.brand import asset_path
from themes.view import Clock, current, real_time, viewing

TEMPLATES = Path(__file__).parent.parent / "templates"
LAYOUTS = {"staff": "staff", "publisher": "publisher", "client": "client", "console": "console"}


class Page(Template):
    """A template whose render knows for whom it is made."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        context = dict(*args, **kwargs)
        with viewing(context, self.environment.globals["clock"]):  # type: ignore[arg-type]
            return super().render(context)


class PageEnvironment(Environment):
    """Jinja with our templates, words and formats."""

    template_class = Page


@cache
def make_environment(clock: Clock = real_time) -> Environment:
    """One environment per clock; `clock` tells business time, from which relative times are counted."""
    environment = PageEnvironment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=_is_markup,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(translated, translated_many, newstyle=True, pgettext=translated_as)  # type: ignore[attr-defined]
    environment.globals.update(_globals(), clock=clock)
    environment.filters.update(_filters())
    return environment


@cache
def forgiving(clock: Clock = real_time) -> Environment:
    """The same for previews with invented data (`themes.scenes`): what a page asks beyond them shows as nothing."""
    return make_environment(clock).overlay(undefined=ChainableUndefined)


def _is_markup(name: str | None) -> bool:
    """Everything but plain text is markup."""
    return not (name or "").endswith(".txt")


def layout_of(person: Any) -> str:
    """The layout of the person's audience, for pages that several audiences share; `public` for nobody."""
    return f"layouts/{LAYOUTS[person.audience] if person else 'public'}.html"


def error_of(errors: Any, name: str) -> str:
    """What is wrong with this field, from a list of things with `field` and `message` or a mapping; "" when
    nothing is. What stands bare in a refusal is said here.
    """
    if isinstance(errors, Mapping):
        return translated(str(errors.get(name, "")))
    return next((translated(error.message) for error in errors if error.field == name), "")


def _globals() -> dict[str, Callable[..., Any]]:
    return {
        "asset": asset,
        "icon": icon,
        "term": term,
        "worded": worded,
        "brand_of": brand_of,
        "theme_of": compute_theme,
        "brand_file": asset_path,
        "layout_of": layout_of,
        "sparkline": sparkline,
        "draw_chart": drawn,
        "chart_rows": rows_of,
        "written": written,
        "ring": ring,
        "heat_level": heat_level,
        "initials": avatar_initials,
        "initials_icon": initials_icon,
        "error_of": error_of,
        "now_iso": _now_iso,
    }


def _filters() -> dict[str, Callable[..., Any]]:
    return {
        "money": formats.money,
        "number": formats.number,
        "percent": formats.percent,
        "phone": formats.phone,
        "phone_link": formats.phone_link,
        "day": formats.day,
        "month_year": formats.month_year,
        "clock_time": formats.clock_time,
        "moment": formats.moment,
        "relative": formats.relative,
        "when": formats.when,
        "exactly": formats.exactly,
        "duration": formats.duration,
        "filesize": formats.filesize,
        "zone_name": formats.zone_name,
        "iso": _iso,
        "lower_first": lowered,
        "said": translated,  # a tenant's own words, which may hold a percent sign
    }


def _now_iso() -> str:
    """Business time of this render, from which scripts count on."""
    return _iso(current().now or real_time())


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def render(template: str, context: dict[str, Any]) -> str:
    """One template with its context, on the shared environment in real time."""
    return make_environment().get_template(template).render(context)

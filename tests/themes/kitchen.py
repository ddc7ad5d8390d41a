"""The kitchen sink: every part of the kit on one page, in any layout, brand and mode."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from tests.themes.chart_samples import every
from themes.loader import make_environment
from themes.tokens import sheet_of

NOW = datetime(2026, 12, 4, 15, 30, tzinfo=UTC)
HERE = Path(__file__).parent


class Thing:
    """Whatever a template asks for by attribute."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)


def person(**changes: Any) -> Thing:
    values = {
        "id": "luis",
        "name": "Luis Ortega",
        "role_label": "Debt advisor",
        "audience": "staff",
        "home": "/agent",
        "email": "luis@example.com",
        "support": "",
    }
    return Thing(**{**values, **changes})


def nav(*items: tuple[str, str, str, str]) -> list[Thing]:
    return [Thing(label=label, url=url, icon=icon, key=key) for label, url, icon, key in items]


STAFF = nav(
    ("Queue", "/agent", "inbox", "q"),
    ("Leads", "/agent/leads", "users", "l"),
    ("Board", "/agent/board", "columns-3", "b"),
    ("Tasks", "/agent/tasks", "list-checks", "t"),
    ("Calendar", "/agent/calendar", "calendar", ""),
    ("Messages", "/agent/messages", "message-square", ""),
    ("Reports", "/admin/reports", "chart-column", ""),
)
SETTINGS = nav(("Brand", "/admin/brand", "palette", ""), ("People", "/admin/people", "user-plus", ""))


def page(**changes: Any) -> dict[str, Any]:
    """The layout's `page`, as the product would pass it."""
    brand = changes.pop(
        "brand", {"product_name": "Harbor Debt Relief", "colour": "#0f5f8c", "support_phone": "+17275550100"}
    )
    values = {
        "title": "Leads",
        "path": "/agent/leads",
        "brand": brand,
        "brand_css": f"/brand/{sheet_of(brand).name}" if brand else "",
        "tenant_name": "Harbor",
        "person": person(),
        "nav": STAFF,
        "settings_nav": SETTINGS,
        "csrf_token": "t0k3n",
        "mode": "light",
        "density": "cosy",
        "toast": None,
        "playful_clock": False,
    }
    return {**values, **changes}


def context(**changes: Any) -> dict[str, Any]:
    """Everything that a render must be given."""
    values: dict[str, Any] = {
        "page": page(),
        "terms": {"lead": {"one": "Intake", "other": "Intakes", "a": "an"}},
        "zone": "America/New_York",
        "locale": "en_US",
        "errors": [],
        "panels": lambda slot: [],
        "now": NOW,
    }
    return {**values, **changes}


def rows() -> list[Thing]:
    names = (
        "Dana Reyes",
        "Maximilian Donaudampfschifffahrtsgesellschaft-Schmidt",
        "Li Wei",
        "Priya Natarajan",
        "Tom O'Neill",
        "José Álvarez",
    )
    stages = (
        ("New", "info"),
        ("Qualified", ""),
        ("Enrolled", "success"),
        ("Callback", "warning"),
        ("Lost", "error"),
        ("New", "info"),
    )
    return [
        Thing(
            name=name,
            stage=stages[place][0],
            tone=stages[place][1],
            score=(91, 64, 12, 77, 45, None)[place],
            heat=(3, 2, 1, 3, 2, 0)[place],
            value=(1240000, 855000, 0, 3120050, None, 990000)[place],
            owner=("Luis Ortega", "Maria Chen", "", "Luis Ortega", "", "Maria Chen")[place],
            test=place == 2,
            at=NOW - timedelta(minutes=(0, 12, 190, 1500, 9000, 400000)[place]),
        )
        for place, name in enumerate(names)
    ]


def environment() -> Environment:
    """The product's environment, which also finds the templates of these tests."""
    paths = ChoiceLoader([make_environment().loader, FileSystemLoader(HERE)])  # type: ignore[list-item]
    return make_environment().overlay(loader=paths)


def sink(layout: str = "staff", **changes: Any) -> str:
    """The rendered kitchen sink."""
    errors = [
        Thing(field="name", code="missing", message="Enter a name."),
        Thing(
            field="phone",
            code="invalid_format",
            message="This number has 8 digits. US numbers have 10, like (555) 555-0142.",
        ),
    ]
    values = context(errors=errors, page=page(**changes))
    return (
        environment()
        .get_template("kitchen.html")
        .render(**values, layout=f"layouts/{layout}.html", rows=rows(), charts=every())
    )

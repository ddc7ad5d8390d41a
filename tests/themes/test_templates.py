"""Every layout, macro and error page renders from its declared context; what is missing raises; what is
typed is escaped.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError, nodes

from tests.themes.kitchen import Thing, context, environment, page, person, sink
from themes.loader import make_environment

TEMPLATES = Path(__file__).parents[2] / "templates"
LAYOUTS = ("staff", "settings", "publisher", "client", "console", "auth", "public")
ERRORS = sorted(path.stem for path in (TEMPLATES / "errors").glob("[!_]*.html"))
OURS = [
    *TEMPLATES.glob("*.html"),
    *(TEMPLATES / "layouts").glob("*.html"),
    *(TEMPLATES / "ui").glob("*.html"),
    *(TEMPLATES / "errors").glob("*.html"),
]


def from_kit(source: str, **values: Any) -> str:
    return environment().from_string('{% import "ui/kit.html" as ui %}' + source).render(context(**values))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("mode", ["light", "dark", "system"])
def test_every_layout_renders(layout: str, mode: str) -> None:
    html = sink(layout, mode=mode)
    assert f'data-theme="{mode}"' in html
    assert html.count("<h1") == 1 and html.count('id="main"') == 1
    assert "<title>Leads · Harbor Debt Relief</title>" in html
    assert '<meta name="csrf-token" content="t0k3n">' in html


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_page_renders_without_a_session(name: str) -> None:
    nobody = page(person=None, nav=[], settings_nav=[], csrf_token="", title="")
    html = (
        environment()
        .get_template(f"errors/{name}.html")
        .render(context(page=nobody, detail="The detail.", code="7K2M-91", retry_after=200))
    )
    assert html.count("<h1") == 1 and "7K2M-91" in html and "data-error-detail" in html
    assert "Harbor Debt Relief" in html


def test_an_unknown_host_wears_no_brand() -> None:
    bare = page(person=None, nav=[], settings_nav=[], brand={}, tenant_name="", csrf_token="", title="")
    html = (
        environment()
        .get_template("errors/unknown_host.html")
        .render(context(page=bare, detail="", code="", retry_after=None))
    )
    assert "/brand/" not in html and "logo" not in html.split("<body")[1] and "Nothing here" in html


def test_a_missing_variable_raises() -> None:
    with pytest.raises(UndefinedError):
        make_environment().from_string("{{ page.absent }}").render(context())
    with pytest.raises(UndefinedError):
        make_environment().from_string("{{ absent }}").render(context())


EVERY_MACRO = """
{{ ui.field('a', nasty, nasty, errors, nasty, prefix=nasty, placeholder=nasty) }}
{{ ui.textarea('a', nasty, nasty, errors) }}
{{ ui.select('a', nasty, [(nasty, nasty)], nasty) }}
{{ ui.checkbox('a', nasty, hint=nasty) }}
{{ ui.radio_group('a', nasty, [(nasty, nasty, nasty)]) }}
{{ ui.error_summary(errors, nasty) }}
{{ ui.button(nasty, attrs={'data-x': nasty}) }}
{{ ui.badge(nasty) }}
{{ ui.action(page, nasty, nasty, confirm=nasty, fields={nasty: nasty}) }}
{{ ui.stat(nasty, nasty, nasty, nasty) }}
{{ ui.facts([(nasty, nasty)]) }}
{{ ui.timeline_item('phone', nasty, body=nasty, who=nasty) }}
{{ ui.person(nasty) }}
{{ ui.empty(nasty, nasty, action_label=nasty, action_url=nasty) }}
{{ ui.no_match(nasty, nasty) }}
{{ ui.note(nasty) }}
{{ ui.tabs([(nasty, nasty, nasty)], nasty) }}
{{ ui.breadcrumb([(nasty, nasty)]) }}
{{ ui.stepper([(nasty, nasty)], nasty) }}
{{ ui.meter(nasty, 1, 2) }}
{{ ui.bars([(nasty, 1, nasty)]) }}
{{ ui.phone(nasty) }}
{{ ui.filter_chip(nasty, nasty) }}
{% call ui.panel(nasty, nasty) %}{{ nasty }}{% endcall %}
{% call ui.table(nasty, [nasty]) %}{% endcall %}
"""


def test_what_people_type_is_escaped_in_every_macro() -> None:
    nasty = "<script>alert(1)</script>\"'"
    errors = [Thing(field="a", message=nasty)]
    html = from_kit(EVERY_MACRO, nasty=nasty, errors=errors)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") > 60


def test_a_layout_escapes_the_brand_and_the_person() -> None:
    nasty = "<script>alert(1)</script>"
    brand = {
        "product_name": nasty,
        "footer": nasty,
        "links": [{"label": nasty, "url": "https://example.com/"}],
    }
    html = sink(
        "client",
        brand=brand,
        title=nasty,
        person=person(name=nasty, role_label=nasty, audience="client", home="/portal"),
    )
    assert nasty not in html


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_templates_hold_nothing_that_the_policy_forbids(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle=|\son\w+=|hx-on|<style|javascript:|js:", text)
    assert not re.search(r"#[0-9a-fA-F]{6}\b", text), "colours come from tokens"
    names = "red|green|blue|yellow|gray|slate|zinc|amber|emerald|rose|indigo|white|black"
    palette = rf"(?:text|bg|border|ring|fill|stroke)-(?:{names})\b"
    assert not re.search(palette, text)
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script


def test_fields_tell_their_errors_to_everyone() -> None:
    html = from_kit(
        "{{ ui.field('phone', 'Phone', '123', errors, 'Any format.', 'tel') }}",
        errors=[Thing(field="phone", message="Too short.")],
    )
    assert 'aria-describedby="field-phone-hint field-phone-error"' in html and 'aria-invalid="true"' in html
    assert 'id="field-phone-error"' in html and 'inputmode="tel"' in html and 'autocomplete="tel"' in html
    fine = from_kit("{{ ui.field('phone', 'Phone', '123', errors) }}", errors=[Thing(field="name", message="Missing.")])
    assert "aria-invalid" not in fine


def test_a_written_attribute_wins_over_the_kind() -> None:
    html = from_kit("{{ ui.field('email', 'E-mail', type='email', attrs={'autocomplete': 'username webauthn'}) }}")
    assert 'autocomplete="username webauthn"' in html and html.count("autocomplete=") == 1


def test_macros_follow_the_viewer_without_being_given_the_context() -> None:
    html = from_kit(
        "{{ ui.money(123450) }}{{ ui.timeline_item('phone', 'Called', at) }}",
        at=context()["now"],
        zone="America/Denver",
    )
    assert "$1,234.50" in html and "8:30 am Mountain" in html


def test_an_undo_works_without_scripts() -> None:
    html = sink(toast=Thing(text="Assigned 214 to Luis.", undo_url="/undo/7"))
    assert "Assigned 214 to Luis." in html and 'action="/undo/7"' in html


def test_navigation_marks_where_we_are() -> None:
    html = sink(path="/agent/leads/42")
    marked = re.findall(r'href="([^"]+)"[^>]*aria-current="page"', html)
    assert "/agent/leads" in marked and "/agent" not in marked and "/agent/board" not in marked


def test_a_person_without_scripts_can_sign_out_and_choose() -> None:
    html = sink()
    assert '<form method="post" action="/logout">' in html
    assert 'popovertarget="person-menu"' in html


def test_plain_text_templates_are_not_escaped() -> None:
    assert make_environment().autoescape("email/x.txt") is False  # type: ignore[operator]
    assert make_environment().autoescape("email/x.html") is True  # type: ignore[operator]


def test_pages_ask_the_kit_only_for_what_it_has() -> None:
    kit = environment().get_template("ui/kit.html").module
    absent: dict[str, set[str]] = {}
    for path in TEMPLATES.rglob("*.html"):
        tree = environment().parse(path.read_text())
        kits = {
            node.target for node in tree.find_all(nodes.Import) if getattr(node.template, "value", "") == "ui/kit.html"
        }
        named = (node for node in tree.find_all(nodes.Getattr) if isinstance(node.node, nodes.Name))
        if wrong := {node.attr for node in named if node.node.name in kits and not hasattr(kit, node.attr)}:
            absent[str(path.relative_to(TEMPLATES))] = wrong
    assert absent == {}

"""Every word of a page goes through the catalogue: `python -m infra.local.texts` collects, people translate."""

import re

import pytest

from tests.structure.tree import ROOT

TEMPLATES = ROOT / "templates"
DEMO = "demo/"  # its desk and guide are no tenant's
EVERY = sorted(
    name
    for name in (str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
    if not name.startswith(DEMO)
)


@pytest.mark.parametrize("name", EVERY)
def test_no_word_stands_outside_of_the_catalogue(name):
    source = re.sub(
        r"\{#.*?#\}|<!--.*?-->|<(svg|kbd|pre|code)\b.*?</\1>", " ", (TEMPLATES / name).read_text(), flags=re.DOTALL
    )
    looks = r"\{% block (?:density|page_class|body_class) %\}.*?\{% endblock %\}"
    bare = re.sub(looks + r"|\{%.*?%\}|\{\{.*?\}\}", " ", source, flags=re.DOTALL)
    said = re.findall(r'\b(?:aria-label|alt|title|placeholder)="([^"]*)"', bare)
    words = re.sub(r'<[^>]*>|\b[\w-]+="[^"]*"', " ", bare) + " ".join(said)
    assert not re.findall(r"[A-Za-z]{2,}", re.sub(r"&\w+;", " ", words))

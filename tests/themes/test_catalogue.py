"""One text, several languages: whoever the work is for decides."""

import ast
from pathlib import Path

import pytest

from infra.local.texts import KEYWORDS, collect
from themes import catalogue
from themes.catalogue import say, say_many
from themes.loader import make_environment
from themes.view import speaking

TEXTS = {"Saved.": "Guardado.", "%(count)s lead": ("%(count)s cliente", "%(count)s clientes")}


@pytest.fixture
def spanish(monkeypatch):
    monkeypatch.setattr(catalogue, "texts", lambda language: TEXTS if language == "es" else {})


def test_a_sentence_follows_its_reader(spanish):
    assert say("Saved.") == "Saved."
    with speaking("es_US"):
        assert say("Saved.") == "Guardado."
        assert say_many("%(count)s lead", "%(count)s leads", 1) == "1 cliente"
        assert say_many("%(count)s lead", "%(count)s leads", 2) == "2 clientes"
    assert say_many("%(count)s lead", "%(count)s leads", 2) == "2 leads"


def test_what_has_no_translation_stays_english(spanish):
    with speaking("es_US"):
        assert say("%(name)s is here.", name="Dana") == "Dana is here."


def test_a_tenants_own_word_may_hold_a_percent_sign(spanish):
    page = make_environment().from_string("{{ label|said }}")
    assert page.render(label="100% done") == "100% done"
    assert page.render(label="Saved.", locale="es_US") == "Guardado."


def test_whatever_a_module_says_is_collected():
    """The collector reads no text that stands within an f-string: it would reach its reader in English for ever."""
    collected = {text for each in collect() for text in ([each.id] if isinstance(each.id, str) else each.id)}
    calls = [
        call
        for path in Path("app").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS and call.args
    ]
    said = {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}
    assert len(said) > 500 and said - collected == set()

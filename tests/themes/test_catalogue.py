"""One text, several languages: whoever the work is for decides."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from infra.local.modules import built, texts_of
from infra.local.texts import LOCALES, collect
from themes import catalogue
from themes.catalogue import say, say_many
from themes.loader import make_environment
from themes.view import speaking

PLACE = re.compile(r"%\(\w+\)[a-z]|%%[dn]|<[^>]+>")
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


def test_what_a_module_says_is_collected_wherever_it_stands(tmp_path):
    module = tmp_path / "module.py"
    module.write_text(
        "title = f\"{say('Within')}\"\n"
        "words = say({'a': later('Nested')}['a'])\n"
        "raise Conflict('Bare')\n"
        "permissions.declare('Group', leads_view='See them')\n"
        "say_many('%(count)s one', '%(count)s many', count)\n"
    )
    assert set(texts_of(module)) == {
        "Within", "Nested", "Bare", "Group", "See them", ("%(count)s one", "%(count)s many"),
    }  # fmt: skip


def test_a_word_that_english_has_for_two_things_is_the_one_meant(monkeypatch):
    both = {"Open": "Abierto", "verb\x04Open": "Abrir"}
    monkeypatch.setattr(catalogue, "texts", lambda language: both if language == "es" else {})
    page = make_environment().from_string("{{ _('Open') }} · {{ pgettext('verb', 'Open') }}")
    assert page.render(locale="es_US") == "Abierto · Abrir"
    assert page.render() == "Open · Open"


def test_spanish_has_every_text_with_the_same_places_for_values():
    """A place too many would raise in the page, one too few would swallow what it should say."""
    with (LOCALES / "es.po").open("rb") as file:
        spanish = read_po(file)
    held = {(entry.context, entry.id): entry.string for entry in spanish if entry.id}
    wanted = {(entry.context, entry.id) for entry in collect() if entry.id}
    assert wanted == set(held)
    for (_, text), said in held.items():
        english, others = ((text,), (said,)) if isinstance(text, str) else (text, said)
        assert all(others), text
        assert {place for each in others for place in PLACE.findall(each)} == {
            place for each in english for place in PLACE.findall(each)
        }, text


def test_no_sentence_is_put_together_where_no_catalogue_can_hold_it():
    """What is glued from pieces would reach its reader in English for ever."""
    found = {str(path): [text for _, text in built(path)] for path in Path("app").rglob("*.py")}
    assert len(found) > 500
    assert {path: texts for path, texts in found.items() if texts} == {}

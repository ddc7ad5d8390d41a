"""One text, several languages: whoever the work is for decides."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from app.core.errors import invalid
from infra.local.modules import built, texts_of, unsaid
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


def test_what_stands_bare_in_a_refusal_is_said_beside_its_field(spanish):
    page = make_environment().from_string("{{ error_of(errors, 'name') }}")
    assert page.render(errors=invalid("name", "Saved.").errors, locale="es_US") == "Guardado."
    assert page.render(errors={"name": "100% of %(it)s"}, locale="es_US") == "100% of %(it)s"
    with speaking("es_US"):
        assert invalid("name", "Saved.").detail == "Guardado."


MODULES = [path for root in ("app", "themes") for path in Path(root).rglob("*.py") if "node_modules" not in path.parts]


def test_no_sentence_is_put_together_where_no_catalogue_can_hold_it():
    """What is glued from pieces would reach its reader in English for ever."""
    found = {str(path): [text for _, text in built(path)] for path in MODULES}
    assert len(found) > 500
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_no_title_and_no_need_is_shown_without_having_been_said():
    found = {str(path): [text for _, text in unsaid(path)] for path in MODULES}
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_what_is_glued_or_never_said_is_found_out(tmp_path):
    module = tmp_path / "module.py"
    module.write_text(
        "raise errors.Conflict(f'{name} is gone')\n"
        "Toast(f'Added {name}.')\n"
        "Toast(say('Added.'))\n"
        "pages.page(title=f'{name} · Team')\n"
        "pages.page(title=f'{name} · {term}')\n"
        "page(title='Bare')\n"
        "page(title=say('Said'))\n"
    )
    assert [line for line, _ in built(module)] == [1, 2]
    assert [line for line, _ in unsaid(module)] == [4, 6]

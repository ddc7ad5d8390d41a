"""Collecting the texts: `python -m infra.local.texts` reads every template and module and brings the catalogues up to date.

New texts come in untranslated, unused ones go. It says how many of each language still wait for a translation.
"""

from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from infra.local.modules import texts_of

ROOT = Path(__file__).parent.parent.parent
LOCALES = ROOT / "themes" / "locales"
LANGUAGES = ("es",)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "worded": None,
    "worded_many": (1, 2),
}  # of templates
JINJA = {
    "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols",
    "silent": "false",
    "trim_blocks": "true",
    "newstyle_gettext": "true",
}


def collect() -> Catalog:
    """Every text that stands in the product, with where it stands."""
    found = Catalog(charset="utf-8")
    options = {"**.html": JINJA}
    for name, _line, message, _comments, context in extract_from_dir(
        ROOT / "templates", [("**.html", "jinja2")], options, keywords=KEYWORDS, strip_comment_tags=True
    ):
        found.add(message, locations=[(f"templates/{name}", 0)], context=context)
    for path in sorted(
        (*(ROOT / "app").rglob("*.py"), *(ROOT / "themes").glob("*.py"), *(ROOT / "themes").glob("*/*.py"))
    ):
        for text in texts_of(path):
            found.add(text, locations=[(str(path.relative_to(ROOT)), 0)])
    for path in sorted((ROOT / "app" / "blueprints").glob("*/*.yaml")):
        for text in _read_by_clients(path):
            found.add(text, locations=[(str(path.relative_to(ROOT)), 0)])
    return found


def _read_by_clients(path: Path) -> list[str]:
    """A portal's blueprint as a whole; of tickets their states and topics."""
    if path.name == "portal.yaml":
        return _said(yaml.safe_load(path.read_text()))
    if path.name == "tickets.yaml":
        given = yaml.safe_load(path.read_text())
        return _said({part: given.get(part, {}) for part in ("states", "categories")})
    return []


def _said(given: Any) -> list[str]:
    """What a client reads of a portal's blueprint: every value but the names of sections."""
    if isinstance(given, dict):
        return [text for name, value in given.items() if name != "name" for text in _said(value)]
    if isinstance(given, list):
        return [text for value in given for text in _said(value)]
    return [given] if isinstance(given, str) else []


def bring_up_to_date(language: str, found: Catalog) -> int:
    """How many texts wait for a translation."""
    path = LOCALES / f"{language}.po"
    kept = Catalog(locale=language, charset="utf-8")
    if path.exists():
        with path.open("rb") as file:
            kept = read_po(file, locale=language)
    kept.update(found, no_fuzzy_matching=True)
    kept.obsolete.clear()
    with path.open("wb") as file:
        write_po(
            file,
            kept,
            no_location=False,
            omit_header=True,
            sort_output=True,
            include_previous=False,
            width=120,
            include_lineno=False,
        )
    return sum(1 for message in kept if message.id and not _translated(message.string))


def _translated(given: str | tuple[str, ...] | None) -> bool:
    return bool(given) and (isinstance(given, str) or all(given))


if __name__ == "__main__":
    everything = collect()
    for each in LANGUAGES:
        print(f"{each}: {bring_up_to_date(each, everything)} of {len(everything)} texts wait for a translation")

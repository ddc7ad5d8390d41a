"""Blueprints: a tenant's first configuration as data.

A blueprint is a folder of YAML files under `app/blueprints/`, one file per section; `extends` in `blueprint.yaml` names
another whose sections it builds on (mappings merge, anything else replaces). Each section is written by the slice that
declared it. A new kind of business is a new folder, not new code.
"""

import re
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import msgspec
import yaml

from app.core import agenda, config
from app.core.slice import all_slices
from app.core.work import Work

FOLDER = Path(__file__).parent.parent / "blueprints"


class UnknownBlueprint(LookupError):
    """No folder of that name."""


class Card(msgspec.Struct, frozen=True):
    """What the console shows before somebody chooses."""

    name: str
    label: str
    summary: str
    comes_with: list[str]


def names() -> list[str]:
    return sorted(path.parent.name for path in FOLDER.glob("*/blueprint.yaml") if path.parent.name != "base")


@cache
def load(name: str) -> dict[str, Any]:
    """All sections of a blueprint with what it extends merged in. Raises UnknownBlueprint."""
    folder = FOLDER / name
    if not (folder / "blueprint.yaml").is_file():
        raise UnknownBlueprint(name)
    own = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(folder.glob("*.yaml"))}
    parent = own["blueprint"].get("extends")
    return _merge(load(parent), own) if parent else own


def _merge(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return {
            key: _merge(below[key], above[key]) if key in below and key in above else above.get(key, below.get(key))
            for key in [*below, *(key for key in above if key not in below)]
        }
    return above


def card(name: str) -> Card:
    about = load(name)["blueprint"]
    return Card(name, about["label"], about["summary"], about.get("comes_with", []))


def outline(name: str) -> list[tuple[str, list[str]]]:
    """Everything that a tenant of this kind starts with, as (section, its entries in words), for whoever chooses.

    An entry is called by its label, its name or its key. What only programs have a name for, and sections without
    entries, are left out.
    """
    sections = load(name)
    parts = [
        (key.replace("_", " ").capitalize(), [entry for entry in _entries(value) if not INTERNAL.fullmatch(entry)])
        for key, value in sections.items()
        if key not in ABOUT
    ]
    return [part for part in parts if part[1]]


INTERNAL = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")
ABOUT = {"blueprint", "settings", "role_labels", "billing", "compliance"}


def _entries(section: Any) -> list[str]:
    if isinstance(section, dict):
        inner = [value for value in section.values() if isinstance(value, list)]
        if inner:
            return [entry for value in inner for entry in _entries(value)]
        return [_called(value, key) for key, value in section.items()]
    return [entry for entry in (_called(entry, "") for entry in section or []) if entry]


def _called(entry: Any, key: str) -> str:
    if isinstance(entry, dict):
        called = str(entry.get("label") or entry.get("name") or entry.get("title") or key).strip()
        stages = " · ".join(_called(stage, "") for stage in entry.get("stages", []) if isinstance(stage, dict))
        return f"{called}: {stages}" if stages else called
    return str(key or entry)


async def apply(work: Work, name: str) -> None:
    """Write every section through its slice, in slice order, then the plain settings."""
    sections = load(name)
    for key, value in (sections.get("settings") or {}).items():
        await config.put(work, key, value)
    for slice_ in all_slices():
        for section, dotted in slice_.configure.items():
            if sections.get(section) is not None:
                await resolve_name(dotted)(work, sections[section])
    await agenda.plan(work)

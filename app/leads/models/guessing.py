"""Which field a column of somebody's file is: by its name in English or Spanish, else by what stands in it."""

import re
from collections.abc import Sequence

from app.core.fields import Field, FieldSet, FieldType, Unreadable, normalise, read

# Field → what columns are called elsewhere, normalised and without marks.
NAMES: dict[str, str] = {
    "first_name": "first name|first|firstname|given name|fname|forename|nombre|primer nombre|nombres",
    "last_name": "last name|last|lastname|surname|family name|lname|apellido|apellidos",
    "name": "name|full name|contact|contact name|customer|customer name|client|client name|lead|lead name|person"
    "|nombre completo|cliente|contacto",
    "phone": "phone|phone number|telephone|tel|mobile|mobile phone|cell|cell phone|cellphone|primary phone|home phone"
    "|phone 1|contact phone number|telefono|numero de telefono|celular|movil",
    "email": "email|e mail|email address|e mail address|mail|primary email|email 1|correo|correo electronico",
    "address": "address|street|street address|address 1|address line 1|mailing address|direccion|calle|domicilio",
    "city": "city|town|ciudad",
    "state": "state|st|province|region|state code|state name|estado|provincia",
    "zip": "zip|zip code|zipcode|postal code|postcode|postal|codigo postal|cp",
    "country": "country|pais",
    "language": "language|preferred language|idioma|lengua",
    "source": "source|lead source|origin|fuente|origen",
    "sub_id": "sub id|subid|sub source|subsource",
    "campaign": "campaign|utm campaign|campana",
    "landing_page": "landing page|url|page|pagina",
    "total_debt": "debt|debt amount|total debt amount|unsecured debt|deuda|deuda total",
    "value": "value|deal value|amount|valor|importe",
    "owner": "owner|lead owner|assigned to|agent|rep|sales rep|propietario|agente|asignado a",
    "stage": "stage|status|lead status|pipeline stage|etapa|estado del cliente",
    "tags": "tags|tag|labels|label|etiquetas",
    "consent": "consent|opt in|optin|consent text|tcpa|agreed|consentimiento|permiso",
    "consent_at": "consent date|opt in date|consent at|optin date|fecha de consentimiento",
}
_WORDS = {word: field for field, words in NAMES.items() for word in words.split("|")}
MOSTLY = 0.8


def plain(head: str) -> str:
    """A column's name for comparing: "E-Mail (work)" is "e mail work"."""
    return re.sub(r"[^a-z0-9]+", " ", normalise(head)).strip()


def guess(heads: Sequence[str], samples: Sequence[Sequence[str]], known: FieldSet, special: Sequence[str]) -> list[str]:
    """A field's name, one of `special`, or "" for each column; no field twice."""
    labels = {plain(field.label): field.name for field in known} | {plain(field.name): field.name for field in known}
    taken: set[str] = set()
    found: list[str] = []
    for head in heads:
        name = _WORDS.get(plain(head)) or labels.get(plain(head)) or ""
        usable = name and name not in taken and (name in known or name in special)
        found.append(name if usable else "")
        taken.add(found[-1])
    for place, name in enumerate(found):
        if not name:
            found[place] = _by_values(known, [row[place] for row in samples], taken)
            taken.add(found[place])
    return found


def _by_values(known: FieldSet, cells: Sequence[str], taken: set[str]) -> str:
    """Only what cannot be mistaken: addresses with an at, numbers that a phone could have, names of states."""
    for name in ("email", "phone", "state"):
        if name not in taken and name in known and _fits(known[name], cells):
            return name
    return ""


def _fits(field: Field, cells: Sequence[str]) -> bool:
    full = [cell for cell in cells if cell]
    return len(full) >= 3 and sum(readable(field, cell) for cell in full) >= MOSTLY * len(full)


def readable(field: Field, cell: str) -> bool:
    try:
        return read(field, cell) is not None
    except Unreadable:
        return False


TYPES: tuple[FieldType, ...] = ("boolean", "integer", "decimal", "date", "email", "phone")


def type_of(cells: Sequence[str]) -> FieldType:
    """What a new field for these values had best be."""
    full = [cell for cell in cells if cell][:200]
    for type_ in TYPES:
        if full and all(readable(Field(entity="lead", name="new", label="New", type=type_), cell) for cell in full):
            return type_
    return "long_text" if any(len(cell) > 200 for cell in full) else "text"

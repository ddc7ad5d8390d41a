"""What an offer asks for: the standard names, the tenant's own fields beside them, and the offer's changes
to both.

The same set validates a post and describes itself to the publisher, so the two cannot disagree.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from app.core import places
from app.core.fields import Field, FieldError, FieldSet, describe, missing
from app.publishers.models.terms import ConsentRule, Terms
from themes.catalogue import later, say

ENTITY = "intake"
PERSON = ("first_name", "last_name", "email", "phone", "address", "city", "state", "zip", "country")
NEEDED = frozenset(("first_name", "phone", "zip"))
COUNTRIES = (("US", "United States"),)  # unless the offer names others
EXAMPLES = {
    "first_name": "Dana",
    "last_name": "Reyes",
    "email": "dana.reyes@example.com",
    "phone": "(727) 555-0142",
    "address": "100 Main Street",
    "city": "Tampa",
}
# Names of a post that are not fields of the person or the lead.
ENVELOPE = frozenset(("offer", "test", "consent"))
CHANGEABLE = ("required", "options", "label", "hint", "example", "minimum", "maximum")
ABOUT_THE_POST = (
    Field(
        entity=ENTITY,
        name="source",
        label=later("Source"),
        position=70,
        hint=later("Where the person came from."),
        example="search",
    ),
    Field(
        entity=ENTITY,
        name="sub_id",
        label=later("Sub-id"),
        position=71,
        max_length=255,
        example="campaign-7",
        hint=later("Your own campaign, page or affiliate. You can filter by it."),
    ),
    Field(entity=ENTITY, name="campaign", label=later("Campaign"), position=71, max_length=200, example="autumn"),
    Field(
        entity=ENTITY,
        name="landing_page",
        label=later("Landing page"),
        type="url",
        position=72,
        example="https://example.com/debt-help",
    ),
    Field(
        entity=ENTITY,
        name="ip",
        label=later("IP address"),
        type="ip",
        position=73,
        hint=later("The visitor's, not your server's."),
    ),
    Field(
        entity=ENTITY,
        name="ref",
        label=later("Your reference"),
        position=74,
        max_length=255,
        example="A-1042",
        hint=later("Your own number for this lead. We show it beside the outcome."),
    ),
)
STANDARD = (*PERSON, *(field.name for field in ABOUT_THE_POST))


def offer_fields(contact: FieldSet, lead: FieldSet, spec: Sequence[Mapping[str, Any]]) -> FieldSet:
    """The fields of a post to this offer. Sensitive ones are taken only where the offer names them."""
    named = {change["name"]: change for change in spec}
    person = [_of_person(field) for field in contact if field.name in PERSON]
    own = [field for field in (*contact.custom, *lead.custom) if not field.sensitive or field.name in named]
    known = FieldSet(ENTITY, [*person, *ABOUT_THE_POST, *map(_of_tenant, own)])
    for name, change in named.items():
        if name in known:
            known = known.changed(name, **_changes(change))
    return known


def _of_person(field: Field) -> Field:
    options = COUNTRIES if field.name == "country" else field.options
    position, example = PERSON.index(field.name), EXAMPLES.get(field.name, field.example)
    required = field.name in NEEDED
    return msgspec.structs.replace(
        field, required=required, writable=True, position=position, options=options, example=example
    )


def _of_tenant(field: Field) -> Field:
    """Between the person and what is about the post; an offer says itself what it needs of these."""
    return msgspec.structs.replace(field, required=False, position=20 + min(field.position, 4900) // 100)


def _changes(change: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: change[name] for name in CHANGEABLE if change.get(name) is not None}
    for bound in ("minimum", "maximum"):
        if bound in given:
            given[bound] = Decimal(str(given[bound]))
    if "options" in given:
        given["options"] = tuple((str(value), str(label)) for value, label in map(_option, given["options"]))
    return given


def _option(option: Any) -> tuple[Any, Any]:
    return (option, option) if isinstance(option, str) else (option[0], option[1])


def described(fieldset: FieldSet, terms: Terms, example_consent_at: str) -> list[dict[str, Any]]:
    """The spec as a publisher's program reads it."""
    found = [describe(field) for field in fieldset if field.writable]
    for field in found:
        if field["name"] == "state" and terms.states:
            field["options"] = list(terms.states)
            field["example"] = terms.states[0]
    return [*found, consent_field(terms.consent, example_consent_at)]


def consent_field(rule: ConsentRule, at: str) -> dict[str, Any]:
    """`consent` as the spec describes it. In a form its parts are sent as `consent.text`, `consent.at` and
    so on.
    """
    parts = [
        {"name": "text", "type": "long_text", "required": rule.required, "label": later("Words as shown")},
        {"name": "at", "type": "datetime", "required": rule.required, "label": later("When they agreed")},
        {"name": "url", "type": "url", "required": rule.required, "label": later("Page on which they agreed")},
        {"name": "certificate_id", "type": "text", "required": rule.certificate, "label": later("Certificate id")},
    ]
    example = {
        "text": "I agree to be called and texted at the number I gave, also by automated means.",
        "at": at,
        "url": "https://example.com/debt-help",
    }
    if rule.certificate:
        example["certificate_id"] = "0123456789abcdef0123456789abcdef01234567"
    return {
        "name": "consent",
        "type": "object",
        "required": rule.required,
        "label": later("Consent"),
        "fields": parts,
        "hint": f"Not older than {rule.max_age_days} days.",
        "max_age_days": rule.max_age_days,
        "example": example,
    }


def checked_together(fieldset: FieldSet, values: dict[str, Any], terms: Terms) -> list[FieldError]:
    """What only two answers together can show: ZIP against state, the offer's area, a way to reach the
    person.

    Fills in the state that the ZIP names. `values` are parsed ones.
    """
    found = [*_zip_and_state(values), *_area(fieldset, values, terms)]
    if not values.get("phone") and not values.get("email") and not fieldset["phone"].required:
        found.append(FieldError("phone", "missing", "Send a phone number or an e-mail address."))
    return found


def _zip_and_state(values: dict[str, Any]) -> list[FieldError]:
    code, state = values.get("zip"), values.get("state")
    if not code or values.get("country") not in (None, "US"):
        return []
    place = places.place_of_zip(code)
    if state is None:
        values["state"] = place.state if place else None
    if not places.whereabouts(zip_code=code).states:
        return [
            FieldError("zip", "invalid_format", say("%(code)s is not a ZIP code in use. Check each digit.", code=code))
        ]
    if state not in places.states() or places.zip_matches_state(code, state):
        return []
    said = {"code": code, "state": places.state_name(state)}
    return [
        FieldError(
            "zip",
            "invalid_format",
            say(
                "ZIP %(code)s lies in %(place)s, not in %(state)s. Correct one of them.",
                place=places.state_name(place.state),
                **said,
            )
            if place
            else say("ZIP %(code)s lies elsewhere, not in %(state)s. Correct one of them.", **said),
        )
    ]


def _area(fieldset: FieldSet, values: Mapping[str, Any], terms: Terms) -> list[FieldError]:
    state = values.get("state")
    if not terms.states or state in terms.states:
        return []
    if state is None:
        return [FieldError("state", "missing", missing(fieldset["state"]))]
    return [
        FieldError(
            "state",
            "out_of_area",
            say(
                '"%(state)s" is not in this offer. Choose one of: %(choices)s.',
                state=state,
                choices=", ".join(terms.states),
            ),
        )
    ]

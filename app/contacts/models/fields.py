"""What a contact has, as forms, lists, filters and intake know it."""

from typing import Any

from sqlalchemy import select

from app.contacts.models.notes import Tag, Tagging
from app.contacts.models.people import Contact
from app.core import fields
from app.core.fields import Field

ZONE_HINT = "As the person told us. Without it every zone of their number and address counts."
LANGUAGES = (("en", "English"), ("es", "Spanish"))


def _field(name: str, label: str, position: int, **more: Any) -> Field:
    return Field(entity="contact", name=name, label=label, position=position, **more)


CONTACT_FIELDS = (
    _field("name", "Name", 0, column=Contact.name_key, norm_column=Contact.name_key, filterable=True,
           writable=False, group="contact"),
    _field("first_name", "First name", 1, column=Contact.first_name, max_length=80, group="contact"),
    _field("last_name", "Last name", 2, column=Contact.last_name, max_length=80, group="contact"),
    _field("phone", "Phone", 3, type="phone", column=Contact.phone, filterable=True, group="contact",
           example="(555) 555-0142"),
    _field("email", "E-mail", 4, type="email", column=Contact.email, filterable=True, group="contact"),
    _field("language", "Language", 5, type="choice", options=LANGUAGES, column=Contact.language,
           filterable=True, group="contact"),
    _field("address", "Address", 10, column=Contact.address, group="address"),
    _field("city", "City", 11, column=Contact.city, norm_column=Contact.city_key, filterable=True,
           group="address"),
    _field("state", "State", 12, type="state", column=Contact.state, filterable=True, group="address"),
    _field("zip", "ZIP code", 13, type="zip", column=Contact.zip, filterable=True, group="address"),
    _field("country", "Country", 14, type="country", column=Contact.country, filterable=True,
           group="address"),
    _field("zone", "Time zone", 15, column=Contact.zone, writable=False, group="address", hint=ZONE_HINT),
    _field("bankrupt_at", "Bankruptcy filed", 16, type="datetime", column=Contact.bankrupt_at,
           filterable=True, writable=False, group="contact"),
)  # fmt: skip
# What a person or a publisher may say about somebody: the columns that `create`, `upsert` and `update` take.
WRITABLE = frozenset(field.name for field in CONTACT_FIELDS if field.writable) | {"zone"}


def tag_members(entity: str) -> Any:
    """For a multi_choice field of tags: the names on one record of this entity."""

    def members(record_id: Any) -> Any:
        on_record = (Tagging.entity == entity, Tagging.entity_id == record_id)
        return select(Tag.name).join(Tagging, Tagging.tag_id == Tag.id).where(*on_record)

    return members


async def tag_options(session: Any) -> list[tuple[str, str]]:
    rows = await session.execute(select(Tag.name, Tag.label).order_by(Tag.label).limit(300))
    return [(row.name, row.label) for row in rows]


def tags_field(entity: str) -> Field:
    """Tags as a field, for entities whose records may be tagged. `tags` are set by their own verbs, not by
    forms.
    """
    return Field(
        entity=entity,
        name="tags",
        label="Tags",
        type="multi_choice",
        members=tag_members(entity),
        live_options=tag_options,
        filterable=True,
        writable=False,
        position=46,
    )


fields.declare(*CONTACT_FIELDS, tags_field("contact"))

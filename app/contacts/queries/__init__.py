"""Reading contacts, consents, notes and tags."""

from app.contacts.queries.notes import notes, pinned_note, tags_of
from app.contacts.queries.people import consents, contact, find_duplicates, fragment
from app.contacts.queries.timeline import describe_contacts, describe_notes, describe_tags

__all__ = [
    "consents",
    "contact",
    "describe_contacts",
    "describe_notes",
    "describe_tags",
    "find_duplicates",
    "fragment",
    "notes",
    "pinned_note",
    "tags_of",
]

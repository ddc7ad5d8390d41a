"""People and firms that the tenant's business is about, what they agreed to, and the notes and tags on any
record.
"""

from app.contacts.models.duplicates import Duplicate, Merge
from app.contacts.models.fields import CONTACT_FIELDS, WRITABLE, tag_members, tags_field
from app.contacts.models.notes import Note, Tag, Tagging
from app.contacts.models.people import Consent, Contact

__all__ = [
    "CONTACT_FIELDS",
    "WRITABLE",
    "Consent",
    "Contact",
    "Duplicate",
    "Merge",
    "Note",
    "Tag",
    "Tagging",
    "tag_members",
    "tags_field",
]

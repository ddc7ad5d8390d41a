"""The people and firms that a tenant's business is about, their consents, and the notes and tags on any
record.
"""

from app.core import events, permissions
from app.core.events import Kind
from app.core.slice import Slice, declare

permissions.declare("Contacts", contacts_view="See contacts", contacts_edit="Change contacts")
events.declare(
    Kind("contact.created", "added the contact", icon="user-plus"),
    Kind("contact.updated", "changed the contact", icon="pencil", audited=True),
    Kind("contact.consented", "gave consent", icon="shield-check", audited=True),
    Kind("contact.consent_revoked", "withdrew consent", icon="shield-off", audited=True),
    Kind("note.added", "wrote a note", group="note", icon="sticky-note"),
    Kind("note.changed", "changed a note", group="note", icon="sticky-note"),
    Kind("note.pinned", "pinned a note", group="system", icon="pin"),
    Kind("note.deleted", "deleted a note", group="note", icon="trash", audited=True),
    Kind("tag.added", "added a tag", icon="tag"),
    Kind("tag.removed", "removed a tag", icon="tag"),
)
declare(
    Slice(
        name="contacts",
        timeline={
            "contact": "app.contacts.queries:describe_contacts",
            "note": "app.contacts.queries:describe_notes",
            "tag": "app.contacts.queries:describe_tags",
        },
    )
)

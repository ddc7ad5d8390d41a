"""The people and firms that a tenant's business is about, their consents, and the notes and tags on any
record.
"""

from app.core import config, events, permissions
from app.core.events import Kind
from app.core.slice import NavItem, Slice, declare

permissions.declare(
    "Contacts", contacts_view="See contacts", contacts_edit="Change contacts", contacts_merge="Merge duplicates"
)
config.declare_defaults(duplicates={})  # up to when contacts were compared
events.declare(
    Kind("contact.created", "added the contact", icon="user-plus"),
    Kind("contact.updated", "changed the contact", icon="pencil", audited=True),
    Kind("contact.consented", "gave consent", icon="shield-check", audited=True),
    Kind("contact.consent_revoked", "withdrew consent", icon="shield-off", audited=True),
    Kind("contact.merged", "merged somebody into", icon="combine", audited=True),
    Kind("contact.parted", "took back a merge of", icon="split", audited=True),
    Kind("contact.told_apart", "said that two are not one:", icon="users", audited=True),
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
        nav=(
            NavItem(
                "admin",
                "Duplicates",
                "/admin/duplicates",
                "combine",
                "contacts.merge",
                order=46,
                group="settings",
                section="leads",
            ),
        ),
        timeline={
            "contact": "app.contacts.queries:describe_contacts",
            "note": "app.contacts.queries:describe_notes",
            "tag": "app.contacts.queries:describe_tags",
        },
    )
)

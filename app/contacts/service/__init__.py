"""Verbs on contacts, their consents, and the notes and tags of any record."""

from app.contacts.service.consents import CHANNELS, add_consent, revoke_consent
from app.contacts.service.duplicates import compare, find, look, reopen, tell_apart
from app.contacts.service.many import create_many
from app.contacts.service.merging import merge, part
from app.contacts.service.notes import add_note, change_note, delete_note, pin_note, restore_note
from app.contacts.service.people import (
    create,
    fill_in,
    hold,
    locked,
    mark_bankrupt,
    mark_bounced,
    update,
    update_many,
    upsert,
)
from app.contacts.service.references import bound, counts
from app.contacts.service.tags import add_tags, remove_tag

__all__ = [
    "CHANNELS",
    "add_consent",
    "add_note",
    "add_tags",
    "bound",
    "change_note",
    "compare",
    "counts",
    "create",
    "create_many",
    "delete_note",
    "fill_in",
    "find",
    "hold",
    "locked",
    "look",
    "mark_bankrupt",
    "mark_bounced",
    "merge",
    "part",
    "pin_note",
    "remove_tag",
    "reopen",
    "restore_note",
    "revoke_consent",
    "tell_apart",
    "update",
    "update_many",
    "upsert",
]

"""Reading contacts, consents, notes and tags."""

from app.contacts.queries.duplicates import Merged, Pair, changed, count_open, merges, near, pair, pairs
from app.contacts.queries.notes import notes, pinned_note, tags_of
from app.contacts.queries.people import consents, contact, find_duplicates, fragment, merged_addresses, one_person
from app.contacts.queries.timeline import describe_contacts, describe_notes, describe_tags

__all__ = [
    "Merged",
    "Pair",
    "changed",
    "consents",
    "contact",
    "count_open",
    "describe_contacts",
    "describe_notes",
    "describe_tags",
    "find_duplicates",
    "fragment",
    "merged_addresses",
    "merges",
    "near",
    "notes",
    "one_person",
    "pair",
    "pairs",
    "pinned_note",
    "tags_of",
]

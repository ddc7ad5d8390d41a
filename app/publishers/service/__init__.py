"""Verbs on publishers, their keys and offers, and intake."""

from app.publishers.models import OfferDraft
from app.publishers.service.accounts import change_publisher, create_publisher, invite_person
from app.publishers.service.intake import Post, Reply, receive, try_out
from app.publishers.service.keys import LIVE_AT_ONCE, make_key, note_use, revoke_key
from app.publishers.service.offers import as_draft, change_offer, configure_offers, create_offer, templates

__all__ = [
    "LIVE_AT_ONCE",
    "OfferDraft",
    "Post",
    "Reply",
    "as_draft",
    "change_offer",
    "change_publisher",
    "configure_offers",
    "create_offer",
    "create_publisher",
    "invite_person",
    "make_key",
    "note_use",
    "receive",
    "revoke_key",
    "templates",
    "try_out",
]

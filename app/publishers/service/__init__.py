"""Verbs on publishers, their keys and offers, and intake."""

from app.publishers.service.accounts import change_publisher, create_publisher
from app.publishers.service.caps import reserve
from app.publishers.service.intake import Post, Reply, cap_usage, receive
from app.publishers.service.keys import make_key, note_use, revoke_key
from app.publishers.service.offers import (
    OfferDraft,
    as_draft,
    change_offer,
    configure_offers,
    create_offer,
    templates,
)

__all__ = [
    "OfferDraft",
    "Post",
    "Reply",
    "as_draft",
    "cap_usage",
    "change_offer",
    "change_publisher",
    "configure_offers",
    "create_offer",
    "create_publisher",
    "make_key",
    "note_use",
    "receive",
    "reserve",
    "revoke_key",
    "templates",
]

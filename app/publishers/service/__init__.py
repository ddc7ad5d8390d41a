"""Verbs on publishers, their keys and offers, and intake."""

from app.publishers.models import OfferDraft
from app.publishers.service.accounts import change_publisher, create_publisher
from app.publishers.service.going_live import ask_live, change_rules, rules_of
from app.publishers.service.hosted import change_form, create_form
from app.publishers.service.intake import Post, Reply, receive, try_out
from app.publishers.service.keys import LIVE_AT_ONCE, change_test_key, make_key, note_use, restrict_key, revoke_key
from app.publishers.service.offers import as_draft, change_offer, configure_offers, create_offer, templates
from app.publishers.service.people import ROLES, change_role, invite_person, remove_person
from app.publishers.service.returns import return_lead, take_back

__all__ = [
    "LIVE_AT_ONCE",
    "ROLES",
    "OfferDraft",
    "Post",
    "Reply",
    "as_draft",
    "ask_live",
    "change_form",
    "change_offer",
    "change_publisher",
    "change_role",
    "change_rules",
    "change_test_key",
    "configure_offers",
    "create_form",
    "create_offer",
    "create_publisher",
    "invite_person",
    "make_key",
    "note_use",
    "receive",
    "remove_person",
    "restrict_key",
    "return_lead",
    "revoke_key",
    "rules_of",
    "take_back",
    "templates",
    "try_out",
]

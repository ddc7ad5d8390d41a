"""What the portal says here, who is asked in, what clients do in it, and what they are told."""

from app.portal.service.clients import ask, invite, question, speak_language, write
from app.portal.service.leaving import Leaving, leave, leaving
from app.portal.service.notices import choose, looked_at, staff_hears, tell
from app.portal.service.offers import approval_words, approve, expired, offer_within, stamp
from app.portal.service.words import PortalWords, Section, Step, configure_portal, words

__all__ = [
    "Leaving",
    "PortalWords",
    "Section",
    "Step",
    "approval_words",
    "approve",
    "ask",
    "choose",
    "configure_portal",
    "expired",
    "invite",
    "leave",
    "leaving",
    "looked_at",
    "offer_within",
    "question",
    "speak_language",
    "staff_hears",
    "stamp",
    "tell",
    "words",
    "write",
]

"""Publishers: tables, and the pure rules of an offer's terms and field spec."""

from app.publishers.models.answers import Answer, Reason, accepted, refused
from app.publishers.models.draft import OfferDraft
from app.publishers.models.tables import CapCounter, HostedForm, Offer, Publisher, PublisherKey, Submission
from app.publishers.models.terms import Cap, ConsentRule, Duplicates, Terms, Usage, read_terms

__all__ = [
    "Answer",
    "Cap",
    "CapCounter",
    "ConsentRule",
    "Duplicates",
    "HostedForm",
    "Offer",
    "OfferDraft",
    "Publisher",
    "PublisherKey",
    "Reason",
    "Submission",
    "Terms",
    "Usage",
    "accepted",
    "read_terms",
    "refused",
]

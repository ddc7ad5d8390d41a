"""Reading what comes in: posts of publishers' programs, and the forms of the publisher pages."""

from app.publishers.forms.offers import as_typed, offer_draft, states_in
from app.publishers.forms.posts import FORM, Consent, NotOurType, NotReadable, consent, payload, test_flag

__all__ = [
    "FORM",
    "Consent",
    "NotOurType",
    "NotReadable",
    "as_typed",
    "consent",
    "offer_draft",
    "payload",
    "states_in",
    "test_flag",
]

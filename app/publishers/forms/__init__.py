"""Reading what comes in: posts of publishers' programs, and the forms of the publisher pages."""

from app.publishers.forms.hosted import form_as_typed, form_draft
from app.publishers.forms.offers import as_typed, offer_draft, states_in
from app.publishers.forms.posts import FORM, Consent, NotOurType, NotReadable, consent, payload, test_flag, told_headers
from app.publishers.forms.rules import rules, told

__all__ = [
    "FORM",
    "Consent",
    "NotOurType",
    "NotReadable",
    "as_typed",
    "consent",
    "form_as_typed",
    "form_draft",
    "offer_draft",
    "payload",
    "rules",
    "states_in",
    "test_flag",
    "told",
    "told_headers",
]

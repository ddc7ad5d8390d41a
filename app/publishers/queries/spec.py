"""An offer described for a publisher's program and for the spec page."""

from datetime import datetime
from typing import Any

from app.core.fields import FieldSet, json_safe
from app.core.money import Money
from app.publishers.models.answers import CODES, hours
from app.publishers.models.spec import described
from app.publishers.queries.intake import OpenOffer


def described_offer(
    fieldset: FieldSet, offer: OpenOffer, *, address: str, per_minute: int, test: bool, consent_at: datetime
) -> dict[str, Any]:
    """Fields, price, terms, limits and codes; `consent_at` goes into the example."""
    terms = offer.terms
    return {
        "offer": offer.slug,
        "name": offer.name,
        "state": offer.state,
        "test_mode": test,
        "post_to": address,
        "fields": described(fieldset, terms, json_safe(consent_at.replace(microsecond=0))),
        "price": Money(offer.price_amount, offer.currency),
        "caps": [{"per": cap.per, "leads": cap.leads, "amount": cap.amount} for cap in terms.caps],
        "zone": terms.zone,
        "schedule": terms.schedule,
        "open": hours(terms),
        "states": list(terms.states),
        "duplicates": terms.duplicates,
        "limits": {"requests_per_minute": per_minute, "body_bytes": 256 * 1024},
        "codes": CODES,
    }

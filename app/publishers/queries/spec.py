"""An offer described for a publisher's program and for the spec page."""

from datetime import timedelta
from typing import Any

from app.core import clock, fields
from app.core.fields import json_safe
from app.core.money import Money
from app.core.runtime import runtime
from app.core.work import Work
from app.publishers.models.answers import CODES, hours
from app.publishers.models.spec import described, offer_fields
from app.publishers.queries.intake import Caller, OpenOffer

BODY_LIMIT = 256 * 1024  # bytes


async def spec_of(work: Work, caller: Caller, offer: OpenOffer) -> dict[str, Any]:
    """Fields, price, terms, limits and codes: as JSON has it; the page shows the same."""
    contact, lead = await fields.registry(work, "contact"), await fields.registry(work, "lead")
    terms, consented = offer.terms, (clock.now() - timedelta(minutes=5)).replace(microsecond=0)
    return {
        "offer": offer.slug,
        "name": offer.name,
        "state": offer.state,
        "test_mode": "test" in (caller.state, offer.state),
        "post_to": f"{runtime().settings.origin(work.tenant.host)}/intake/v1/leads",
        "fields": described(offer_fields(contact, lead, offer.spec), terms, json_safe(consented)),
        "price": Money(offer.price_amount, offer.currency),
        "caps": [{"per": cap.per, "leads": cap.leads, "amount": cap.amount} for cap in terms.caps],
        "zone": terms.zone,
        "schedule": terms.schedule,
        "open": hours(terms),
        "states": list(terms.states),
        "duplicates": terms.duplicates,
        "limits": {"requests_per_minute": caller.per_minute, "body_bytes": BODY_LIMIT},
        "codes": CODES,
    }

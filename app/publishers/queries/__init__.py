"""Everything that is read about publishers: for intake, for their own pages, for the tenant's staff."""

from app.publishers.queries.intake import Caller, OpenOffer, caller, open_offers, outcome
from app.publishers.queries.spec import described_offer

__all__ = ["Caller", "OpenOffer", "caller", "described_offer", "open_offers", "outcome"]

"""Everything that is read about publishers: for intake, for their own pages, for the tenant's staff."""

from app.publishers.queries.home import Home, home
from app.publishers.queries.intake import (
    Caller,
    OpenOffer,
    caller,
    caller_of,
    cap_usage,
    open_offers,
    outcome,
)
from app.publishers.queries.portal import (
    Exchange,
    Figures,
    Filters,
    Line,
    all_publishers,
    exchange,
    figures,
    keys,
    lines,
    offers,
    people_of,
    publisher,
    query_of,
    submission_of_lead,
)
from app.publishers.queries.spec import BODY_LIMIT, spec_of

__all__ = [
    "BODY_LIMIT",
    "Caller",
    "Exchange",
    "Figures",
    "Filters",
    "Home",
    "Line",
    "OpenOffer",
    "all_publishers",
    "caller",
    "caller_of",
    "cap_usage",
    "exchange",
    "figures",
    "home",
    "keys",
    "lines",
    "offers",
    "open_offers",
    "outcome",
    "people_of",
    "publisher",
    "query_of",
    "spec_of",
    "submission_of_lead",
]

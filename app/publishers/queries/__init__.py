"""Everything that is read about publishers: for intake, for their own pages, for the tenant's staff."""

from app.publishers.queries.figures import Figures
from app.publishers.queries.home import Home, home, is_ready
from app.publishers.queries.hosted import FormLine, OpenForm, form, forms_of, open_form, takes_leads
from app.publishers.queries.intake import (
    Caller,
    OpenOffer,
    caller,
    caller_of,
    cap_usage,
    open_offers,
    outcome,
    test_key,
)
from app.publishers.queries.money import EarnedLine, Release, Totals, earned, releases, totals
from app.publishers.queries.naming import offer_names, offer_options, publisher_names, publisher_options
from app.publishers.queries.portal import (
    Exchange,
    Filters,
    Line,
    SubId,
    by_sub_id,
    exchange,
    keys,
    lines,
    offers,
    publisher,
    query_of,
    submission_of_lead,
)
from app.publishers.queries.spec import BODY_LIMIT, spec_of
from app.publishers.queries.staff import Member, PublisherLine, all_publishers, managers, people_of

__all__ = [
    "BODY_LIMIT",
    "Caller",
    "EarnedLine",
    "Exchange",
    "Figures",
    "Filters",
    "FormLine",
    "Home",
    "Line",
    "Member",
    "OpenForm",
    "OpenOffer",
    "PublisherLine",
    "Release",
    "SubId",
    "Totals",
    "all_publishers",
    "by_sub_id",
    "caller",
    "caller_of",
    "cap_usage",
    "earned",
    "exchange",
    "form",
    "forms_of",
    "home",
    "is_ready",
    "keys",
    "lines",
    "managers",
    "offer_names",
    "offer_options",
    "offers",
    "open_form",
    "open_offers",
    "outcome",
    "people_of",
    "publisher",
    "publisher_names",
    "publisher_options",
    "query_of",
    "releases",
    "spec_of",
    "submission_of_lead",
    "takes_leads",
    "test_key",
    "totals",
]

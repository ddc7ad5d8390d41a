"""The publisher's own pages, the staff's pages about publishers, and the forms that visitors fill in."""

from typing import Any

from app.publishers.pages.earnings import EarningsPages
from app.publishers.pages.form_editor import FormEditor
from app.publishers.pages.hosted import HostedForms
from app.publishers.pages.keys import KeyPages
from app.publishers.pages.offers import OfferPages
from app.publishers.pages.people import PeoplePages
from app.publishers.pages.portal import PublisherPages
from app.publishers.pages.rules import RulesPages
from app.publishers.pages.sent import SentPages
from app.publishers.pages.spec import SpecPages
from app.publishers.pages.staff import PublisherAdminPages

HANDLERS: list[Any] = [
    PublisherPages,
    SentPages,
    EarningsPages,
    SpecPages,
    KeyPages,
    PeoplePages,
    PublisherAdminPages,
    OfferPages,
    FormEditor,
    RulesPages,
    HostedForms,
]

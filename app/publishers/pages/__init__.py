"""The publisher's own pages, and the staff's pages about publishers."""

from typing import Any

from app.publishers.pages.offers import OfferPages
from app.publishers.pages.portal import PublisherPages
from app.publishers.pages.staff import PublisherAdminPages

HANDLERS: list[Any] = [PublisherPages, PublisherAdminPages, OfferPages]

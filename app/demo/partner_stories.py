"""What publishers of the demo's world show on first sight."""

from datetime import timedelta

from sqlalchemy import func, select

from app.core import clock
from app.demo.story import Story
from app.publishers.models import CapCounter, Offer, Publisher, Submission

OF_PARTNERS: tuple[Story, ...] = (
    Story(
        name="near_cap",
        who="Hugo",
        page="/publisher",
        say="A publisher near the cap of the day",
        find=lambda: (
            select(CapCounter.offer_id)
            .join(Offer, Offer.id == CapCounter.offer_id)
            .where(CapCounter.per == "day", CapCounter.since > clock.now() - timedelta(days=1))
            .where(CapCounter.leads * 4 >= Offer.terms["caps"][0]["leads"].as_integer() * 3)
        ),
    ),
    Story(
        name="test_mode",
        who="Felix",
        page="/publisher",
        say="A publisher in test mode, with the list to go live",
        find=lambda: select(Publisher.id).where(Publisher.state == "test"),
    ),
    Story(
        name="rejections",
        who="Ivy",
        page="/publisher",
        say="A publisher with many rejections, and what each costs",
        find=lambda: (
            select(Submission.publisher_id)
            .where(Submission.status == "rejected")
            .group_by(Submission.publisher_id)
            .having(func.count() >= 10)
            .limit(1)
        ),
    ),
)

"""Publishers: who sends leads, on which terms, with which keys; intake itself; and the publisher's own
pages.
"""

from app.core import config, events, live, permissions
from app.core.events import Kind
from app.core.slice import NavItem, Slice, declare

permissions.declare(
    "Publishers",
    publishers_view="See publishers, their offers and what they sent",
    publishers_manage="Add publishers, change offers and caps, make and revoke keys",
    publisher_use="Use the publisher's own pages",
)
events.declare(
    Kind("publisher.created", "was added as a publisher", icon="radio-tower", audited=True),
    Kind("publisher.changed", "was changed", icon="radio-tower", audited=True),
    Kind("publisher.key_made", "made an intake key", icon="key-round", audited=True),
    Kind("publisher.key_revoked", "revoked an intake key", icon="key-round", audited=True),
    Kind("offer.created", "was added as an offer", icon="tag", audited=True),
    Kind("offer.changed", "was changed", icon="tag", audited=True),
    Kind("offer.cap_reached", "reached a cap", icon="gauge"),
)
config.declare_defaults(publishers={"request_days": 30})
live.topic(
    "publisher",
    lambda person, hint: (
        person.may("publishers.view") or (person.may("publisher.use") and str(person.party_id) == hint.key)
    ),
)
declare(
    Slice(
        name="publishers",
        nav=(
            NavItem("admin", "Publishers", "/admin/publishers", "radio-tower", "publishers.view", 60),
            NavItem("publisher", "Today", "/publisher", "gauge", "publisher.use", 10),
            NavItem("publisher", "Leads", "/publisher/leads", "list", "publisher.use", 20),
            NavItem("publisher", "Spec", "/publisher/spec", "book-open", "publisher.use", 30),
            NavItem("publisher", "Keys", "/publisher/keys", "key-round", "publisher.use", 40),
        ),
        configure={"offers": "app.publishers.service:configure_offers"},
    )
)

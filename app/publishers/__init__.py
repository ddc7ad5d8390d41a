"""Publishers: who sends leads, on which terms, with which keys; intake itself; and the publisher's own
pages.
"""

from app.core import config, events, live, permissions, records
from app.core.events import Kind
from app.core.slice import NavItem, Slice, declare
from app.team.models import NoticeKind, declare_notices
from themes.catalogue import later

permissions.declare(
    "%(Publishers)s",
    publishers_view="See %(publishers)s, their offers and what they sent",
    publishers_manage="Add %(publishers)s, change offers and caps, make and revoke keys",
    publisher_use="Use the publisher's own pages",
    publisher_manage="Make the publisher's keys, invite its people, ask to go live",
)
events.declare(
    Kind("publisher.created", "was added as a publisher", icon="radio-tower", audited=True),
    Kind("publisher.changed", "was changed", icon="radio-tower", audited=True),
    Kind("publisher.key_made", "made an intake key", icon="key-round", audited=True),
    Kind("publisher.key_revoked", "revoked an intake key", icon="key-round", audited=True),
    Kind("publisher.key_restricted", "changed from where a key is taken", icon="key-round", audited=True),
    Kind("publisher.test_key_changed", "changed the test key", icon="key-round", audited=True),
    Kind("publisher.asked_live", "asked to go live", icon="radio-tower", audited=True),
    Kind("publisher.rules_changed", "changed the rules for publishers", icon="radio-tower", audited=True),
    Kind("lead.returned", "returned the lead to its publisher", icon="undo-2", audited=True),
    Kind("lead.return_undone", "took the return back", icon="redo-2", audited=True),
    Kind("form.created", "made a form", icon="square-pen", audited=True),
    Kind("form.changed", "changed a form", icon="square-pen", audited=True),
    Kind("offer.created", "was added as an offer", icon="tag", audited=True),
    Kind("offer.changed", "was changed", icon="tag", audited=True),
    Kind("offer.cap_reached", "reached a cap", icon="gauge"),
)
config.declare_defaults(publishers={})
records.declare(
    "publisher", "app.publishers.queries:publisher_names", options="app.publishers.queries:publisher_options"
)
records.declare("offer", "app.publishers.queries:offer_names", options="app.publishers.queries:offer_options")
declare_notices(
    NoticeKind(
        name="publisher.asked_live",
        label=later("A publisher asks to go live"),
        sentence=later("%(name)s has done its tests and asks to go live."),
        url="/admin/publishers/{id}",
        permission="publishers.manage",
        icon="radio-tower",
        mail=True,
    ),
    NoticeKind(
        name="publisher.went_live",
        label=later("We switch you to live"),
        sentence=later("You are live. Each lead that is accepted is paid."),
        url="/publisher",
        icon="circle-check",
        mail=True,
        audience="publisher",
    ),
    NoticeKind(
        name="publisher.was_paused",
        label=later("We pause you"),
        sentence=later("You are paused. Leads are refused until you are live again; tests work."),
        url="/publisher",
        icon="pause",
        mail=True,
        audience="publisher",
    ),
)
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
            NavItem("admin", "Publishers", "/admin/publishers", "radio-tower", "publishers.view", 60, term="publisher"),
            NavItem("publisher", later("Today"), "/publisher", "gauge", "publisher.use", 10),
            NavItem("publisher", later("Leads"), "/publisher/leads", "list", "publisher.use", 20),
            NavItem(
                "admin",
                "Publishers",
                "/admin/publisher-rules",
                "radio-tower",
                "publishers.manage",
                60,
                group="settings",
                term="publisher",
                section="money",
            ),
            NavItem("publisher", later("Earnings"), "/publisher/earnings", "banknote", "publisher.use", 30),
            NavItem("publisher", later("Spec"), "/publisher/spec", "book-open", "publisher.use", 40),
            NavItem("publisher", later("Keys"), "/publisher/keys", "key-round", "publisher.use", 50),
            NavItem("publisher", later("People"), "/publisher/people", "users", "publisher.use", 60),
        ),
        configure={"offers": "app.publishers.service:configure_offers"},
        needs="app.publishers.queries.needs:needs",
        setup="app.publishers.queries.needs:steps",
    )
)

"""Routing: who gets a lead and why, offers that move on, and the queue that says what to do next."""

from app.core import config, events, live, permissions
from app.core.events import Kind
from app.core.slice import Handover, NavItem, Panel, Slice, declare
from app.team.models import NoticeKind, declare_notices
from themes.catalogue import later

permissions.declare(
    "Routing",
    routing_view="See how %(leads)s are routed",
    routing_manage="Change how %(leads)s are routed",
)
# `accept_seconds` 0: a routed lead is taken as accepted. `moves`: how often a lead moves on before it is
# left to anyone. `rest_minutes`: how long a lead that was just contacted stays out of the queue.
config.declare_defaults(routing={"accept_seconds": 120, "moves": 3, "retry_minutes": 10, "rest_minutes": 240})
events.declare(
    Kind("lead.routed", "was routed", icon="route"),
    Kind("lead.offered", "was offered", icon="hand"),
    Kind("lead.offer_expired", "let the time pass", icon="timer-off"),
    Kind("lead.passed", "let it pass", icon="skip-forward"),
    Kind("lead.unclaimed", "found nobody", icon="circle-help"),
    Kind("routing.changed", "changed how leads are offered", icon="route", audited=True),
    Kind("routing.published", "published the routing", icon="route", audited=True),
)
live.topic("queue", lambda person, hint: person.may("leads.view") and hint.key in ("", str(person.id)))
declare_notices(
    NoticeKind(
        name="lead.offered",
        label=later("Offered to you"),
        sentence=later("%(record)s waits for you to accept"),
        url="/agent/leads/{id}",
        icon="hand",
    ),
    NoticeKind(
        name="lead.moved_on",
        label=later("Moved on to somebody else"),
        sentence=later("%(record)s moved on: nobody accepted in time"),
        url="/agent/leads/{id}",
        icon="timer-off",
    ),
)
declare(
    Slice(
        name="routing",
        nav=(
            NavItem("agent", "Queue", "/agent", "list-ordered", "leads.view", order=10, key="q"),
            NavItem(
                "admin",
                "Routing",
                "/admin/routing",
                "route",
                "routing.view",
                order=41,
                group="settings",
                section="leads",
            ),
        ),
        panels=(Panel("lead.next", "/agent/leads/{id}/why-owner", "leads.view", order=40, label="Why this owner?"),),
        handovers=(
            Handover(
                name="offers",
                label=later("%(Leads)s held out to them"),
                count="app.routing.service.leaving:in_hand",
                along=later("They end and go along with the open %(leads)s above."),
                order=12,
            ),
        ),
        configure={"routing": "app.routing.service:configure_routing"},
    )
)

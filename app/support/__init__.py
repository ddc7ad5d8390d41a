"""Tickets: what a customer asks for, who answers it by when, the conversation, and how they found it."""

from typing import Any

import msgspec

from app.core import config, events, live, permissions, records
from app.core.events import Kind
from app.core.slice import Handover, NavItem, Panel, Slice, declare
from app.team.models import NoticeKind, declare_notices
from themes.catalogue import later

permissions.declare(
    "Tickets",
    tickets_view="See tickets",
    tickets_edit="Answer and change tickets",
    tickets_manage="Set targets, hear of missed ones",
)
config.declare_defaults(tickets={})
events.declare(
    Kind("ticket.opened", "opened a ticket", group="message", icon="ticket"),
    Kind("ticket.received", "wrote on a ticket", group="message", icon="message-square"),
    Kind("ticket.replied", "answered a ticket", group="message", icon="reply"),
    Kind("ticket.noted", "wrote a note on a ticket", group="note", icon="sticky-note"),
    Kind("ticket.changed", "changed a ticket", group="system", icon="ticket", audited=True),
    Kind("ticket.merged", "merged a ticket", group="system", icon="merge", audited=True),
    Kind("ticket.due_soon", "a ticket is nearly due", group="system", icon="clock"),
    Kind("ticket.missed", "missed a ticket's target", group="system", icon="octagon-alert", audited=True),
    Kind("ticket.rated", "rated a ticket", group="message", icon="star"),
)
declare_notices(
    NoticeKind(
        name="ticket.assigned",
        label="A ticket is given to me",
        sentence="%(actor)s gave you ticket %(number)s: %(subject)s",
        url="/agent/tickets/{id}",
        icon="ticket",
    ),
    NoticeKind(
        name="ticket.team",
        label="A ticket is given to my team",
        sentence="%(actor)s gave your team ticket %(number)s: %(subject)s",
        url="/agent/tickets/{id}",
        icon="users-round",
    ),
    NoticeKind(
        name="ticket.received",
        label="A customer writes on my ticket",
        sentence="New message on ticket %(number)s: %(subject)s",
        url="/agent/tickets/{id}",
        icon="message-square",
    ),
    NoticeKind(
        name="ticket.due_soon",
        label="A ticket of mine is nearly due",
        sentence="Ticket %(number)s is due soon: %(subject)s",
        url="/agent/tickets/{id}",
        icon="clock",
        urgent=True,
    ),
    NoticeKind(
        name="ticket.missed",
        label="A ticket has missed its target",
        sentence="Ticket %(number)s has missed its target: %(subject)s",
        url="/agent/tickets/{id}",
        icon="octagon-alert",
        mail=True,
        urgent=True,
    ),
    NoticeKind(
        name="ticket.rated",
        label="A customer is not satisfied",
        sentence="Ticket %(number)s was rated %(rating)s of 5",
        url="/agent/tickets/{id}",
        icon="star",
    ),
)
records.declare("ticket", "app.support.queries:names")
# Hints carry ids only; whoever hears one fetches what lies in their own reach.
live.topic("tickets", lambda person, hint: person.may("tickets.view"))


def where_the_portal_has_it(item: NavItem, settings: dict[str, Any]) -> NavItem | None:
    """The client's tab under the tenant's own word, where the portal has such a section."""
    sections = (settings.get("portal") or {}).get("sections", [])
    for place, section in enumerate(sections):
        if section["name"] == "tickets":
            return msgspec.structs.replace(item, label=section["label"], order=place, key="")
    return None


declare(
    Slice(
        name="support",
        handovers=(
            Handover(
                name="tickets",
                label=later("Open tickets"),
                count="app.support.service.handover:in_hand",
                give="app.support.service.handover:give",
                nobody=later("Nobody: back to the team"),
                order=40,
            ),
        ),
        nav=(
            NavItem("agent", "Tickets", "/agent/tickets", "ticket", "tickets.view", order=32),
            NavItem(
                "admin",
                "Tickets",
                "/admin/tickets",
                "ticket",
                "tickets.manage",
                order=58,
                group="settings",
                section="contact",
            ),
            NavItem(
                "client", "Tickets", "/portal/tickets", "ticket", "portal.use", order=1, fit=where_the_portal_has_it
            ),
        ),
        panels=(Panel("lead.next", "/agent/leads/{id}/tickets", "tickets.view", order=35, label="Tickets"),),
        configure={"tickets": "app.support.service:configure_tickets"},
        needs="app.support.queries.needs:needs",
        timeline={"ticket": "app.support.queries:describe_tickets"},
    )
)

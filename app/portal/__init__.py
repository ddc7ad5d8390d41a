"""The client's own pages, made of the slices below; which sections there are, and their words, is each
business's."""

from typing import Any

import msgspec

from app.core import events, live, permissions
from app.core.slice import NavItem, Panel, Slice, declare
from app.portal.models import EVENTS
from app.team.models import NoticeKind, declare_notices
from themes.catalogue import say

permissions.declare("Client portal", portal_use="Use the client portal")
live.topic("portal", lambda person, hint: person.audience == "client" and hint.key == str(person.party_id))
events.declare(
    events.Kind("portal.question", "asked a question", group="message", icon="circle-help"),
)

declare_notices(
    *(
        NoticeKind(
            name=f"client.{event.name}", label=event.label, sentence=event.sentence, url=event.url, icon=event.icon,
            audience="client",
        )
        for event in EVENTS.values()
    ),
    NoticeKind(
        name="portal.wrote", label=say("A client writes in the portal"), sentence=say("%(record)s wrote in the portal"),
        url="/agent/leads/{id}", icon="message-square", mail=True,
    ),
    NoticeKind(
        name="portal.did", label=say("A client approves, asks or leaves"), sentence=say("%(record)s %(did)s"),
        url="/agent/leads/{id}", icon="user", mail=True,
    ),
)  # fmt: skip


def as_this_business_has_it(item: NavItem, settings: dict[str, Any]) -> NavItem | None:
    """The tab under the tenant's own word, in its own place; None where this business has no such section."""
    sections = (settings.get("portal") or {}).get("sections", [])
    for place, section in enumerate(sections):
        if section["name"] == item.key:
            return msgspec.structs.replace(item, label=say(section["label"]), order=place, key="")
    return None


# Name, address, sign, and what else belongs there: a page without a tab of its own is not Home.
_TABS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("home", "/portal", "house", ()),
    ("program", "/portal/program", "target", ("/portal/offers", "/portal/deposits")),
    ("documents", "/portal/documents", "files", ()),
    ("messages", "/portal/messages", "message-square", ()),
    ("invoices", "/portal/invoices", "receipt", ()),
    ("more", "/portal/more", "ellipsis", ("/portal/invoices", "/portal/leaving", "/account", "/notices")),
)
declare(
    Slice(
        name="portal",
        nav=tuple(
            NavItem(
                "client",
                name.capitalize(),
                url,
                icon,
                "portal.use",
                order=order,
                key=name,
                fit=as_this_business_has_it,
                also=also,
            )
            for order, (name, url, icon, also) in enumerate(_TABS)
        ),
        panels=(Panel("lead.next", "/agent/leads/{id}/secure", "messages.view", order=50, label="Secure messages"),),
        configure={"portal": "app.portal.service:configure_portal"},
    )
)

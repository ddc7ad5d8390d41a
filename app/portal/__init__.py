"""The client's own pages, made of the slices below; which sections there are, and their words, is each
business's."""

from typing import Any

import msgspec

from app.core import events, permissions
from app.core.slice import NavItem, Slice, declare

permissions.declare("Client portal", portal_use="Use the client portal")
events.declare(
    events.Kind("portal.question", "asked a question", group="message", icon="circle-help"),
)


def as_this_business_has_it(item: NavItem, settings: dict[str, Any]) -> NavItem | None:
    """The tab under the tenant's own word, in its own place; None where this business has no such section."""
    sections = (settings.get("portal") or {}).get("sections", [])
    for place, section in enumerate(sections):
        if section["name"] == item.key:
            return msgspec.structs.replace(item, label=section["label"], order=place, key="")
    return None


_TABS = (
    ("home", "/portal", "house"),
    ("program", "/portal/program", "target"),
    ("documents", "/portal/documents", "files"),
    ("invoices", "/portal/invoices", "receipt"),
    ("more", "/portal/more", "ellipsis"),
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
            )
            for order, (name, url, icon) in enumerate(_TABS)
        ),
        configure={"portal": "app.portal.service:configure_portal"},
    )
)

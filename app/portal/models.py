"""What a client may hear of, and by which channels; without tables of its own."""

from typing import Any

import msgspec

from themes.catalogue import say

CHANNELS = ("portal", "email", "sms")


class ClientEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a client may hear of; its words are keys of the catalogue, said anew for each reader.

    `usual` are the channels of somebody who never chose.
    """

    name: str
    label: str
    sentence: str
    url: str
    icon: str
    usual: tuple[str, ...] = ("portal", "email")


EVENTS = {
    event.name: event
    for event in (
        ClientEvent(
            name="offer", label=say("An offer to approve"), url="/portal/offers/{id}", icon="handshake",
            sentence=say("There is an offer for you to look at."),
        ),
        ClientEvent(
            name="message", label=say("A message from us"), url="/portal/messages", icon="message-square",
            sentence=say("You have a new message from us."),
        ),
        ClientEvent(
            name="deposit_soon", label=say("A deposit in three days"), url="/portal/program", icon="calendar",
            sentence=say("Your next deposit is drawn in three days."),
        ),
        ClientEvent(
            name="deposit", label=say("A deposit came back or changed"), url="/portal/program", icon="piggy-bank",
            sentence=say("There is news about one of your deposits."),
        ),
        ClientEvent(
            name="settled", label=say("A debt is settled"), url="/portal/program", icon="circle-check",
            sentence=say("One of your debts is settled."),
        ),
        ClientEvent(
            name="refund", label=say("Money on its way back to you"), url="/portal", icon="undo-2",
            sentence=say("There is news about the money that goes back to you."),
        ),
        ClientEvent(
            name="document", label=say("A new document"), url="/portal/documents", icon="files", usual=("portal",),
            sentence=say("There is a new document for you."),
        ),
        ClientEvent(
            name="invoice", label=say("A new invoice"), url="/portal/invoices", icon="receipt", usual=("portal",),
            sentence=say("There is a new invoice for you."),
        ),
    )
}  # fmt: skip


def choices(preferences: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Event → channels: what was chosen, else what is usual."""
    chosen = preferences.get("client_notices") or {}
    return {name: tuple(chosen.get(name, event.usual)) for name, event in EVENTS.items()}

"""Webhooks, the unsubscribe page, the composer, the list of messages, templates."""

from typing import Any

from app.messages.pages import composer, health, hooks, inbox, leaving, listing, reach, snippets, templates, trying

HANDLERS: list[Any] = [
    *health.HANDLERS,
    *hooks.HANDLERS,
    *leaving.HANDLERS,
    *composer.HANDLERS,
    *reach.HANDLERS,
    *inbox.HANDLERS,
    *snippets.HANDLERS,
    *listing.HANDLERS,
    *templates.HANDLERS,
    *trying.HANDLERS,
]

"""Webhooks, the unsubscribe page, the composer, the list of messages, templates."""

from typing import Any

from app.messages.pages import composer, hooks, leaving, listing, templates

HANDLERS: list[Any] = [
    *hooks.HANDLERS,
    *leaving.HANDLERS,
    *composer.HANDLERS,
    *listing.HANDLERS,
    *templates.HANDLERS,
]

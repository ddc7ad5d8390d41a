"""The brand editor, the organisation's settings, and the addresses that browsers ask for unprompted."""

from typing import Any

from app.brand.pages import editor, organisation, plan, portal, preview, sender, wellknown, words

ROOMS = (editor, preview, portal, sender, words, organisation, plan, wellknown)
HANDLERS: list[Any] = [handler for room in ROOMS for handler in room.HANDLERS]

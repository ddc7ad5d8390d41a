"""The brand editor, the organisation's settings, and the addresses that browsers ask for unprompted."""

from typing import Any

from app.brand.pages import editor, organisation, preview, wellknown

HANDLERS: list[Any] = [*editor.HANDLERS, *preview.HANDLERS, *organisation.HANDLERS, *wellknown.HANDLERS]

"""Verbs on how the tenant looks and speaks: the brand, the organisation's settings, the portal's layout, its own words,
and whether mail may come from its address."""

from app.brand.service.brand import (
    change_settings,
    change_worn,
    checked,
    discard,
    go_back,
    keep_picture,
    publish,
    save_draft,
    set_picture,
    take_theme,
)

__all__ = [
    "change_settings", "change_worn", "checked", "discard", "go_back", "keep_picture", "publish", "save_draft", "set_picture", "take_theme",
]  # fmt: skip

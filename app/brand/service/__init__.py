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
from app.brand.service.portal import (
    MOST_STEPS,
    back_to_layout,
    discard_layout,
    known_sections,
    publish_layout,
    save_layout,
)
from app.brand.service.portal import NEEDED as NEEDED_SECTIONS
from app.brand.service.portal import differs as layout_differs
from app.brand.service.portal import drafted as drafted_layout
from app.brand.service.portal import history as layout_history
from app.brand.service.portal import worn as worn_layout
from app.brand.service.sender import ask, signer, standing, why_not
from app.brand.service.terms import NAMES as TERMS
from app.brand.service.terms import came_with, checked_words, save_words, words

__all__ = [
    "MOST_STEPS",
    "NEEDED_SECTIONS",
    "TERMS",
    "ask",
    "back_to_layout",
    "came_with",
    "change_settings",
    "change_worn",
    "checked",
    "checked_words",
    "discard",
    "discard_layout",
    "drafted_layout",
    "go_back",
    "keep_picture",
    "known_sections",
    "layout_differs",
    "layout_history",
    "publish",
    "publish_layout",
    "save_draft",
    "save_layout",
    "save_words",
    "set_picture",
    "signer",
    "standing",
    "take_theme",
    "why_not",
    "words",
    "worn_layout",
]  # fmt: skip

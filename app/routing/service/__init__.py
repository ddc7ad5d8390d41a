"""Verbs of routing: decide, hold out, take, skip; draft and publish rules."""

from app.routing.service.offering import bring_back, close_offer, close_offers, expire, hold_out, skip, take
from app.routing.service.routing import route, route_waiting
from app.routing.service.rulesets import (
    change,
    change_settings,
    configure_routing,
    discard,
    draft,
    go_back,
    move_rule,
    place_rule,
    publish,
    remove_rule,
    save_rule,
    set_fallback,
)

__all__ = [
    "bring_back",
    "change",
    "change_settings",
    "close_offer",
    "close_offers",
    "configure_routing",
    "discard",
    "draft",
    "expire",
    "go_back",
    "hold_out",
    "move_rule",
    "place_rule",
    "publish",
    "remove_rule",
    "route",
    "route_waiting",
    "save_rule",
    "set_fallback",
    "skip",
    "take",
]

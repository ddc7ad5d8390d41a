"""The agent's queue, why a lead has its owner, and the rules of routing."""

from typing import Any

from app.routing.pages.queue import QueuePages, WhyOwnerPages
from app.routing.pages.rule import RulePages
from app.routing.pages.rules import RoutingPages

HANDLERS: list[Any] = [QueuePages, WhyOwnerPages, RoutingPages, RulePages]

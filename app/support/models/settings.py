"""What a tenant's tickets are like: words, priorities with their targets, topics, macros."""

from typing import Any, Literal

import msgspec

from app.support.models.tables import STATES


class Priority(msgspec.Struct, frozen=True, kw_only=True):
    """Targets in minutes of business time, or of all time with `hours: always`."""

    name: str
    label: str
    first: int
    resolve: int
    hours: Literal["business", "always"] = "business"
    tone: Literal["", "info", "warning", "error"] = ""


class Macro(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to use again; `{{ contact.first_name }}` and the other tokens of templates stand in it."""

    name: str
    label: str
    body: str
    then: str = "waiting"


class Targets(msgspec.Struct, frozen=True):
    """What was promised when the ticket was opened, in seconds."""

    first: int
    resolve: int
    always: bool = False


USUAL = [
    Priority(name="urgent", label="Urgent", first=30, resolve=240, tone="error"),
    Priority(name="high", label="High", first=120, resolve=480, tone="warning"),
    Priority(name="normal", label="Normal", first=480, resolve=1440),
    Priority(name="low", label="Low", first=960, resolve=2880),
]
TOPICS = [
    ("question", "Question"),
    ("problem", "Problem"),
    ("document", "Document"),
    ("billing", "Billing"),
    ("other", "Something else"),
]
LABELS = {"new": "New", "open": "Open", "waiting": "Waiting", "solved": "Solved", "closed": "Closed"}


class TicketSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The setting `tickets` with what is left out filled in. `states` are the tenant's words for the five states.

    `from_messages`: a message that belongs to no ticket opens one. `rating`: ask how it was after solving.
    """

    states: dict[str, str] = msgspec.field(default_factory=LABELS.copy)
    priorities: list[Priority] = msgspec.field(default_factory=USUAL.copy)
    usual_priority: str = "normal"
    categories: list[tuple[str, str]] = msgspec.field(default_factory=TOPICS.copy)
    macros: list[Macro] = []
    from_messages: bool = False
    rating: bool = True
    rating_hours: int = 1
    low_rating: int = 2
    close_days: int = 7
    warn_share: float = 0.75

    def priority(self, name: str) -> Priority:
        """The usual one where the name is not known any more."""
        known = {one.name: one for one in self.priorities}
        return known.get(name) or known.get(self.usual_priority) or self.priorities[0]

    def label(self, state: str) -> str:
        return self.states.get(state) or LABELS[state]

    def topic(self, category: str) -> str:
        return dict(self.categories).get(category, category)


def read(stored: dict[str, Any]) -> TicketSettings:
    """Topics may be a mapping; they are kept as pairs, in their order. Raises msgspec.ValidationError for what is none."""
    topics = stored.get("categories")
    given = {**stored, "categories": list(topics.items())} if isinstance(topics, dict) else stored
    found = msgspec.convert(given, TicketSettings)
    names = [one.name for one in found.priorities]
    if not names or len(set(names)) < len(names) or found.usual_priority not in names:
        raise msgspec.ValidationError("priorities need different names, one of them the usual one")
    if set(found.states) - set(STATES):
        raise msgspec.ValidationError("only the five states have words")
    return found

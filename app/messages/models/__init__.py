"""Messages and the templates that they are written from; the arithmetic of texts; reading mail that came
in.
"""

from app.messages.models.segments import Segments, segments
from app.messages.models.tables import (
    CHANNELS,
    PURPOSES,
    STATES,
    Conversation,
    Message,
    MessageTemplate,
    Snippet,
    TemplateVersion,
)

__all__ = [
    "CHANNELS",
    "PURPOSES",
    "STATES",
    "Conversation",
    "Message",
    "MessageTemplate",
    "Segments",
    "Snippet",
    "TemplateVersion",
    "segments",
]

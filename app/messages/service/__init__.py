"""Verbs on messages and templates. Everything that leaves goes through `send`, and so through the gate."""

from app.messages.service import outside as outside
from app.messages.service.arriving import Letter, receive_email, receive_sms, unsubscribe
from app.messages.service.attaching import attacher
from app.messages.service.leaving import note_status
from app.messages.service.sending import (
    Wanted,
    answered,
    cancel,
    latest_lead,
    mark_answered,
    resolve,
    send,
    send_email,
    send_sms,
    usual_purpose,
)
from app.messages.service.templates import (
    TemplateValues,
    archive_template,
    check_template,
    configure_templates,
    find_template,
    save_template,
)
from app.messages.service.words import TOKENS, Words, declare_tokens, fill_in, filled, tokens_for

__all__ = [
    "TOKENS", "Letter", "TemplateValues", "Wanted", "Words", "answered", "archive_template", "attacher", "cancel",
    "check_template", "configure_templates", "declare_tokens", "fill_in", "filled", "find_template", "latest_lead", "mark_answered",
    "note_status", "receive_email", "receive_sms", "resolve", "save_template", "send", "send_email", "send_sms", "tokens_for",
    "unsubscribe", "usual_purpose",
]  # fmt: skip

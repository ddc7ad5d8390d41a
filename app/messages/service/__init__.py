"""Verbs on messages and templates. Everything that leaves goes through `send`, and so through the gate."""

from app.messages.service import health as health
from app.messages.service import outside as outside
from app.messages.service.arriving import Letter, receive_email, receive_sms, unsubscribe
from app.messages.service.attaching import attacher
from app.messages.service.conversations import answered
from app.messages.service.conversations import finish as finish_conversation
from app.messages.service.conversations import give_back as give_back_conversation
from app.messages.service.conversations import reopen as reopen_conversation
from app.messages.service.conversations import take as take_conversation
from app.messages.service.later import check_due
from app.messages.service.leaving import note_status
from app.messages.service.portal import read_by_client, write_in, write_out
from app.messages.service.sending import (
    Wanted,
    held_back,
    latest_lead,
    release,
    send,
    send_email,
    send_sms,
    usual_purpose,
)
from app.messages.service.settling import cancel, mark_answered, resolve
from app.messages.service.snippets import delete_snippet, save_snippet
from app.messages.service.templates import (
    TemplateValues,
    archive_template,
    check_template,
    configure_templates,
    find_template,
    reset_template,
    restore_version,
    save_template,
    shipped,
    unarchive_template,
    words_of,
)
from app.messages.service.trying import as_somebody, invented, send_trial
from app.messages.service.uses import Use, declare_uses, uses_of
from app.messages.service.words import TOKENS, Words, declare_tokens, fill_in, filled, tokens_for, trust_shipped

__all__ = [
    "TOKENS",
    "Letter",
    "TemplateValues",
    "Use",
    "Wanted",
    "Words",
    "answered",
    "archive_template",
    "as_somebody",
    "attacher",
    "cancel",
    "check_due",
    "check_template",
    "configure_templates",
    "declare_tokens",
    "declare_uses",
    "delete_snippet",
    "fill_in",
    "filled",
    "find_template",
    "finish_conversation",
    "give_back_conversation",
    "held_back",
    "invented",
    "latest_lead",
    "mark_answered",
    "note_status",
    "read_by_client",
    "receive_email",
    "receive_sms",
    "release",
    "reopen_conversation",
    "reset_template",
    "resolve",
    "restore_version",
    "save_snippet",
    "save_template",
    "send",
    "send_email",
    "send_sms",
    "send_trial",
    "shipped",
    "take_conversation",
    "tokens_for",
    "trust_shipped",
    "unarchive_template",
    "unsubscribe",
    "uses_of",
    "usual_purpose",
    "words_of",
    "write_in",
    "write_out",
]

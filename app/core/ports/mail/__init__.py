"""Sending one e-mail to one person, and asking what became of it."""

from typing import Protocol

import msgspec

from app.core.ports.failures import OptedOut, OutcomeUnknown, Refused, Unavailable
from app.core.ports.mail.sign import Signer

__all__ = ["Attachment", "Mail", "Mailer", "OptedOut", "OutcomeUnknown", "Refused", "Sent", "Signer", "Unavailable"]


class Attachment(msgspec.Struct, frozen=True):
    """`name` is what the reader sees and saves under; `content_type` like `application/pdf`."""

    name: str
    content_type: str
    content: bytes


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one person, as words; the adapter makes bytes of it.

    `unsubscribe_url` is an https address that takes a bare POST (RFC 8058); leave it empty on servicing
    mail. `in_reply_to` is a Message-ID with its angle brackets. `return_path` takes the bounces; default
    the sender.
    """

    from_address: str
    to: str
    subject: str
    text: str
    from_name: str = ""
    to_name: str = ""
    reply_to: str = ""
    html: str = ""
    unsubscribe_url: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    return_path: str = ""
    headers: dict[str, str] = {}
    attachments: tuple[Attachment, ...] = ()
    signer: Signer | None = None


class Sent(msgspec.Struct, frozen=True):
    """`provider_id` is the provider's own name for it; `message_id` the one in the header, known
    beforehand.
    """

    provider_id: str
    message_id: str


class Mailer(Protocol):
    """`key` is the same for every attempt at one message, so that it carries one Message-ID."""

    async def send(self, mail: Mail, key: str) -> Sent:
        """Hand the message over. Raises Refused, Unavailable or OutcomeUnknown."""
        ...

    async def ask(self, mail: Mail, key: str) -> Sent | None:
        """What became of an attempt; None means it never arrived. Raises OutcomeUnknown if that can't be
        told.
        """
        ...

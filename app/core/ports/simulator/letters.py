"""Reading mail that arrived, and writing what comes back: replies, bounces (RFC 3464), complaints (RFC
5965).
"""

from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime, parseaddr

import msgspec

from app.core.ports.simulator.store import Message

_POLICY = SMTP.clone(max_line_length=998)


class Letter(msgspec.Struct, frozen=True):
    subject: str
    text: str
    html: str
    headers: dict[str, str]


def read_letter(raw: bytes) -> Letter:
    """The parts of a mail that the desk shows. Whatever is odd in it reads as empty."""
    mail = message_from_bytes(raw, policy=default)
    headers: dict[str, str] = {}
    for name, value in mail.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else str(value)
    return Letter(str(mail.get("Subject", "")), _body(mail, "plain"), _body(mail, "html"), headers)


def attachments(raw: bytes) -> list[tuple[str, str, bytes]]:
    """The files in a mail: name, content type, bytes."""
    mail = message_from_bytes(raw, policy=default)
    return [
        (part.get_filename() or "file", part.get_content_type(), part.get_payload(decode=True) or b"")
        for part in mail.iter_attachments()
    ]


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    try:
        return str(part.get_content()) if part is not None else ""
    except (LookupError, UnicodeError, KeyError):
        return ""


def reply(sender: str, to: str, text: str, at: datetime, own_id: str, about: Message | None) -> bytes:
    """A person's answer, quoting what it answers like most mail programs do."""
    mail = EmailMessage(_POLICY)
    mail["From"], mail["To"] = sender, to
    mail["Subject"] = f"Re: {about.subject}" if about else "Hello"
    mail["Date"], mail["Message-ID"] = format_datetime(at), own_id
    if about is not None and about.key:
        mail["In-Reply-To"] = mail["References"] = about.key
        quoted = "".join(f"> {line}\n" for line in about.body.splitlines())
        text = f"{text}\n\nOn {about.at[:10]}, {about.sender} wrote:\n{quoted}"
    mail.set_content(text)
    return mail.as_bytes()


def bounce(about: Message, at: datetime, own_id: str, status: str = "5.1.1") -> bytes:
    """The report of the recipient's server that it cannot deliver."""
    fields = (
        f"Reporting-MTA: dns; {_domain(about.recipient)}\r\n\r\n"
        f"Final-Recipient: rfc822; {about.recipient}\r\nAction: failed\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} No such mailbox\r\n"
    )
    words = f"Your message to {about.recipient} could not be delivered: no such mailbox.\n"
    return _report("delivery-status", fields, words, about, at, own_id)


def complaint(about: Message, at: datetime, own_id: str) -> bytes:
    """The report of a mailbox provider that the reader pressed "spam"."""
    fields = (
        "Feedback-Type: abuse\r\nUser-Agent: mailbox/1\r\nVersion: 1\r\n"
        f"Original-Rcpt-To: {about.recipient}\r\nOriginal-Mail-From: {about.sender}\r\n"
    )
    return _report("feedback-report", fields, "A reader reported this message as spam.\n", about, at, own_id)


def _report(kind: str, fields: str, words: str, about: Message, at: datetime, own_id: str) -> bytes:
    original = "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in about.headers.items())
    edge = f"report-{about.id}"
    head = (
        f"From: Mail Delivery System <mailer-daemon@{_domain(about.recipient)}>\r\n"
        f"To: {about.headers.get('Return-Path', about.sender)}\r\nDate: {format_datetime(at)}\r\n"
        f"Message-ID: {own_id}\r\nSubject: Undelivered or reported mail\r\nAuto-Submitted: auto-replied\r\n"
        f'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}; boundary="{edge}"\r\n\r\n'
    )
    parts = [
        ("text/plain; charset=utf-8", words),
        (f"message/{kind}", fields),
        ("text/rfc822-headers", original),
    ]
    body = "".join(f"--{edge}\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts)
    return f"{head}{body}--{edge}--\r\n".encode("utf-8", "replace")


def plain_address(text: str) -> str:
    """`Dana <dana@example.com>` as `dana@example.com`."""
    return (parseaddr(text)[1] or text).strip().lower()


def _domain(address: str) -> str:
    return address.rpartition("@")[2] or "localhost"

"""From words to RFC 5322 bytes. Whatever the words are, they cannot add a header or name the platform."""

import hashlib
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime

from app.core.ports.failures import Refused
from app.core.ports.mail import Attachment, Mail
from app.core.ports.targets import BadTarget, read_host

MAX_BYTES = 25_000_000
# Control signs, line separators, and the marks that turn text round to disguise it.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_LOCAL_PART = re.compile(r'[^\s"(),:;<>@\[\\\]]{1,64}')
_OWN_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_MESSAGE_ID = re.compile(r"<[^\s<>]{1,500}>")
_STRUCTURE = re.compile(
    r"(from|to|cc|bcc|sender|reply-to|subject|date|message-id|in-reply-to|references|received|return-path"
    r"|mime-version|content-.*|resent-.*|arc-.*|dkim-signature|authentication-results|list-unsubscribe.*)"
)
_WHOLE = frozenset({"message-id", "in-reply-to", "references", "list-unsubscribe"})


class _Policy(EmailPolicy):
    """Folds like the library, but never breaks or encodes an id or a link, which readers then cannot follow."""

    def fold(self, name: str, value: str) -> str:
        return f"{name}: {value}\r\n" if name.lower() in _WHOLE else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii", "surrogateescape")


_POLICY = _Policy(linesep="\r\n", cte_type="7bit", header_factory=SMTP.header_factory)


def one_line(text: str) -> str:
    """Text that fits a header: one line, no control signs."""
    return " ".join(_BREAKS.sub(" ", text).split())


def read_address(text: str) -> str:
    """A plain address with an ASCII domain in lower case. Raises Refused."""
    local, at, domain = text.strip().rpartition("@")
    try:
        host = read_host(domain)
    except BadTarget:
        host = ""
    if not at or not host or ":" in host or not _LOCAL_PART.fullmatch(local) or _BREAKS.search(local):
        raise Refused(f"{one_line(text)[:100]} is not an e-mail address.", "bad_address")
    return f"{local}@{host}"


def message_id(from_address: str, key: str) -> str:
    """The same for every attempt with this key; its domain is the sender's own."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{read_address(from_address).rpartition('@')[2]}>"


def compose(mail: Mail, key: str, at: datetime) -> bytes:
    """The whole message. Raises Refused for an address or a link that cannot be used, or too many bytes."""
    message = EmailMessage(_POLICY)
    message["From"] = _person(mail.from_name, mail.from_address)
    message["To"] = _person(mail.to_name, mail.to)
    if mail.reply_to:
        message["Reply-To"] = _person("", mail.reply_to)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id(mail.from_address, key)
    _thread(message, mail)
    _let_go(message, mail.unsubscribe_url)
    for name, value in mail.headers.items():
        if _OWN_HEADER.fullmatch(name) and not _STRUCTURE.fullmatch(name.lower()):
            message[name] = one_line(value)
    _fill(message, mail)
    whole = message.as_bytes()
    if len(whole) > MAX_BYTES:
        raise Refused("The message is larger than 25 MB. Send a link instead of the file.", "too_large")
    return whole


def _person(name: str, address: str) -> Address:
    local, _, domain = read_address(address).rpartition("@")
    return Address(one_line(name), local, domain)


def _thread(message: EmailMessage, mail: Mail) -> None:
    replied = [text for text in (mail.in_reply_to,) if _MESSAGE_ID.fullmatch(text)]
    earlier = [text for text in mail.references if _MESSAGE_ID.fullmatch(text)][-20:]
    if replied:
        message["In-Reply-To"] = replied[0]
    if replied or earlier:
        message["References"] = " ".join(dict.fromkeys([*earlier, *replied]))


def _let_go(message: EmailMessage, url: str) -> None:
    """One-click unsubscribe (RFC 8058): an https address and the second header that says a POST is enough."""
    if not url:
        return
    if not re.fullmatch(r"https?://[\x21-\x3b\x3d\x3f-\x7e]{1,900}", url):
        raise Refused("The unsubscribe link is not a web address.", "bad_link")
    message["List-Unsubscribe"] = f"<{url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _fill(message: EmailMessage, mail: Mail) -> None:
    message.set_content(mail.text, cte="quoted-printable")
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    for file in mail.attachments:
        _attach(message, file)


def _attach(message: EmailMessage, file: Attachment) -> None:
    main, _, sub = file.content_type.partition("/")
    if not re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", file.content_type) or main in ("multipart", "message"):
        main, sub = "application", "octet-stream"
    name = one_line(file.name).replace("/", "-").replace("\\", "-")[:150] or "file"
    message.add_attachment(file.content, maintype=main, subtype=sub, filename=name)

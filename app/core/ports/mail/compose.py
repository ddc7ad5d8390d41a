"""From words to RFC 5322 bytes. Whatever the words are, they cannot add a header or name the platform."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from app.core.ports.failures import Refused
from app.core.ports.mail import Attachment, Mail
from app.core.ports.targets import BadTarget, read_host
from themes.catalogue import say

MAX_BYTES = 25_000_000
# Control signs, line separators, and the marks that turn text round to disguise it.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_LOCAL_PART = re.compile(r'[^\s"(),:;<>@\[\\\]]{1,64}')
_OWN_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,500}>")
_STRUCTURE = re.compile(
    r"(from|to|cc|bcc|sender|reply-to|subject|date|message-id|in-reply-to|references|received|return-path"
    r"|mime-version|content-.*|resent-.*|arc-.*|dkim-signature|authentication-results|list-unsubscribe.*)"
)
_MIME = SMTP.clone(cte_type="7bit")


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
    plain = local.isascii() and _LOCAL_PART.fullmatch(local) and not _BREAKS.search(local)
    if not at or not plain or not host or ":" in host:
        raise Refused(say("%(text)s is not an e-mail address.", text=one_line(text)[:100]), "bad_address")
    return f"{local}@{host}"


def message_id(from_address: str, key: str) -> str:
    """The same for every attempt with this key; its domain is the sender's own."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{read_address(from_address).rpartition('@')[2]}>"


def compose(mail: Mail, key: str, at: datetime) -> bytes:
    """The whole message. Raises Refused for an address or a link that cannot be used, or too many bytes.

    The header lines are written here and not by the library, which decodes `=?…?=` inside a value
    that it is given and so lets encoded line breaks through.
    """
    head = [
        ("From", _person(mail.from_name, mail.from_address)),
        ("To", _person(mail.to_name, mail.to)),
        *([("Reply-To", _person("", mail.reply_to))] if mail.reply_to else []),
        ("Subject", _words(mail.subject)),
        ("Date", format_datetime(at)),
        ("Message-ID", message_id(mail.from_address, key)),
        *_thread(mail),
        *_let_go(mail.unsubscribe_url),
        *_own(mail.headers),
    ]
    whole = "".join(f"{name}: {value}\r\n" for name, value in head).encode("ascii") + _body(mail).as_bytes()
    if len(whole) > MAX_BYTES:
        raise Refused("The message is larger than 25 MB. Send a link instead of the file.", "too_large")
    return whole


def _words(text: str) -> str:
    """Free text as a header takes it: plain where it is plain, RFC 2047 where it is not or looks like it."""
    line = one_line(text)
    plain = line.isascii() and "=?" not in line and max(map(len, line.split()), default=0) < 900
    return Header(line, "us-ascii" if plain else "utf-8", maxlinelen=76).encode(linesep="\r\n")


def _person(name: str, address: str) -> str:
    line, bare = one_line(name)[:200], read_address(address)
    if line.isascii() and "=?" not in line:
        return formataddr((line, bare))
    return f"{_words(line)} <{bare}>"


def _thread(mail: Mail) -> list[tuple[str, str]]:
    replied = [text for text in (mail.in_reply_to,) if _MESSAGE_ID.fullmatch(text)]
    earlier = [text for text in mail.references if _MESSAGE_ID.fullmatch(text)][-20:]
    chain = "\r\n ".join(dict.fromkeys([*earlier, *replied]))
    return [("In-Reply-To", text) for text in replied] + ([("References", chain)] if chain else [])


def _let_go(url: str) -> list[tuple[str, str]]:
    """One-click unsubscribe (RFC 8058): an https address and the second header that says a POST is enough."""
    if not url:
        return []
    if not re.fullmatch(r"https?://[\x21-\x3b\x3d\x3f-\x7e]{1,900}", url):
        raise Refused("The unsubscribe link is not a web address.", "bad_link")
    return [("List-Unsubscribe", f"<{url}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")]


def _own(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    mine = [name for name in headers if _OWN_HEADER.fullmatch(name) and not _STRUCTURE.fullmatch(name.lower())]
    return [(name, _words(headers[name])) for name in mine]


def _body(mail: Mail) -> EmailMessage:
    message = EmailMessage(_MIME)
    message.set_content(mail.text, cte="quoted-printable")
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    for file in mail.attachments:
        _attach(message, file)
    return message


def _attach(message: EmailMessage, file: Attachment) -> None:
    main, _, sub = file.content_type.partition("/")
    if not re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", file.content_type) or main in ("multipart", "message"):
        main, sub = "application", "octet-stream"
    name = one_line(file.name).replace("/", "-").replace("\\", "-")[:150] or "file"
    name = name.replace("=?", "= ?")  # the library would decode it
    message.add_attachment(file.content, maintype=main, subtype=sub, filename=name)

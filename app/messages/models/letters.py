"""Reading mail that came in: a reply, a bounce (RFC 3464), a complaint (RFC 5965). Whatever is odd reads as
nothing.
"""

import re
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import getaddresses, parseaddr
from html import unescape
from typing import Literal

import msgspec

LONGEST = 20_000
_ID = re.compile(r"<[^<>\s]{1,500}>")
_STATUS = re.compile(r"^Status:\s*(\d\.\d{1,3}\.\d{1,3})", re.I | re.M)
_FINAL = re.compile(r"^(?:Final|Original)-Rec(?:ipient|pt-To):\s*(?:rfc822;)?\s*(\S+)", re.I | re.M)
_QUOTE = re.compile(
    r"^(?:>.*|On .{5,200} wrote:|Am .{5,200} schrieb .{1,100}:|El .{5,200} escribió:|-{2,}\s*Original Message\s*-{2,}.*|From: .+|_{10,})$"
)


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One mail. `refs` are the Message-IDs that it answers or reports on, the nearest first.

    `status` is the enhanced code of a bounce: 5.x.x is for good, 4.x.x passes. `automatic`: no person wrote
    it.
    """

    kind: Literal["reply", "bounce", "complaint"] = "reply"
    sender: str = ""
    to: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    ref: str = ""
    refs: tuple[str, ...] = ()
    status: str = ""
    about: str = ""
    automatic: bool = False


def read_letter(raw: bytes) -> Letter:
    mail = message_from_bytes(raw, policy=default)
    kind = _kind(mail)
    reports = _reports(mail) if kind != "reply" else ""
    refs = _ids(mail.get("In-Reply-To"), mail.get("References"))
    inner = _ids(*re.findall(r"^Message-ID:\s*(.+)$", reports, re.I | re.M))
    found = _STATUS.search(reports)
    about = _FINAL.search(reports)
    return Letter(
        kind=kind,
        sender=parseaddr(str(mail.get("From", "")))[1].strip().lower(),
        to=tuple(address.lower() for _, address in getaddresses([str(value) for value in mail.get_all("To", [])])),
        subject=" ".join(str(mail.get("Subject", "")).split())[:300],
        text=_own_words(_body(mail))[:LONGEST],
        ref=next(iter(_ids(mail.get("Message-ID"))), ""),
        refs=tuple(dict.fromkeys([*inner, *refs])),
        status=found.group(1) if found else "",
        about=about.group(1).strip("<>").lower() if about else "",
        automatic=str(mail.get("Auto-Submitted", "no")).strip().lower() != "no" or "Precedence" in mail,
    )


def _kind(mail: EmailMessage) -> Literal["reply", "bounce", "complaint"]:
    if mail.get_content_type() != "multipart/report":
        return "reply"
    about = str(mail.get_param("report-type", "")).lower()
    return "complaint" if about == "feedback-report" else "bounce" if about == "delivery-status" else "reply"


def _reports(mail: EmailMessage) -> str:
    """The machine's parts as text: status, and the head of the mail that it is about."""
    return "\n".join(
        _raw(part) for part in mail.walk() if part.get_content_type().startswith(("message/", "text/rfc822"))
    )


def _raw(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n".join(inner.as_string() for inner in payload)
    return str(payload)


def _ids(*values: object) -> list[str]:
    return [found for value in values if value for found in reversed(_ID.findall(str(value)))]


def _body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain", "html"))
    try:
        text = str(part.get_content()) if part is not None else ""
    except (LookupError, UnicodeError, KeyError):
        return ""
    if part is not None and part.get_content_subtype() == "html":
        text = unescape(
            re.sub(
                r"<[^>]*>",
                "",
                re.sub(r"<(br|/p|/div)[^>]*>", "\n", re.sub(r"(?is)<(style|script).*?</\1>", "", text)),
            )
        )
    return text.replace("\r\n", "\n").replace("\0", "")


def _own_words(text: str) -> str:
    """Without the quoted mail below: everything from the first line that introduces or quotes it."""
    kept: list[str] = []
    for line in text.split("\n"):
        if _QUOTE.match(line.strip()) and not line.strip().startswith(">") and any(part.strip() for part in kept):
            break
        if line.lstrip().startswith(">"):
            continue
        kept.append(line)
    return "\n".join(kept).strip() or text.strip()

"""What a domain's records say about mail in its name (SPF: RFC 7208, DKIM: RFC 6376, DMARC: RFC 7489)."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base
from themes.catalogue import later, say

State = Literal["good", "missing", "wrong", "unknown"]
# Each of these makes a receiver look further records up; with more than ten it gives the whole record up.
LOOKS_UP = re.compile(r"[+?~-]?(include:|a\b|mx\b|ptr\b|exists:)|redirect=", re.IGNORECASE)
MOST_LOOKUPS = 10


class SenderDomain(Base):
    """A domain that this tenant sends from: its signing key (the private half sealed) and what was found last."""

    __tablename__ = "sender_domains"

    domain: Mapped[str] = mapped_column(Text, primary_key=True)
    selector: Mapped[str] = mapped_column(Text)
    public_key: Mapped[str] = mapped_column(Text)
    private_key: Mapped[bytes] = mapped_column(LargeBinary)
    found: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    checked_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]


class Found(msgspec.Struct, frozen=True):
    """One record: how it stands, in a sentence, and what stands there now."""

    state: State
    said: str
    record: str = ""


def read_spf(records: Sequence[str], mechanism: str) -> Found:
    """Whether the domain lets the mail server in `mechanism` (like `include:mail.example.com`) send for it."""
    ours = [text for text in records if text.lower().split(" ")[0] == "v=spf1"]
    if not ours:
        return Found("missing", later("There is no such record yet. Mail from you looks as if anybody had sent it."))
    if len(ours) > 1:
        return Found(
            "wrong",
            later("There are two SPF records, so receivers heed neither. Join them into one."),
            " | ".join(ours),
        )
    terms = ours[0].split()
    if any(term.lower() in ("+all", "all") for term in terms):
        return Found("wrong", later("It ends in +all, which lets everybody send as you. End it in ~all."), ours[0])
    if mechanism.lower() not in [term.lower().removeprefix("+") for term in terms]:
        return Found(
            "wrong",
            say("Our mail server is not in it. Add %(mechanism)s before its end.", mechanism=mechanism),
            ours[0],
        )
    if sum(bool(LOOKS_UP.match(term)) for term in terms) > MOST_LOOKUPS:
        return Found(
            "wrong",
            say("It asks for more than %(most)s look-ups, where receivers give up. Take some out.", most=MOST_LOOKUPS),
            ours[0],
        )
    return Found("good", later("Our mail server may send for you."), ours[0])


def read_dkim(records: Sequence[str], public_key: str) -> Found:
    """Whether the key that mail is signed with stands where receivers look for it."""
    keys = [(text, dict(_tags(text))) for text in records if "p=" in text]
    if not keys:
        return Found(
            "missing", later("The key is not there yet. Without it nobody can tell that a mail was not changed.")
        )
    text, tags = keys[0]
    if not tags.get("p"):
        return Found(
            "wrong", later("The key was taken back: its p= is empty. Put the record below in its place."), text
        )
    if tags["p"].replace(" ", "") != public_key:
        return Found("wrong", later("Another key stands there. Put the record below in its place."), text)
    return Found("good", later("Mail is signed, and receivers can check it."), text)


def read_dmarc(records: Sequence[str]) -> Found:
    """Whether the domain says what becomes of mail that fails both."""
    ours = [text for text in records if text.lower().replace(" ", "").startswith("v=dmarc1")]
    if not ours:
        return Found(
            "missing", later("Nothing says what becomes of forged mail. The big providers refuse lists without it.")
        )
    if len(ours) > 1:
        return Found(
            "wrong", later("There are two DMARC records, so receivers heed neither. Keep one."), " | ".join(ours)
        )
    policy = dict(_tags(ours[0])).get("p", "").lower()
    if policy not in ("none", "quarantine", "reject"):
        return Found("wrong", later("It has no p=none, p=quarantine or p=reject, so receivers don't heed it."), ours[0])
    told = {
        "none": later("It is watched only. Once all your mail passes, p=quarantine keeps forged mail out of inboxes."),
        "quarantine": later("Forged mail goes to the spam folder."),
        "reject": later("Forged mail is refused."),
    }
    return Found("good", told[policy], ours[0])


def _tags(text: str) -> list[tuple[str, str]]:
    pairs = (part.partition("=") for part in text.split(";"))
    return [(name.strip().lower(), value.strip()) for name, _, value in pairs if name.strip()]

"""The mail server's side: an SMTP door, and people who answer, bounce or complain."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from app.core.ports.simulator import letters
from app.core.ports.simulator.exchange import Fault
from app.core.ports.simulator.store import Errand, Message, Store, new_id


class Mailroom:
    """An aiosmtpd handler over the store. Local parts that start with a word of the table misbehave by
    design.
    """

    def __init__(self, store: Store, now: Callable[[], datetime], pace: float = 1.0, mail_hook: str = "") -> None:
        self._store, self._now, self._pace, self._hook = store, now, pace, mail_hook
        self.wake: Callable[[], None] = lambda: None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.lower().startswith("refuse"):
            return "550 5.1.1 No such mailbox"
        if address.lower().startswith("busy"):
            return "451 4.2.0 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        raw = envelope.original_content or b""
        kept = [self._keep(raw, envelope.mail_from or "", address.lower()) for address in envelope.rcpt_tos]
        self.wake()
        if any(message.recipient.startswith("lost") for message in kept):
            server.transport.abort()
        return f"250 OK queued as {kept[0].id}"

    def _keep(self, raw: bytes, return_path: str, to: str) -> Message:
        letter = letters.read_letter(raw)
        message = Message(
            id=new_id("mail"),
            channel="email",
            direction="out",
            sender=letters.plain_address(letter.headers.get("From", return_path)),
            recipient=to,
            subject=letter.subject,
            body=letter.text,
            html=letter.html,
            headers={"Return-Path": return_path, **letter.headers},
            key=letter.headers.get("Message-ID", ""),
            status="delivered",
            at=self._stamp(),
            raw=raw,
        )
        self._store.keep(message)
        if to.startswith("bounce"):
            self._store.add_errands([self._returned(message, 3)])
        return message

    def write_in(self, sender: str, to: str, text: str, about_id: str = "") -> Message:
        """A person's mail, or a bounce, reaches the app's inbound mail hook."""
        about = self._about(about_id)
        sender, to = letters.plain_address(sender), letters.plain_address(to)
        message = Message(
            id=new_id("mail"),
            channel="email",
            direction="in",
            sender=sender,
            recipient=to,
            subject=f"Re: {about.subject}" if about else "Hello",
            body=text,
            status="received",
            at=self._stamp(),
            key=self._own_id(sender),
        )
        raw = letters.reply(sender, to, text, self._now(), message.key, about)
        self._store.keep(msgspec.structs.replace(message, raw=raw), [self._errand(message, raw, sender, to, 0)])
        return message

    def bounce(self, about_id: str) -> Message:
        """Raises Fault when there is no such mail."""
        about = self._needed(about_id)
        self._store.add_errands([self._returned(about, 0)])
        return about

    def complain(self, about_id: str) -> Message:
        about = self._needed(about_id)
        raw = letters.complaint(about, self._now(), self._own_id(about.recipient))
        self._store.add_errands([self._errand(about, raw, "", _back_to(about), 0, f"{about.id}:complaint")])
        return about

    def _returned(self, about: Message, after: float) -> Errand:
        raw = letters.bounce(about, self._now(), self._own_id(about.recipient))
        return self._errand(about, raw, "", _back_to(about), after, f"{about.id}:bounced")

    def _errand(self, about: Message, raw: bytes, sender: str, to: str, after: float, event_id: str = "") -> Errand:
        domain = to.rpartition("@")[2]
        url, secret = self._store.route(to, domain) or (self._hook, "")
        return Errand(
            id=event_id or f"{about.id}:received",
            message=about.id,
            url=url,
            secret=secret,
            body=raw,
            content_type="message/rfc822",
            headers={"envelope-from": sender, "envelope-to": to},
            due=time.time() + after * self._pace,
        )

    def _about(self, message_id: str) -> Message | None:
        """By our id, or by the Message-ID in its header."""
        if not message_id:
            return None
        return self._store.message("channel = 'email' and (id = ? or key = ?)", message_id, message_id)

    def _needed(self, message_id: str) -> Message:
        about = self._about(message_id)
        if about is None:
            raise Fault(404, "20404", "There is no such mail; name it by in_reply_to.")
        return about

    def latest_to(self, address: str) -> str:
        """The id of the newest mail to this address, or nothing."""
        found = self._store.messages("channel = 'email' and direction = 'out' and recipient = ?", address)
        return found[-1].id if found else ""

    def _own_id(self, address: str) -> str:
        return f"<{new_id('m')}@{address.rpartition('@')[2] or 'localhost'}>"

    def _stamp(self) -> str:
        return self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _back_to(about: Message) -> str:
    return about.headers.get("Return-Path") or about.sender

"""The carrier's side: takes texts and calls, and decides what follows from each."""

import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from app.core.ports.simulator.rules import CallRule, call_rule, keyword, text_rule
from app.core.ports.simulator.store import Errand, Message, Store, new_id

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
LONGEST_TEXT = 1600
PERSON = "internal/person"
OVER = ("completed", "busy", "no_answer", "failed", "canceled")
HELP_TEXT = "Reply STOP to end texts from this number, START to get them again."
CONFIRMED = {"stop": "You will get no more texts from this number.", "start": "Texts are on again."}


class Fault(Exception):
    """The carrier says no: HTTP status and the code that real carriers use for it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Exchange:
    """`pace` stretches every delay: 1 is life, 0 is at once. `now` stamps what is kept (business time)."""

    def __init__(self, store: Store, now: Callable[[], datetime], pace: float = 1.0, sms_hook: str = "") -> None:
        self.store, self._now, self._pace, self._hook = store, now, pace, sms_hook

    def take_text(self, to: str, from_: str, text: str, key: str, callback: str) -> tuple[Message, bool]:
        """The text and whether it is new. Raises Fault."""
        if (known := self._known("sms", key)) is not None:
            return known, False
        _check_numbers(to, from_)
        if not text or len(text) > LONGEST_TEXT:
            raise Fault(400, "21602" if not text else "21617", "The text is empty or too long.")
        if self.store.stopped(from_, to):
            raise Fault(400, "21610", "Attempt to send to unsubscribed recipient")
        first = self._is_first(from_, to)
        message = self._message("sms", from_, to, body=text, key=key, callback=callback, status="queued")
        self.store.keep(message, self._course_of_text(message, first))
        return message, True

    def _is_first(self, from_: str, to: str) -> bool:
        pair = "channel = 'sms' and direction = 'out' and sender = ? and recipient = ?"
        return self.store.message(pair, from_, to) is None

    def _course_of_text(self, message: Message, first: bool) -> list[Errand]:
        rule, steps = text_rule(message.recipient), []
        if rule.status != "failed":
            steps.append(self._status("sms.status", message, "sent", 0.5))
        steps.append(self._status("sms.status", message, rule.status, 1.5, error_code=rule.error_code))
        if rule.reply and first:
            steps.append(self._later_reply(message, rule.reply))
        return steps

    def _later_reply(self, message: Message, words: str) -> Errand:
        body = msgspec.json.encode({"from": message.recipient, "to": message.sender, "text": words})
        due = time.time() + 6 * self._pace
        return Errand(id=f"{message.id}:reply", message=message.id, url="", body=body, due=due, content_type=PERSON)

    def act(self, errand: Errand) -> None:
        """A person does what their number's rule says, when its time has come; twice is once."""
        if self.store.message("key = ?", errand.id) is None:
            said = msgspec.json.decode(errand.body, type=dict[str, str])
            self.text_in(said["from"], said["to"], said["text"], errand.id)

    def take_call(self, to: str, from_: str, key: str, callback: str) -> tuple[Message, bool]:
        """The call and whether it is new. Raises Fault."""
        if (known := self._known("call", key)) is not None:
            return known, False
        _check_numbers(to, from_)
        call = self._message("call", from_, to, key=key, callback=callback, status="queued")
        self.store.keep(call, self._course_of_call(call, call_rule(to)))
        return call, True

    def _course_of_call(self, call: Message, rule: CallRule) -> list[Errand]:
        ring, picked = rule.ring_seconds, rule.pickup in ("human", "machine")
        steps = [] if rule.pickup == "failed" else [self._status("call.status", call, "ringing", 0.3)]
        if not picked:
            return [*steps, self._status("call.status", call, rule.pickup, ring + 0.3)]
        who = {"answered_by": rule.pickup}
        steps.append(self._status("call.status", call, "answered", ring + 0.3, **who))
        said = {**who, "seconds": int(rule.talk_seconds)}
        over = self._status("call.status", call, "completed", ring + rule.talk_seconds, **said)
        if self._pace == 0 and call.recipient.endswith("0142"):
            # Even at once, this one stays on the line until somebody hangs up.
            over = msgspec.structs.replace(over, due=time.time() + rule.talk_seconds)
        return [*steps, over]

    def hang_up(self, call_id: str) -> Message:
        """A call that is over stays over. Raises Fault for one that never was."""
        call = self.store.message("id = ? and channel = 'call'", call_id)
        if call is None:
            raise Fault(404, "20404", "There is no such call.")
        if call.status in OVER:
            return call
        self.store.drop_errands(call_id)
        talked = int(time.time() - call.answered_at) if call.answered_at else 0
        ended = "completed" if call.answered_at else "canceled"
        self.store.set_status(call_id, ended)
        self.store.add_errands([self._status("call.status", call, ended, 0, seconds=talked)])
        return msgspec.structs.replace(call, status=ended)

    def text_in(self, from_: str, to: str, text: str, key: str = "") -> Message:
        """A person writes to one of the app's numbers. STOP, START and HELP work as at a real carrier."""
        _check_numbers(to, from_)
        last = self.store.messages(
            "channel = 'sms' and direction = 'out' and sender = ? and callback <> '' and recipient = ?",
            to,
            from_,
        )
        message = self._message("sms", from_, to, body=text, key=key, direction="in", status="received")
        url, secret = self._where(to, last[-1].callback if last else "")
        choice = keyword(text)
        data = {"id": message.id, "from_": from_, "to": to, "text": text, "opt_out": choice}
        told = self._event("sms.inbound", message, data, 0, url, secret, f"{message.id}:received")
        self.store.keep(message, [told])
        self._obey(choice, to, from_)
        return message

    def _obey(self, choice: str | None, number: str, person: str) -> None:
        """The carrier's own part in STOP, START and HELP: remember it, and confirm with one text."""
        if choice is None:
            return
        if choice == "stop":
            self.store.stop(number, person)
        elif choice == "start":
            self.store.start(number, person)
        said = CONFIRMED.get(choice, HELP_TEXT)
        self.store.keep(self._message("sms", number, person, body=said, status="delivered"))

    def call_in(self, from_: str, to: str) -> Message:
        """A person calls one of the app's numbers and gives up after a while."""
        _check_numbers(to, from_)
        call = self._message("call", from_, to, direction="in", status="ringing")
        url, secret = self._where(to, "")
        data = {"id": call.id, "from_": from_, "to": to}
        ringing = self._event("call.inbound", call, data, 0, url, secret, f"{call.id}:ringing", "ringing")
        given_up = self._status("call.status", msgspec.structs.replace(call, callback=url), "no_answer", 25)
        self.store.keep(call, [ringing, given_up])
        return call

    def _where(self, number: str, callback: str) -> tuple[str, str]:
        return self.store.route(number) or (callback or self._hook, "")

    def _known(self, channel: str, key: str) -> Message | None:
        known = self.store.message("channel = ? and key = ?", channel, key) if key else None
        if known is not None:
            self.store.again(known.id)
        return known

    def _message(self, channel: str, sender: str, recipient: str, **more: Any) -> Message:
        given = {"direction": "out", **more}
        return Message(
            id=new_id(channel), channel=channel, sender=sender, recipient=recipient, at=self._stamp(), **given
        )

    def _stamp(self) -> str:
        return self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _status(self, kind: str, about: Message, status: str, after: float, **more: object) -> Errand:
        said = {key: value for key, value in more.items() if value not in ("", None)}
        data = {"id": about.id, "status": status, "to": about.recipient, "from_": about.sender, **said}
        route = self.store.route(about.sender)
        secret = route[1] if route else ""
        event_id = f"{about.id}:{status}"
        return self._event(kind, about, data, after, about.callback, secret, event_id, status)

    def _event(
        self,
        kind: str,
        about: Message,
        data: dict[str, Any],
        after: float,
        url: str,
        secret: str,
        event_id: str,
        status: str = "",
    ) -> Errand:
        body = msgspec.json.encode({"type": kind, "at": self._stamp(), "data": data})
        due = time.time() + after * self._pace
        return Errand(id=event_id, message=about.id, url=url, secret=secret, body=body, due=due, status=status)


def _check_numbers(*numbers: str) -> None:
    for number in numbers:
        if not NUMBER.fullmatch(number):
            raise Fault(400, "21211", f"{number[:30]!r} is not a phone number.")

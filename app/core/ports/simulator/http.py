"""The simulator over HTTP, as a bare ASGI app that can stand alone or be mounted.

For the app (bearer secret): `POST /sms`, `GET /sms?key=`, `POST /calls`, `GET /calls?key=`,
`POST /calls/{id}/hang-up`, `GET /mail?message_id=`, `PUT /routes/{number, address or domain}`.
For people (loopback only): `GET /messages.json?to=&after=&direction=`, `POST /inbound`.
"""

import hmac
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from app.core.ports.simulator import letters
from app.core.ports.simulator.exchange import Exchange, Fault
from app.core.ports.simulator.mailroom import Mailroom
from app.core.ports.simulator.store import Message, Store

MAX_BODY = 256_000
Reply = tuple[int, Any]
_LOCAL = re.compile(r"(localhost|127\.0\.0\.1|\[::1\]|[a-z0-9.-]+\.localhost)(:\d+)?", re.I)


class Request:
    """What a handler needs of an ASGI request; reading faults are Faults."""

    def __init__(self, scope: Mapping[str, Any], body: bytes) -> None:
        path = str(scope["path"])
        self.method, self.path = scope["method"], path.removeprefix(str(scope.get("root_path", "")))
        self.query = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1")))
        self.headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        self._body = body

    def json(self) -> dict[str, str]:
        """A flat object; a foreign page cannot send this type without asking first, which is never
        granted.
        """
        if not self.headers.get("content-type", "").startswith("application/json"):
            raise Fault(415, "20415", "Send application/json.")
        try:
            body = json.loads(self._body)
        except (ValueError, RecursionError) as error:
            raise Fault(400, "20400", "This is not JSON.") from error
        if not isinstance(body, dict):
            raise Fault(400, "20400", "Send one object.")
        return {str(key): "" if value is None else str(value) for key, value in body.items()}


class Desk:
    """The ASGI app. `wake` is told whenever something new has to be carried."""

    def __init__(
        self, store: Store, exchange: Exchange, mailroom: Mailroom, secret: str, wake: Callable[[], None]
    ) -> None:
        self._store, self._exchange, self._mailroom = store, exchange, mailroom
        self._secret, self._wake = secret, wake

    async def __call__(
        self,
        scope: Mapping[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            return
        try:
            status, answer = self.answer(Request(scope, await _read(receive)))
        except Fault as fault:
            status, answer = fault.status, {"code": fault.code, "message": fault.message}
        self._wake()
        body = json.dumps(answer).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        headers += [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def answer(self, request: Request) -> Reply:
        """Raises Fault."""
        # A page elsewhere could point a name of its own at this machine; only our own names are answered.
        if not _LOCAL.fullmatch(request.headers.get("host", "")):
            raise Fault(421, "20421", "This service answers on this machine only.")
        open_to_people = {("GET", "/messages.json"): self._list, ("POST", "/inbound"): self._inbound}
        handler = open_to_people.get((request.method, request.path))
        if handler is not None:
            return handler(request)
        self._demand_secret(request)
        return self._for_the_app(request)

    def _for_the_app(self, request: Request) -> Reply:
        match (request.method, *request.path.strip("/").split("/")):
            case ("POST", "sms"):
                return self._text(request.json())
            case ("POST", "calls"):
                return self._call(request.json())
            case ("POST", "calls", call_id, "hang-up"):
                return 200, _taken(self._exchange.hang_up(call_id))
            case ("GET", "sms" | "calls" as what):
                return self._find("sms" if what == "sms" else "call", request.query.get("key", ""))
            case ("GET", "mail"):
                return self._find("email", request.query.get("message_id", ""))
            case ("PUT", "routes", address):
                body = request.json()
                self._store.set_route(unquote(address), body.get("url", ""), body.get("secret", ""))
                return 200, {"ok": True}
        raise Fault(404, "20404", "There is nothing here.")

    def _demand_secret(self, request: Request) -> None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise Fault(401, "20003", "Authenticate.")

    def _text(self, body: dict[str, str]) -> Reply:
        message, new = self._exchange.take_text(
            body.get("to", ""),
            body.get("from", ""),
            body.get("text", ""),
            body.get("key", ""),
            body.get("status_callback", ""),
        )
        return 201 if new else 200, _taken(message)

    def _call(self, body: dict[str, str]) -> Reply:
        call, new = self._exchange.take_call(
            body.get("to", ""), body.get("from", ""), body.get("key", ""), body.get("status_callback", "")
        )
        return 201 if new else 200, _taken(call)

    def _find(self, channel: str, key: str) -> Reply:
        found = self._store.message("channel = ? and direction = 'out' and key = ?", channel, key)
        if found is None:
            raise Fault(404, "20404", "The carrier never took this.")
        return 200, _taken(found)

    def _list(self, request: Request) -> Reply:
        """Oldest first. `after` is the id of a message already seen, or a time."""
        where, values = ["1 = 1"], []
        direction = request.query.get("direction", "out")
        if direction != "all":
            where, values = ["direction = ?"], [direction]
        if to := request.query.get("to"):
            where.append("recipient = ?")
            values.append(letters.plain_address(to.replace(" ", "+") if to.startswith(" ") else to))
        if after := request.query.get("after"):
            seen = self._store.message("id = ?", after)
            where.append("seq > ?" if seen else "at > ?")
            values.append(seen.seq if seen else after)
        found = self._store.messages(" and ".join(where), *values)
        return 200, [shown(message) for message in found]

    def _inbound(self, request: Request) -> Reply:
        body = request.json()
        channel, text = body.get("channel", ""), body.get("text", "")
        sender, to = body.get("from", ""), body.get("to", "")
        about = body.get("in_reply_to", "")
        if channel == "sms":
            return 201, _taken(self._exchange.text_in(sender, to, text))
        if channel == "call":
            return 201, _taken(self._exchange.call_in(sender, to))
        if channel not in ("email", "bounce", "complaint"):
            raise Fault(400, "20400", "channel is sms, call, email, bounce or complaint.")
        daemon = sender.lower().startswith(("mailer-daemon", "postmaster"))
        if channel == "bounce" or daemon or text.strip().lower() == "bounce":
            return 201, _taken(self._mailroom.bounce(about or self._mailroom.latest_to(sender)))
        if channel == "complaint":
            return 201, _taken(self._mailroom.complain(about or self._mailroom.latest_to(sender)))
        return 201, _taken(self._mailroom.write_in(sender, to, text, about))


def shown(message: Message) -> dict[str, Any]:
    """A message in the contract's words, with its state beside them."""
    return {
        "id": message.id,
        "channel": message.channel,
        "to": message.recipient,
        "from": message.sender,
        "subject": message.subject,
        "at": message.at,
        "headers": message.headers,
        "text": message.body,
        "html": message.html,
        "direction": message.direction,
        "status": message.status,
        "attempts": message.attempts,
    }


def _taken(message: Message) -> dict[str, str]:
    return {"id": message.id, "status": message.status}


async def _read(receive: Callable[[], Awaitable[Any]]) -> bytes:
    body = bytearray()
    while True:
        event = await receive()
        body += event.get("body", b"")
        if len(body) > MAX_BODY:
            raise Fault(413, "20413", "The body is too large.")
        if not event.get("more_body"):
            return bytes(body)

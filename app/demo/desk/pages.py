"""The desk's pages. Everything else that is asked of it goes to the simulator."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote
from zoneinfo import ZoneInfo

import msgspec
import pyotp

from app.core import boot, clock
from app.core.ports.simulator.letters import attachments
from app.core.ports.simulator.peer import Simulator
from app.core.ports.simulator.store import Message
from app.core.static import assets
from app.demo import handbook
from app.demo.desk import acts, sights
from app.demo.desk.letter import send_way_in
from app.demo.desk.newest import newest
from app.demo.desk.trickle import NoPublisher, Trickle, send_one
from themes.loader import make_environment

SHOWN = 200
ZONE = "America/New_York"
LOCAL = ("localhost", "127.0.0.1", "mailbox.localhost")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self';"
    " frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# A mail is shown as it is: its own inline styles, no script, no form, nothing fetched. Its buttons open a window of their own.
LETTER = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
CHANNELS = {"all": "Everything", "email": "E-mails", "sms": "Texts", "call": "Calls"}
Send = Callable[[Any], Awaitable[None]]


class Ask(msgspec.Struct, frozen=True):
    """One request, read."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]


class Desk:
    """The ASGI app."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator, self.store, self.trickle = simulator, simulator.store, Trickle()
        self.sights = sights.Sights()
        self._templates = make_environment(clock.now)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        if scope["type"] != "http":
            return None
        path = scope["path"]
        if path.startswith("/assets/"):
            return await assets(scope, receive, send)
        route = self._route(scope["method"], path)
        if route is None:
            return await self.simulator.app(scope, receive, send)
        if not _may(scope):
            return await _answer(send, 421, "This service answers on this machine only.")
        ask = Ask(scope["method"], path, _pairs(scope.get("query_string", b"")), _pairs(await _body(receive)))
        await route(ask, send)

    def _route(self, method: str, path: str) -> Callable[[Ask, Send], Awaitable[None]] | None:
        if method == "GET" and path.startswith("/messages/"):
            part = path.split("/")[3:4]
            return {"html": self.letter, "files": self.file}.get(part[0] if part else "", self.message)
        return {
            ("GET", "/"): self.mailbox,
            ("GET", "/guide"): self.guide,
            ("POST", "/clock"): self.set_clock,
            ("POST", "/reply"): self.reply,
            ("POST", "/send-lead"): self.send_lead,
            ("POST", "/trickle"): self.set_trickle,
            ("GET", "/newest"): self.newest,
            ("GET", "/way-in"): self.way_in,
        }.get((method, path))

    async def mailbox(self, ask: Ask, send: Send) -> None:
        """Newest first; `to` narrows to one address, `channel` to one kind."""
        channel, to = ask.query.get("channel", "all"), ask.query.get("to", "").strip()
        words = ask.query.get("q", "").strip()
        where, values = ["direction in ('out', 'in')"], []
        if channel in ("email", "sms", "call"):
            where.append("channel = ?")
            values.append(channel)
        if to:
            where.append("(recipient like ? or sender like ?)")
            values += [f"%{to}%", f"%{to}%"]
        if words:
            where.append("(recipient like ? or sender like ? or subject like ? or body like ?)")
            values += [f"%{words}%"] * 4
        found = self.store.messages(
            " and ".join(where) + " and seq > (select coalesce(max(seq), 0) - 5000 from messages)", *values
        )
        shown = list(reversed(found))[:SHOWN]
        await self._page(
            send,
            "demo/mailbox.html",
            "Mailbox",
            ask,
            messages=shown,
            channel=channel,
            to=to,
            words=words,
            channels=CHANNELS,
        )

    async def message(self, ask: Ask, send: Send) -> None:
        message = self._find(ask)
        if message is None:
            return await _answer(send, 404, "There is no such message.")
        files = [(name, len(body)) for name, _, body in attachments(message.raw or b"")]
        await self._page(
            send, "demo/message.html", message.subject or message.channel, ask, message=message, files=files
        )

    async def letter(self, ask: Ask, send: Send) -> None:
        message = self._find(ask)
        await _answer(send, 200 if message else 404, message.html if message else "", html=True, policy=LETTER)

    async def file(self, ask: Ask, send: Send) -> None:
        """An attachment by its place in the mail, to be saved."""
        message, place = self._find(ask), ask.path.rpartition("/")[2]
        files = attachments(message.raw or b"") if message else []
        if not place.isdecimal() or int(place) >= len(files):
            return await _answer(send, 404, "There is no such file.")
        name, _, body = files[int(place)]
        saved = f"attachment; filename*=UTF-8''{quote(name)}"
        headers = [(b"content-type", b"application/octet-stream"), (b"content-disposition", saved.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _find(self, ask: Ask) -> Message | None:
        return self.store.message("id = ?", ask.path.split("/")[2])

    async def guide(self, ask: Ask, send: Send) -> None:
        """Everybody who can sign in, with the code of this very half minute."""
        book = handbook.read()
        if book is None:
            return await self._page(send, "demo/guide.html", "Guide", ask, book=None, codes={})
        everybody = [*book.people, *(person for tenant in book.tenants for person in tenant.people)]
        codes = {one.email: pyotp.TOTP(one.totp_secret).now() for one in everybody if one.totp_secret}
        values = {
            "acts": acts.shown(book, codes),
            "sights": await self.sights.now(book),
            "curl": sights.curl(book),
            "asleep": sights.asleep(book),
        }
        await self._page(send, "demo/guide.html", "Guide", ask, book=book, codes=codes, sign_in=acts.sign_in, **values)

    async def newest(self, ask: Ask, send: Send) -> None:
        """To the queue of whoever of the first tenant got the newest lead."""
        book = handbook.read()
        await _to(send, await newest(book) if book else "/guide")

    async def way_in(self, ask: Ask, send: Send) -> None:
        """A mail to the client of the walk with a button that signs them in, and the mailbox in which it lies."""
        book = handbook.read()
        await _to(send, await send_way_in(book, self.store) if book else "/guide")

    async def set_clock(self, ask: Ask, send: Send) -> None:
        """Shift business time everywhere: `at` moves on to that time of a day, `local` to that moment, `by` on; none: back to
        true. On, because what has just come in would else lie ahead.
        """
        kernel = boot.worker_kernel()
        if ask.form.get("by"):
            await clock.shift(kernel.owner, clock.offset() + clock.span(ask.form["by"]))
        elif ask.form.get("at"):
            await clock.shift(kernel.owner, _next(ask.form["at"]) - clock.real_now())
        elif ask.form.get("local"):
            await clock.shift(kernel.owner, clock.in_zone(ask.form["local"], ZONE) - clock.real_now())
        else:
            await clock.shift(kernel.owner, clock.NO_SHIFT)
        await _back(send, ask)

    async def reply(self, ask: Ask, send: Send) -> None:
        """Play the other side: answer a text or a mail."""
        message = self.store.message("id = ?", ask.form.get("id", ""))
        if message is None:
            return await _answer(send, 404, "There is no such message.")
        if message.channel == "sms":
            self.simulator.exchange.text_in(message.recipient, message.sender, ask.form.get("text", ""))
        elif message.channel == "email":
            self.simulator.mailroom.write_in(message.recipient, message.sender, ask.form.get("text", ""), message.id)
        self.simulator.courier.wake()
        await _back(send, ask)

    async def send_lead(self, ask: Ask, send: Send) -> None:
        """One invented lead through the intake API of the named tenant."""
        try:
            self.trickle.last = await send_one(ask.form.get("tenant", ""))
        except NoPublisher as error:
            self.trickle.last = str(error)
        await _back(send, ask)

    async def set_trickle(self, ask: Ask, send: Send) -> None:
        self.trickle.start() if ask.form.get("on") == "1" else self.trickle.stop()
        await _back(send, ask)

    async def _page(self, send: Send, template: str, title: str, ask: Ask, **values: Any) -> None:
        page = {
            "title": title, "path": ask.path, "brand": {"product_name": "Demo desk"}, "brand_css": "", "tenant_name": "Demo desk",
            "person": None, "nav": [], "settings_nav": [], "csrf_token": "", "mode": "system", "density": "cosy", "toast": None,
            "playful_clock": True,
        }  # fmt: skip
        context = {
            "page": page,
            "terms": {},
            "zone": ZONE,
            "locale": "en_US",
            "errors": [],
            "here": ask.path,
            "desk": {
                "now": clock.now(),
                "shifted": bool(clock.offset()),
                "words": f"{clock.now().astimezone(ZoneInfo(ZONE)):%a, %b %-d, %-I:%M %p} Eastern".replace(
                    "AM", "am"
                ).replace("PM", "pm"),
                "trickle": self.trickle,
            },
            "book": None,
            "at": lambda message: datetime.fromisoformat(message.at),
            **values,
        }
        await _answer(send, 200, self._templates.get_template(template).render(context), html=True)


def _next(time_of_day: str) -> datetime:
    """The next moment at which clocks in the East show it, like 10:40. Raises ValueError."""
    now = clock.now()
    local = now.astimezone(ZoneInfo(ZONE))
    days = (local.date() + timedelta(days=ahead) for ahead in range(2))
    return next(moment for day in days if (moment := clock.in_zone(f"{day}T{time_of_day}", ZONE)) > now)


def _may(scope: dict[str, Any]) -> bool:
    """Our own names only, and no form from another site."""
    headers = {key: value.decode("latin-1") for key, value in scope["headers"]}
    host = headers.get(b"host", "").rsplit(":", 1)[0]
    foreign = headers.get(b"sec-fetch-site", "same-origin") not in ("same-origin", "none")
    return host in LOCAL and not (scope["method"] == "POST" and foreign)


def _pairs(raw: bytes) -> dict[str, str]:
    return dict(parse_qsl(raw.decode("utf-8", "replace")))


async def _body(receive: Any) -> bytes:
    body = b""
    while True:
        event = await receive()
        body += event.get("body", b"")
        if not event.get("more_body") or len(body) > 64_000:
            return body


async def _back(send: Send, ask: Ask) -> None:
    """To the page that the form stood on."""
    target = ask.form.get("back", "/")
    await _to(send, target if target.startswith("/") and not target.startswith("//") else "/")


async def _to(send: Send, address: str) -> None:
    await send({"type": "http.response.start", "status": 303, "headers": [(b"location", address.encode())]})
    await send({"type": "http.response.body", "body": b""})


async def _answer(send: Send, status: int, text: str, *, html: bool = False, policy: str = POLICY) -> None:
    kind = b"text/html; charset=utf-8" if html else b"text/plain; charset=utf-8"
    headers = [(b"content-type", kind), (b"content-security-policy", policy.encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})

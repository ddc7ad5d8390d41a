"""Live hints: after the commit, to those who may hear them, of their own tenant, as long as their session
stands.
"""

import asyncio
import contextlib
import json

import pytest
from sqlalchemy import text

from app.core import live
from app.core.work import unit

pytestmark = pytest.mark.anyio
live.topic("test.staff", lambda person, hint: person.may("leads.view"))
live.topic("test.own", lambda person, hint: hint.key == str(person.id))


class Stream:
    """An open `/live`, read as its bytes come: an ASGI conversation, since the test client waits for the
    end.
    """

    def __init__(self, app, browser, headers=()):
        self.status, self.lines, self._gone = 0, asyncio.Queue(), asyncio.Event()
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.client.cookies.jar)
        host = browser.client.base_url.netloc
        given = [(b"host", host), (b"cookie", cookies.encode()), *headers]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "path": "/live",
            "raw_path": b"/live",
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "headers": given,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8000),
        }
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self):
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            for event in message.get("body", b"").decode().split("\n\n"):
                if event.strip():
                    self.lines.put_nowait(event)
            if not message.get("more_body"):
                self._gone.set()  # as a server answers `receive` once the response is complete

    async def event(self):
        """Name and data of the next event."""
        lines = (await asyncio.wait_for(self.lines.get(), 10)).split("\n")
        fields = dict(line.split(": ", 1) for line in lines if ": " in line)
        return fields["event"], json.loads(fields["data"])

    async def close(self):
        self._gone.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait_for(self.task, 10)


@contextlib.asynccontextmanager
async def listening(app, browser, *headers):
    stream = Stream(app, browser, headers)
    try:
        assert (await stream.event())[0] == "ready"
        assert (await stream.event())[0] == "resync" if len(live.hub().everyone()) == 1 else True
        yield stream
    finally:
        await stream.close()


@pytest.fixture
async def hub(cast):
    async with live.running():
        yield live.hub()


async def say(tenant, topic, key=""):
    async with unit(tenant=tenant) as work:
        live.tell(work, topic, key, lead="x")


async def test_a_hint_arrives_after_the_commit_and_only_once(app, cast, hub):
    async with listening(app, await cast.browser("harbor", "luis")) as stream:
        async with unit(tenant=cast.tenants["harbor"]) as work:
            live.tell(work, "test.staff", "1", lead="x")
            live.tell(work, "test.staff", "1", lead="x")
            assert stream.lines.empty()
        await say(cast.tenants["harbor"], "test.staff", "2")
        topics = ["test.staff", "test.staff:1"]
        assert await stream.event() == ("change", {"topics": topics, "ids": {"lead": "x"}})
        assert (await stream.event())[1]["topics"][1] == "test.staff:2"


async def test_what_is_rolled_back_is_never_told(app, cast, hub):
    async with listening(app, await cast.browser("harbor", "luis")) as stream:
        with contextlib.suppress(RuntimeError):
            async with unit(tenant=cast.tenants["harbor"]) as work:
                live.tell(work, "test.staff", "never")
                raise RuntimeError
        await say(cast.tenants["harbor"], "test.staff", "kept")
        assert (await stream.event())[1]["topics"][1] == "test.staff:kept"


async def test_hints_stay_within_the_tenant_and_the_rights(app, cast, hub):
    luis = await cast.browser("harbor", "luis")
    async with listening(app, luis) as stream:
        (listener,) = hub.everyone()
        await say(cast.tenants["summit"], "test.staff", "another tenant's")
        await say(cast.tenants["harbor"], "test.own", "somebody else's")
        await say(cast.tenants["harbor"], "test.undeclared", "nobody's")
        await say(cast.tenants["harbor"], "test.own", str(listener.person.id))
        assert (await stream.event())[1]["topics"][1] == f"test.own:{listener.person.id}"
        assert stream.lines.empty()


async def test_a_stream_ends_with_its_session(app, cast, hub):
    async with listening(app, await cast.browser("harbor", "luis")) as stream:
        await live.check(hub)
        assert not stream.task.done() and len(hub.everyone()) == 1
        async with unit(tenant=cast.tenants["harbor"]) as work:
            await work.execute(text("update sessions set expires_at = now() - interval '1 second'"))
        await live.check(hub)
        await asyncio.wait_for(stream.task, 10)
    assert hub.everyone() == []


async def test_a_removed_right_ends_what_is_heard(app, cast, hub):
    async with listening(app, await cast.browser("harbor", "luis")) as stream:
        async with unit(tenant=cast.tenants["harbor"]) as work:
            await work.execute(text("update roles set permissions = array_remove(permissions, 'leads.view')"))
        await live.check(hub)
        (listener,) = hub.everyone()
        await say(cast.tenants["harbor"], "test.staff", "no more")
        await say(cast.tenants["harbor"], "test.own", str(listener.person.id))
        assert (await stream.event())[1]["topics"][0] == "test.own"


async def test_streams_end_when_the_process_is_told_to(app, cast):
    async with live.running(), listening(app, await cast.browser("harbor", "luis")) as stream:
        live.hub().end_for_good()
        await asyncio.wait_for(stream.task, 10)


async def test_nobody_unknown_and_no_other_site_listens(app, cast, hub):
    answer = await cast.visitor("harbor").get("/live")
    assert answer.status_code == 303
    luis = await cast.browser("harbor", "luis")
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await luis.get("/live", headers=headers)).status_code == 403
    own = (b"origin", f"http://{luis.client.base_url.netloc.decode()}".encode())
    async with listening(app, luis, own, (b"sec-fetch-site", b"same-origin")) as stream:
        assert stream.status == 200


async def test_one_person_cannot_hold_every_stream(app, cast, hub, monkeypatch):
    monkeypatch.setattr(live, "STREAMS_EACH", 1)
    luis = await cast.browser("harbor", "luis")
    async with listening(app, luis):
        assert (await luis.get("/live")).status_code == 429


async def test_a_slow_reader_is_told_to_load_anew(cast, runtime):
    listener = live.Listener(cast.tenants["harbor"], None)
    for number in range(live.WAITING_HINTS + 5):
        listener.put(b"event: change\ndata: %d\n\n" % number)
    events = [listener.waiting.get_nowait() for _ in range(listener.waiting.qsize())]
    assert events[0].startswith(b"event: resync") and len(events) == 5

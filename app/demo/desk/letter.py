"""A mail with a way in for the client of the walk: asked for at the product's own page, as anybody would."""

import asyncio
import re
from urllib.parse import quote

import httpx

from app.core.ports.simulator.store import Store
from app.core.runtime import runtime
from app.demo.desk.acts import somebody
from app.demo.handbook import Handbook

WHO = "half-way"
LOOKS, PAUSE = 60, 0.25  # how often and how far apart to look for it
_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


async def send_way_in(book: Handbook, store: Store) -> str:
    """Has it sent to the client who is half-way. Returns where in the mailbox it is, once it is there or after a while."""
    entry = book.tenants[0]
    client = somebody(book, entry.slug, WHO)
    if client is None:
        return "/guide"
    before = len(_mails(store, client.email))
    headers = {"Host": entry.url.removeprefix("http://")}
    base = f"http://127.0.0.1:{runtime().settings.port}"
    async with httpx.AsyncClient(base_url=base, headers=headers, trust_env=False, timeout=10) as browser:
        token = _TOKEN.search((await browser.get("/login/link")).text)
        form = {"_csrf": token[1] if token else "", "email": client.email, "next": "/portal"}
        await browser.post("/login/link", data=form)
    for _ in range(LOOKS):
        if len(_mails(store, client.email)) > before:
            break
        await asyncio.sleep(PAUSE)
    return f"/?to={quote(client.email)}"


def _mails(store: Store, address: str) -> list[object]:
    return list(store.messages("recipient = ? and channel = 'email'", address))

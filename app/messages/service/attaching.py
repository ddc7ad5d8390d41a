"""Files that go with a mail, fetched when it leaves: higher slices say how, by a kind of their own."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from app.core.ports.mail import Attachment
from app.core.work import Work

Fetch = Callable[[Work, UUID], Awaitable[Attachment | None]]
_attachers: dict[str, Fetch] = {}


def attacher(kind: str) -> Callable[[Fetch], Fetch]:
    """`@attacher("invoice") async def pdf(work, invoice_id) -> Attachment | None`, then
    `attachments=[("invoice", id)]`.
    """

    def remember(fetch: Fetch) -> Fetch:
        _attachers[kind] = fetch
        return fetch

    return remember


async def fetch_all(work: Work, wanted: Sequence[Any]) -> tuple[Attachment, ...]:
    """Those that are still there."""
    found = [await _attachers[kind](work, UUID(str(record))) for kind, record in wanted]
    return tuple(file for file in found if file is not None)

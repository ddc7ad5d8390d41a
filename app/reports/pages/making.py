"""Making a small file while the page waits, in the request's own unit of work."""

from contextlib import nullcontext
from typing import Any
from uuid import UUID

from app.core.work import Work
from app.reports import service


async def now(work: Work, file_id: UUID) -> None:
    """The agenda's row for it finds nothing left to do."""
    order = await service.begin(work, file_id)
    if order is None:
        return

    async def unseen(*_: Any) -> None:
        """Nobody watches the progress of what is ready with the answer."""

    person = work.person
    product = await service.make(order, lambda: nullcontext(work), unseen)
    work.person = person
    await service.finish(work, file_id, product)

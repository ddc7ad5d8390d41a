"""Words that people type often: their own and everybody's."""

from uuid import UUID

from uuid_utils.compat import uuid7

from app.core import clock
from app.core.errors import NotFound, invalid
from app.core.work import Work
from app.messages.models import Snippet
from themes import formats
from themes.catalogue import say

LONGEST_LABEL, LONGEST = 60, 4_000


async def save_snippet(work: Work, snippet_id: UUID | None, label: str, body: str, *, shared: bool) -> Snippet:
    """Add one, or change one that `shared` says is everybody's (else one's own). Raises NotFound, Invalid."""
    label, body = " ".join(label.split()), body.replace("\0", "").replace("\r\n", "\n").strip()
    if not label:
        raise invalid("label", "Enter a name for it.", "missing")
    if len(label) > LONGEST_LABEL:
        raise invalid(
            "label",
            say("This has %(count)s characters; the limit is %(limit)s.", count=len(label), limit=LONGEST_LABEL),
            "too_long",
        )
    if not body:
        raise invalid("body", "Write what it says.", "missing")
    if len(body) > LONGEST:
        raise invalid(
            "body",
            say(
                "This has %(count)s characters; the limit is %(limit)s.",
                count=formats.number(len(body)),
                limit=formats.number(LONGEST),
            ),
            "too_long",
        )
    row = await _own(work, snippet_id, shared=shared) if snippet_id else _fresh(work, shared=shared)
    row.label, row.body = label, body
    row.updated_at, row.updated_by = clock.now(), work.actor.name
    await work.flush()
    return row


async def delete_snippet(work: Work, snippet_id: UUID, *, shared: bool) -> None:
    """Raises NotFound."""
    await work.delete(await _own(work, snippet_id, shared=shared))
    await work.flush()


def _fresh(work: Work, *, shared: bool) -> Snippet:
    row = Snippet(id=uuid7(), owner_id=None if shared else work.person.id)
    work.add(row)
    return row


async def _own(work: Work, snippet_id: UUID, *, shared: bool) -> Snippet:
    row = await work.get(Snippet, snippet_id)
    if row is None or row.owner_id != (None if shared else work.person.id):
        raise NotFound
    return row

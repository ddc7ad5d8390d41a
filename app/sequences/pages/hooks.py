"""What only a webhook has: its signing secret, shown once, and letting a paused one go on."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import pages
from app.core.errors import NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep, is_htmx
from app.core.work import Work
from app.sequences import queries, service
from app.sequences.models import Sequence
from app.sequences.pages.library import PATH
from app.sequences.service import Tried
from themes.catalogue import say


class SecretPage(msgspec.Struct, frozen=True, kw_only=True):
    sequence: Sequence
    secret: str
    back: str


class TriedPage(msgspec.Struct, frozen=True, kw_only=True):
    sequence: Sequence
    tried: Tried | None
    url: str


class HookPages(Controller):
    """`/admin/sequences/{id}/steps/{step}/…` of a webhook."""

    path = f"{PATH}/{{sequence_id:uuid}}/steps"
    opt = {"permission": "sequences.manage"}

    @post("/{step_id:str}/secret")
    async def change_secret(
        self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID], step_id: FromPath[str]
    ) -> Response[Any]:
        secret = await service.change_secret(work, sequence_id, step_id)
        return await told_once(request, work, await queries.sequence(work, sequence_id), secret)

    @get("/{step_id:str}/test")
    async def tried(
        self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID], step_id: FromPath[str]
    ) -> Response[Any]:
        """How the last test went, which asks again by itself while it is on its way."""
        return await _tried(request, work, sequence_id, step_id)

    @post("/{step_id:str}/test")
    async def test(
        self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID], step_id: FromPath[str]
    ) -> Response[Any]:
        """One signed message about the chosen lead, to the saved address."""
        await queries.sequence(work, sequence_id)
        await service.try_hook(work, sequence_id, step_id, _id((await pages.form(request)).get("lead")))
        if is_htmx(request):
            return await _tried(request, work, sequence_id, step_id)
        return pages.redirect(request, f"{PATH}/{sequence_id}/steps/{step_id}/test")

    @post("/{step_id:str}/resume")
    async def resume(
        self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID], step_id: FromPath[str]
    ) -> Response[Any]:
        """A paused webhook asks its address again, with everybody who waits there."""
        await service.resume(work, sequence_id, step_id)
        return pages.redirect(request, f"{PATH}/{sequence_id}#step-{step_id}", Toast(say("It goes on.")))


async def _tried(request: HttpRequest, work: Work, sequence_id: UUID, step_id: str) -> Response[bytes]:
    row, tried = await queries.sequence(work, sequence_id), await service.last_try(work, sequence_id, step_id)
    context = TriedPage(sequence=row, tried=tried, url=f"{PATH}/{sequence_id}/steps/{step_id}")
    title, part = say("Test of a webhook"), "sequences/_tried.html"
    return await pages.page(request, work, "sequences/tried.html", context, title=title, fragment=part)


def _id(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise NotFound from None


async def told_once(request: HttpRequest, work: Work, row: Sequence, secret: str) -> Response[bytes]:
    """The answer is the only page that ever shows the secret."""
    context = SecretPage(sequence=row, secret=secret, back=f"{PATH}/{row.id}")
    return await pages.page(
        request, work, "sequences/secret.html", context, title=row.label, fragment="sequences/_secret.html"
    )

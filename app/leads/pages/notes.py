"""Notes, tasks and tags on a lead's page."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Controller, Response, post
from litestar.params import FromPath

from app.contacts import service as contacts
from app.core import drafts, pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads import queries
from app.leads.pages.lead import PATH, lead_view
from app.tasks import queries as task_queries
from app.tasks import service as tasks
from app.tasks.forms import read_task
from themes.catalogue import say


class LeadNotes(Controller):
    """`/agent/leads/{id}/notes`, `/tasks`, `/tags`."""

    path = f"{PATH}/{{lead_id:uuid}}"
    opt = {"permission": "leads.edit"}

    @post("/notes")
    async def add_note(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        await queries.lead(work, work.person, lead_id)
        try:
            await contacts.add_note(work, "lead", lead_id, str(given.get("body", "")))
        except Invalid as problem:
            return await _page_again(request, work, lead_id, problem)
        await drafts.done(work, f"note-{lead_id}")
        return pages.redirect(
            request, pages.safe_next(str(given.get("next") or ""), f"{PATH}/{lead_id}"), Toast(say("Note saved."))
        )

    @post("/notes/{note_id:uuid}/pin")
    async def pin_note(
        self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID], note_id: FromPath[UUID]
    ) -> Response[Any]:
        """Pin it, or unpin the one that is pinned."""
        given = await pages.form(request)
        await queries.lead(work, work.person, lead_id)
        pinned = given.get("pinned", "1") == "1"
        await contacts.pin_note(work, note_id, entity="lead", entity_id=lead_id, pinned=pinned)
        return pages.redirect(request, f"{PATH}/{lead_id}")

    @post("/notes/{note_id:uuid}/delete")
    async def delete_note(
        self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID], note_id: FromPath[UUID]
    ) -> Response[Any]:
        await queries.lead(work, work.person, lead_id)
        await contacts.delete_note(work, note_id, entity="lead", entity_id=lead_id)
        undo = f"{PATH}/{lead_id}/notes/{note_id}/restore"
        return pages.redirect(request, f"{PATH}/{lead_id}", Toast(say("Note deleted."), undo))

    @post("/notes/{note_id:uuid}/restore")
    async def restore_note(
        self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID], note_id: FromPath[UUID]
    ) -> Response[Any]:
        await queries.lead(work, work.person, lead_id)
        await contacts.restore_note(work, note_id, entity="lead", entity_id=lead_id)
        return pages.redirect(request, f"{PATH}/{lead_id}")

    @post("/tasks", opt={"permission": "tasks.edit"})
    async def add_task(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        await queries.lead(work, work.person, lead_id)
        try:
            values = read_task(given, ZoneInfo(work.person.zone))
            await tasks.add_task(work, values, entity="lead", entity_id=lead_id)
        except Invalid as problem:
            return await _page_again(request, work, lead_id, problem)
        await drafts.done(work, f"task-{lead_id}")
        return pages.redirect(request, f"{PATH}/{lead_id}", Toast(say("Task added.")))

    @post("/tasks/{task_id:uuid}/done", opt={"permission": "tasks.edit"})
    async def finish_task(
        self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID], task_id: FromPath[UUID]
    ) -> Response[Any]:
        """Whoever sees the lead may tick off what hangs on it."""
        await queries.lead(work, work.person, lead_id)
        await _on_lead(work, lead_id, task_id)
        await tasks.complete(work, task_id)
        undo = f"{PATH}/{lead_id}/tasks/{task_id}/reopen"
        return pages.redirect(request, f"{PATH}/{lead_id}", Toast(say("Done."), undo))

    @post("/tasks/{task_id:uuid}/reopen", opt={"permission": "tasks.edit"})
    async def reopen_task(
        self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID], task_id: FromPath[UUID]
    ) -> Response[Any]:
        await queries.lead(work, work.person, lead_id)
        await _on_lead(work, lead_id, task_id)
        await tasks.reopen(work, task_id)
        return pages.redirect(request, f"{PATH}/{lead_id}")

    @post("/tags")
    async def add_tag(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        await queries.lead(work, work.person, lead_id)
        try:
            await contacts.add_tags(work, "lead", [lead_id], str(given.get("tag", "")))
        except Invalid as problem:
            return await _page_again(request, work, lead_id, problem)
        return pages.redirect(request, f"{PATH}/{lead_id}")

    @post("/tags/remove")
    async def remove_tag(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        await queries.lead(work, work.person, lead_id)
        await contacts.remove_tag(work, "lead", lead_id, str(given.get("tag", "")))
        return pages.redirect(request, f"{PATH}/{lead_id}")


async def _on_lead(work: Work, lead_id: UUID, task_id: UUID) -> None:
    """Raises NotFound for a task of another record."""
    if await task_queries.record_of(work, task_id) != ("lead", lead_id):
        raise NotFound


async def _page_again(request: HttpRequest, work: Work, lead_id: UUID, problem: Invalid) -> Response[bytes]:
    it = await queries.lead_page(work, work.person, lead_id)
    context = await lead_view(request, work, it)
    return await pages.refused(request, work, "leads/lead.html", context, problem, title=it.contact.name)

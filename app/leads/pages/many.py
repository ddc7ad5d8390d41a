"""What is done from the list: adding somebody, changing many at once, taking it back, saving the view."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import conditions, fields, limits, pages
from app.core.errors import Invalid, invalid
from app.core.limits import Limit
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads import forms, queries, service
from app.leads.models import declared_verbs
from app.leads.pages.fresh import NEW, new_page, twins_of
from app.leads.service import Deed, Done, ViewValues
from themes import formats
from themes.catalogue import later, say
from themes.terms import worded

EDIT = {"permission": "leads.edit"}
TYPING = Limit.per_minute(120)
TARGETS = {"assign": "owner_id", "stage": "stage", "tag": "tag"}
SAID = {
    "tag": later("Tagged %(count)s."),
    "archive": later("Archived %(count)s."),
    "restore": later("Brought back %(count)s."),
}
UNDONE = ("assign", "stage", "delete", "archive")


class ManyPages(Controller):
    """Beside `/agent/leads`."""

    path = forms.LIST

    @get("/new", opt=NEW)
    async def new(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = await new_page(work, {}, [])
        return await pages.page(
            request, work, "leads/new.html", context, title=worded("New %(lead)s"), fragment="leads/_new.html"
        )

    @post("/duplicates", opt=NEW)
    async def duplicates(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """Asked while a number or an address is typed; what can't be read yet has no twins."""
        await limits.demand("duplicates", work.person.id, TYPING)
        given = await pages.form(request)
        known = (await fields.registry(work, "contact")).only(("phone", "email"))
        values, _ = fields.parse(known, given, partial=True)
        context = {"twins": await twins_of(work, values)}
        return await pages.page(request, work, "leads/_twins.html", context, title="")

    @post("/bulk", opt=EDIT)
    async def bulk(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """Assign, stage, tag, archive or a verb of a room above: the ticked rows, or all that match what the address said."""
        given = await pages.form(request)
        deed = await _deed(work, given)
        done = await service.begin(work, deed)
        undo = f"{forms.LIST}/undo/{work.trace}" if deed.verb in UNDONE else ""
        back = _back(given)
        if done.waiting:
            back += f"{'&' if '?' in back else '?'}running={work.trace}"
        return pages.redirect(request, back, Toast(await _told(work, deed, done), undo))

    @post("/undo/{trace:str}", opt=EDIT)
    async def undo(self, request: HttpRequest, work: WorkDep, trace: FromPath[str]) -> Response[Any]:
        """Take back what one request of one's own did, minutes ago at most."""
        count = await service.undo(work, trace, work.person.id)
        given = await pages.form(request)
        onward = given.get("next") or request.headers.get("Referer", "")
        return pages.redirect(
            request, _path_of(onward), Toast(say("Taken back.") if count else say("Nothing to take back."))
        )

    @post("/views", opt={"permission": "leads.view"})
    async def save_view(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """The list as it stands now becomes a tab."""
        given = await pages.form(request)
        asked = await forms.read_list(work, work.person, _texts(given))
        where = conditions.to_json(asked.asked.where) if asked.asked.where != conditions.EVERYTHING else {}
        values = ViewValues(
            name=str(given.get("name", "")),
            where=where,
            sort=asked.asked.sort,
            columns=asked.columns if given.get("columns") else [],
            shared=bool(given.get("shared")) and work.person.may("leads.assign"),
        )
        try:
            view = await service.save_view(work, work.person, values)
        except Invalid as problem:
            work.abandon()
            return pages.redirect(request, asked.address.to(), Toast(problem.detail))
        return pages.redirect(request, f"{forms.LIST}?view={view.id}", Toast(say("View saved.")))

    @post("/views/{view_id:uuid}", opt={"permission": "leads.view"})
    async def change_view(self, request: HttpRequest, work: WorkDep, view_id: FromPath[UUID]) -> Response[Any]:
        """`name` renames it, `shared` shows or hides it, `to` (left or right) moves it."""
        given = await pages.form(request)
        url = f"{forms.LIST}?view={view_id}"
        if given.get("to"):
            await service.order_view(work, work.person, view_id, given["to"] == "left")
            return pages.redirect(request, url)
        shared = given["shared"] == "1" if "shared" in given and work.person.may("leads.assign") else None
        try:
            await service.change_view(work, work.person, view_id, name=given.get("name"), shared=shared)
        except Invalid as problem:
            work.abandon()
            return pages.redirect(request, url, Toast(problem.errors[0].message))
        return pages.redirect(request, url, Toast(say("View saved.")))

    @post("/views/{view_id:uuid}/delete", opt={"permission": "leads.view"})
    async def delete_view(self, request: HttpRequest, work: WorkDep, view_id: FromPath[UUID]) -> Response[Any]:
        await service.delete_view(work, work.person, view_id)
        return pages.redirect(request, forms.LIST, Toast(say("View deleted.")))


# --- many at once


async def _deed(work: Work, given: dict[str, Any]) -> Deed:
    verb = str(given.get("verb", ""))
    to = str(given.get(TARGETS.get(verb, f"to_{verb}"), "") or "")
    if verb == "assign" and not to:
        raise invalid("owner_id", say("Choose who is to have them, or nobody."), "missing")
    to = "" if verb == "assign" and to == "nobody" else to
    asked = await forms.read_list(work, work.person, _texts(given))
    ids = _ids(given.get("ids", []))
    every = bool(given.get("every"))
    if not ids and not every:
        raise invalid("ids", say("Select at least one row first."), "missing")
    _check_target(verb, to)
    where = {} if asked.asked.where == conditions.EVERYTHING else conditions.to_json(asked.asked.where)
    return Deed(
        verb=verb,
        to=to,
        person_id=work.person.id,
        ids=[] if every else ids,
        every=every,
        q=asked.q,
        where=where,
        archived=asked.asked.archived,
        answers={name: value for name, value in given.items() if name == "lost_reason"},
    )


def _check_target(verb: str, to: str) -> None:
    if (verb in ("stage", "tag") or verb in declared_verbs()) and not to:
        raise invalid(verb, say("Choose what to change them to."), "missing")
    if verb == "assign" and to:
        try:
            UUID(to)
        except ValueError:
            raise invalid("owner_id", say("Choose somebody on the team.")) from None


def _ids(raw: Any) -> list[UUID]:
    texts = [raw] if isinstance(raw, str) else raw
    try:
        return [UUID(text) for text in texts]
    except (ValueError, AttributeError, TypeError):
        raise invalid("ids", "One of the selected rows can't be found. Load the list again.") from None


async def _told(work: Work, deed: Deed, done: Done) -> str:
    """What happened, in a sentence for the toast."""
    count = say("all that match") if done.waiting else formats.number(done.changed)
    refused = " " + say("%(count)s need more first.", count=formats.number(done.refused)) if done.refused else ""
    if deed.verb == "assign":
        names = await queries.people_names(work, [UUID(deed.to)] if deed.to else [])
        name = names[UUID(deed.to)] if deed.to else say("nobody")
        said = later("Assigning %(count)s to %(name)s.") if done.waiting else later("Assigned %(count)s to %(name)s.")
        return say(said, count=count, name=name) + refused
    if deed.verb == "stage":
        label = next((stage.label for stage in await service.stages(work) if stage.name == deed.to), deed.to)
        said = later("Moving %(count)s to %(stage)s.") if done.waiting else later("Moved %(count)s to %(stage)s.")
        return say(said, count=count, stage=label) + refused
    if above := declared_verbs().get(deed.verb):
        return say(above.done, n=count)
    return say(SAID.get(deed.verb, later("Deleted %(count)s.")), count=count)


def _texts(given: dict[str, Any]) -> dict[str, str]:
    """The list's address among the posted fields."""
    names = ("view", "q", "where", "sort", "columns")
    return {name: value for name in names if isinstance(value := given.get(name), str)}


def _back(given: dict[str, Any]) -> str:
    return forms.Address(forms.LIST, {name: str(value) for name, value in _texts(given).items()}).to()


def _path_of(url: str) -> str:
    """The way back: a path of this host."""
    parts = urlsplit(url)
    return pages.safe_next(parts.path + (f"?{parts.query}" if parts.query else ""), forms.LIST)

"""`/admin/invoice-terms`: when an invoice is due, when it is recalled, and what stands at its foot."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post

from app.billing import forms, service
from app.core import pages
from app.core.errors import Invalid
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes.catalogue import later, say

PATH = "/admin/invoice-terms"
TITLE = later("Invoices and reminders")


class TermsPage(msgspec.Struct, frozen=True, kw_only=True):
    """`typed` holds what stands in the fields, by name."""

    typed: dict[str, Any]


class InvoiceTerms(Controller):
    path = PATH
    opt = {"permission": "settings.manage"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = TermsPage(typed=await _standing(work))
        return await pages.page(request, work, "billing/terms.html", context, title=say(TITLE))

    @post("/")
    async def save(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        try:
            wanted = forms.read_terms(given)
        except Invalid as problem:
            context = TermsPage(typed=given)
            return await pages.refused(request, work, "billing/terms.html", context, problem, title=say(TITLE))
        changed = await service.change_terms(work, **msgspec.structs.asdict(wanted))
        return pages.redirect(request, PATH, Toast(say("Saved.") if changed else say("Nothing was changed.")))


async def _standing(work: Work) -> dict[str, Any]:
    terms = await service.billing_terms(work)
    before = [str(-each) for each in reversed(terms.reminders) if each < 0]
    after = [str(each) for each in terms.reminders if each >= 0]
    return {"days": terms.days, "before": ", ".join(before), "after": ", ".join(after), "note": terms.note}


HANDLERS: list[Any] = [InvoiceTerms]

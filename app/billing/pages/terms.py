"""`/admin/invoice-terms`: when an invoice is due, when it is recalled, and what stands at its foot."""

from typing import Any

import msgspec

from app.billing import forms, service
from app.core.few_settings import SettingsPage
from app.core.work import Work
from themes.catalogue import later


class InvoiceTerms(SettingsPage):
    path = "/admin/invoice-terms"
    template = "billing/terms.html"
    title = later("Invoices and reminders")

    async def standing(self, work: Work) -> dict[str, Any]:
        terms = await service.billing_terms(work)
        before = [str(-each) for each in reversed(terms.reminders) if each < 0]
        after = [str(each) for each in terms.reminders if each >= 0]
        return {"days": terms.days, "before": ", ".join(before), "after": ", ".join(after), "note": terms.note}

    async def keep(self, work: Work, given: dict[str, Any]) -> bool:
        return await service.change_terms(work, **msgspec.structs.asdict(forms.read_terms(given)))


HANDLERS: list[Any] = [InvoiceTerms]

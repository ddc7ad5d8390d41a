"""`/admin/program`: what clients may change about their deposits by themselves."""

from typing import Any

import msgspec

from app.core.errors import NotFound
from app.core.few_settings import SettingsPage
from app.core.work import Work
from app.programs import forms, service
from themes.catalogue import later


class ProgramSettings(SettingsPage):
    path = "/admin/program"
    template = "programs/settings.html"
    title = later("Client changes")

    async def standing(self, work: Work) -> dict[str, Any]:
        terms = await service.terms(work)
        if terms is None:
            raise NotFound
        return dict(msgspec.to_builtins(terms.client_changes))

    async def keep(self, work: Work, given: dict[str, Any]) -> bool:
        return await service.let_clients_change(work, forms.read_client_changes(given))


HANDLERS: list[Any] = [ProgramSettings]

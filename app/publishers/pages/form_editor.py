"""`/admin/publishers/{id}/forms`: the editor of a hosted form."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import config, drafts, fields, pages
from app.core.errors import Invalid, NotFound
from app.core.fields import Field, FieldSet
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.publishers import forms, queries, service
from app.publishers.models import HostedForm, Offer, Publisher
from app.publishers.models.hosted import LANGUAGES, MOST_SCREENS, ConsentWords, askable, read_consents
from app.publishers.models.spec import offer_fields
from app.publishers.pages.hosted import preview_url
from app.publishers.pages.offers import BASE
from app.publishers.queries.hosted import address
from themes import formats
from themes.catalogue import say

USUAL = {"first_name": 1, "last_name": 1, "zip": 1, "phone": 2, "email": 2}


class FormPage(msgspec.Struct, frozen=True, kw_only=True):
    """The editor; `form` None makes a new one. `questions` are the fields that may be asked."""

    publisher: Publisher
    form: HostedForm | None
    offers: list[tuple[str, str]]
    offer_name: str
    questions: list[Field]
    required: list[str]
    languages: tuple[str, ...]
    chosen: list[str]
    screens: range
    versions: list[tuple[ConsentWords, datetime]]
    typed: Mapping[str, Any]
    draft_key: str
    form_url: str
    preview: str


class FormEditor(Controller):
    """Whoever may change publishers."""

    path = f"{BASE}/{{publisher_id:uuid}}/forms"
    opt = {"permission": "publishers.manage"}

    @get("/new")
    async def new_form(self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]) -> Response[bytes]:
        offer = await _offer(work, publisher_id, request.query_params.get("offer", ""))
        context = await _page(work, publisher_id, offer, None, await drafts.kept(work, _key(offer.id)))
        return await pages.page(request, work, "publishers/form_editor.html", context, title=say("New form"))

    @post("/")
    async def create_form(self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID]) -> Response[Any]:
        typed = await pages.form(request)
        offer = await _offer(work, publisher_id, str(typed.get("offer", "")))
        try:
            made = await service.create_form(
                work, publisher_id, offer.id, forms.form_draft(typed, await _known(work, offer))
            )
        except Invalid as problem:
            context = await _page(work, publisher_id, offer, None, typed)
            return await pages.refused(
                request, work, "publishers/form_editor.html", context, problem, title=say("New form")
            )
        await drafts.done(work, _key(offer.id))
        return pages.redirect(request, f"{BASE}/{publisher_id}/forms/{made.id}", Toast(say("Added. Look at it.")))

    @get("/{form_id:uuid}")
    async def edit_form(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID], form_id: FromPath[UUID]
    ) -> Response[bytes]:
        form, offer = await _found(work, publisher_id, form_id)
        typed = await drafts.kept(work, _key(form.id)) or forms.form_as_typed(form)
        context = await _page(work, publisher_id, offer, form, typed)
        return await pages.page(request, work, "publishers/form_editor.html", context, title=form.name)

    @post("/{form_id:uuid}")
    async def change_form(
        self, request: HttpRequest, work: WorkDep, publisher_id: FromPath[UUID], form_id: FromPath[UUID]
    ) -> Response[Any]:
        typed, (form, offer) = await pages.form(request), await _found(work, publisher_id, form_id)
        try:
            await service.change_form(work, publisher_id, form_id, forms.form_draft(typed, await _known(work, offer)))
        except Invalid as problem:
            context = await _page(work, publisher_id, offer, form, typed)
            return await pages.refused(request, work, "publishers/form_editor.html", context, problem, title=form.name)
        await drafts.done(work, _key(form.id))
        return pages.redirect(request, f"{BASE}/{publisher_id}/forms/{form_id}", Toast(say("Saved.")))


async def _offer(work: Work, publisher_id: UUID, wanted: str) -> Offer:
    """The offer that is named, else the publisher's first."""
    offers = await queries.offers(work, publisher_id)
    found = next((one for one in offers if str(one.id) == wanted), offers[0] if offers and not wanted else None)
    if found is None:
        raise NotFound
    return found


async def _found(work: Work, publisher_id: UUID, form_id: UUID) -> tuple[HostedForm, Offer]:
    found = await queries.form(work, publisher_id, form_id)
    if found is None:
        raise NotFound
    return found


async def _known(work: Work, offer: Offer) -> FieldSet:
    contact, lead = await fields.registry(work, "contact"), await fields.registry(work, "lead")
    return askable(offer_fields(contact, lead, offer.spec))


def _versions(form: HostedForm) -> list[tuple[ConsentWords, datetime]]:
    """The newest first, each with when it began."""
    return [(one, datetime.fromisoformat(one.at)) for one in reversed(read_consents(form.consents))]


def _key(of: UUID) -> str:
    return f"form-{of}"


async def _page(
    work: Work, publisher_id: UUID, offer: Offer, form: HostedForm | None, typed: Mapping[str, Any]
) -> FormPage:
    publisher, known = await queries.publisher(work, publisher_id), await _known(work, offer)
    if publisher is None:
        raise NotFound
    typed = typed or await _usual(work, known, work.tenant.name)
    chosen = typed.get("languages", [])
    required = typed.get("required", [])
    return FormPage(
        publisher=publisher,
        form=form,
        offers=[(str(one.id), one.name) for one in await queries.offers(work, publisher_id)],
        offer_name=offer.name,
        questions=list(known),
        required=[required] if isinstance(required, str) else list(required),
        languages=LANGUAGES,
        chosen=[chosen] if isinstance(chosen, str) else list(chosen),
        screens=range(1, MOST_SCREENS + 1),
        versions=_versions(form) if form else [],
        typed={**typed, "offer": str(offer.id)},
        draft_key=_key(form.id if form else offer.id),
        form_url=address(work, form.slug) if form else "",
        preview=preview_url(work, form.id, form.slug) if form else "",
    )


async def _usual(work: Work, known: FieldSet, firm: str) -> dict[str, Any]:
    """What a new form begins with: everything that the offer needs, on two screens."""
    brand = work.tenant.brand
    firm = str(brand.get("product_name") or firm)
    phone = formats.phone(str(brand.get("support_phone") or ""))
    typed: dict[str, Any] = {
        "languages": ["en"],
        "per_hour": "300",
        "state": "draft",
        "title_en": "Tell us about you",
        "title_es": "Cuéntenos de usted",
        "button_en": "Send",
        "button_es": "Enviar",
        "consent_en": (
            f"By pressing Send I agree that {firm} may call, text and e-mail me at the number and address I gave,"
            " also by automated means, about what I asked for. Consent is not a condition of any purchase."
        ),
        "consent_es": (
            f"Al pulsar Enviar acepto que {firm} me llame, me envíe mensajes de texto y correos al número y a la"
            " dirección que di, también por medios automáticos, sobre lo que pedí. El consentimiento no es condición"
            " de ninguna compra."
        ),
        "thanks_en": f"{firm} calls you today at the number you gave{f', from {phone}' if phone else ''}.",
        "thanks_es": f"{firm} le llama hoy al número que dio{f', desde el {phone}' if phone else ''}.",
    }
    for field in known:
        if field.required or field.name in USUAL:
            typed[f"screen_{field.name}"] = str(USUAL.get(field.name, 1))
    if await config.get(work, "locale") == "es_US":
        typed["languages"] = ["en", "es"]
    return typed

"""Hosted forms as visitors, staff and publishers meet them."""

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from app.core import clock, fields
from app.core.fields import FieldSet
from app.core.runtime import runtime
from app.core.work import Work
from app.publishers.models import HostedForm, Offer, Submission
from app.publishers.models.hosted import ConsentWords, Content, askable, read_consents, read_content
from app.publishers.models.spec import offer_fields
from app.publishers.models.terms import full, is_open
from app.publishers.queries.intake import Caller, OpenOffer, caller_of, cap_usage

OVER = timedelta(days=30)


class FormLine(msgspec.Struct, frozen=True, kw_only=True):
    """One form of a publisher, with what came through it in 30 days."""

    id: UUID
    slug: str
    name: str
    state: str
    offer: str
    sent: int
    accepted: int
    url: str


class OpenForm(msgspec.Struct, frozen=True, kw_only=True):
    """A form with everything that a visitor's request needs. `known` are the fields of the offer that may be asked."""

    id: UUID
    slug: str
    name: str
    state: str
    content: Content
    consents: list[ConsentWords]
    frames: list[str]
    per_hour: int
    caller: Caller
    offer: OpenOffer
    known: FieldSet
    url: str

    @property
    def test(self) -> bool:
        return "test" in (self.caller.state, self.offer.state)


async def forms_of(work: Work, publisher_id: UUID) -> list[FormLine]:
    counted = (
        select(
            Submission.form_id,
            func.count().label("sent"),
            func.count().filter(Submission.status == "accepted").label("accepted"),
        )
        .where(Submission.publisher_id == publisher_id, Submission.tally, Submission.at >= clock.now() - OVER)
        .group_by(Submission.form_id)
        .subquery()
    )
    statement = (
        select(
            HostedForm.id,
            HostedForm.slug,
            HostedForm.name,
            HostedForm.state,
            Offer.name.label("offer"),
            func.coalesce(counted.c.sent, 0).label("sent"),
            func.coalesce(counted.c.accepted, 0).label("accepted"),
        )
        .join(Offer, Offer.id == HostedForm.offer_id)
        .outerjoin(counted, counted.c.form_id == HostedForm.id)
        .where(Offer.publisher_id == publisher_id)
        .order_by(HostedForm.state == "off", HostedForm.name)
    )
    return [FormLine(**row, url=address(work, row["slug"])) for row in (await work.execute(statement)).mappings()]


async def form(work: Work, publisher_id: UUID, form_id: UUID) -> tuple[HostedForm, Offer] | None:
    """For staff: the row and its offer, if it is this publisher's."""
    statement = select(HostedForm, Offer).join(Offer, Offer.id == HostedForm.offer_id)
    row = (await work.execute(statement.where(HostedForm.id == form_id, Offer.publisher_id == publisher_id))).first()
    return (row.HostedForm, row.Offer) if row else None


async def open_form(work: Work, slug: str) -> OpenForm | None:
    """By its address, whatever its state."""
    statement = select(HostedForm, Offer.publisher_id).join(Offer, Offer.id == HostedForm.offer_id)
    row = (await work.execute(statement.where(HostedForm.slug == slug))).first()
    if row is None:
        return None
    found, caller = row.HostedForm, await caller_of(work, row.publisher_id)
    offer = next(one for one in caller.offers if one.id == found.offer_id)
    contact, lead = await fields.registry(work, "contact"), await fields.registry(work, "lead")
    return OpenForm(
        id=found.id,
        slug=found.slug,
        name=found.name,
        state=found.state,
        content=read_content(found.content),
        consents=read_consents(found.consents),
        frames=found.frames,
        per_hour=found.per_hour,
        caller=caller,
        offer=offer,
        known=askable(offer_fields(contact, lead, offer.spec)),
        url=address(work, found.slug),
    )


async def takes_leads(work: Work, form: OpenForm) -> bool:
    """Whether somebody who fills the form in now can be taken: told before they type, not after."""
    if form.test:
        return form.caller.state in ("test", "live") and form.offer.state in ("test", "live")
    if {form.caller.state, form.offer.state} != {"live"} or not is_open(form.offer.terms, clock.now()):
        return False
    return full(await cap_usage(work, form.offer), form.offer.price_amount) is None


def address(work: Work, slug: str) -> str:
    return f"{runtime().settings.origin(work.tenant.host)}/f/{slug}"

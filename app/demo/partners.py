"""What publishers find in the demo beside their leads: outcomes told, a form of the tenant's own, some leads returned."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.core import clock, config, fields
from app.core.work import Work
from app.demo.virtual import Past
from app.leads import service as leads
from app.publishers import service as publishers
from app.publishers.models import Offer, Submission
from app.publishers.models.hosted import Content, FormDraft, Question, Screen, Words, askable
from app.publishers.models.spec import offer_fields
from themes import formats

SCREENS = (("first_name", "last_name", "zip"), ("phone", "email"))
EACH = 17  # every so many leads of the last days are returned
REASONS = ("The number belongs to somebody else", "Never asked for help", "The number is out of service")


async def tell_outcomes(work: Work) -> None:
    """Publishers hear how a lead ended, in the tenant's own words for its stages."""
    told = {stage.name: stage.label for stage in await leads.stages(work) if stage.kind in ("won", "lost")}
    await config.put(work, "publishers", {"told": told})


async def make_form(work: Work, publisher_id: UUID, offer: Offer, firm: str, phone: str) -> None:
    """A form that works, with every question that the offer insists on."""
    contact, lead = await fields.registry(work, "contact"), await fields.registry(work, "lead")
    usual = [name for screen in SCREENS for name in screen]
    known = askable(offer_fields(contact, lead, offer.spec))
    others = tuple(field.name for field in known if field.required and field.name not in usual)
    screens = [Screen(tuple(map(Question, names))) for names in (others, *SCREENS) if names]
    words = {
        "en": Words(
            title=f"Talk to {firm}",
            intro="Two short steps. No cost, no obligation.",
            thanks=f"{firm} calls you by the end of the next working day, from {formats.phone(phone)}.",
        ),
        "es": Words(
            title=f"Hable con {firm}",
            intro="Dos pasos cortos. Sin costo ni compromiso.",
            button="Enviar",
            thanks=f"{firm} le llama a más tardar al final del próximo día hábil, desde el {formats.phone(phone)}.",
        ),
    }
    consents = {
        "en": f"By pressing Send I agree that {firm} may call, text and e-mail me at the number and address I gave, also by"
        " automated means, about what I asked for. Consent is not a condition of any purchase.",
        "es": f"Al pulsar Enviar acepto que {firm} me llame y me escriba al número y a la dirección que di, también por medios"
        " automáticos, sobre lo que pedí. El consentimiento no es condición de ninguna compra.",
    }  # fmt: skip
    draft = FormDraft(
        name="Consultation",
        slug="consultation",
        state="live",
        content=Content(languages=("en", "es"), words=words, screens=tuple(screens)),
        consents=consents,
        frames=("https://www.example.com",),
    )
    await publishers.create_form(work, publisher_id, offer.id, draft)


async def give_back(past: Past) -> None:
    """Now and then a lead turns out to be nobody's: returned with its reason, while its window is open."""
    async with past.do(past.now) as work:
        paid = select(Submission.publisher_id, Submission.id).where(
            Submission.price_amount > 0,
            Submission.return_until > clock.now() + timedelta(hours=1),
            Submission.returned_at.is_(None),
        )
        rows = (await work.execute(paid.order_by(Submission.at, Submission.id))).all()
        for turn, row in enumerate(rows[::EACH]):
            await publishers.return_lead(work, row.publisher_id, row.id, REASONS[turn % len(REASONS)])

"""Mail to people of the house: laid out by the brand, in their language and zone, handed over by an effect."""

from collections.abc import Awaitable, Callable
from typing import Any

from app.access.models import PersonRow
from app.access.models.letters import compiled
from app.core import agenda, clock, config
from app.core.ports import doors
from app.core.ports.failures import OutcomeUnknown, Refused
from app.core.ports.mail import Mail, Signer
from app.core.runtime import runtime
from app.core.work import Work
from themes.formats import moment
from themes.looks import look_of
from themes.mjml import CompiledEmail, mail_model, render_email
from themes.tokens import brand_of
from themes.view import viewing

# The key that this tenant's mail is signed with is known to a room above, which puts its question here.
signers: list[Callable[[Work], Awaitable[Signer | None]]] = []


async def signer(work: Work) -> Signer | None:
    """None while no room knows a key that receivers can check."""
    return await signers[0](work) if signers else None


async def letter(work: Work, person: PersonRow, kind: str, usual: str = "", **tokens: str) -> Mail:
    """One of the letters about accounts, in the `usual` locale for somebody who has chosen none."""
    locale, zone = await manner(work, person, usual)
    with viewing({"locale": locale, "zone": zone}, clock.real_now):
        at = moment(clock.real_now(), named=True)
    return await mail(work, person, compiled(kind, locale[:2]), {"at": at, **tokens}, locale)


async def manner(work: Work, person: PersonRow, usual: str = "") -> tuple[str, str]:
    """Locale and zone that somebody reads in: their own wish, else what is usual here, else the tenant's."""
    settings, wishes = await config.everything(work), person.preferences or {}
    return wishes.get("locale", usual or settings["locale"]), wishes.get("zone", settings["zone"])


async def mail(work: Work, person: PersonRow, made: CompiledEmail, tokens: dict[str, Any], locale: str = "") -> Mail:
    """A letter of ours to one person of the house, in the tenant's brand."""
    brand, locale = brand_of(work.tenant.brand), locale or (await manner(work, person))[0]
    firm = brand.product_name or work.tenant.name
    named = {"name": person.name, "firm": firm, **tokens}
    written = await render_email(made, mail_model(look_of(brand, firm, site_url=origin(work)), named, lang=locale[:2]))
    return Mail(
        from_address=brand.sender_address or f"no-reply@{work.tenant.host}",
        from_name=brand.sender_name or firm,
        reply_to=brand.reply_to,
        to=person.email,
        to_name=person.name,
        subject=written.subject,
        text=written.text,
        html=written.html,
        headers={"Auto-Submitted": "auto-generated"},
        signer=await signer(work),
    )


def origin(work: Work) -> str:
    """From the registry's host, never from a request."""
    return runtime().settings.origin(work.tenant.host)


async def send(mail: Mail, key: str) -> Any:
    """Hand it over. A refusal is an outcome (`settle` notes it); silence after the message is asked again."""
    try:
        return await doors.mailer().send(mail, key)
    except Refused as refusal:
        return refusal
    except OutcomeUnknown as doubt:
        raise agenda.Retry(str(doubt)) from doubt

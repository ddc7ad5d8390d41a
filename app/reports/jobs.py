"""What reports do later: making files, running schedules, mailing to people of the house, tidying up.

Mail goes to staff alone, about their own house, on their own order: it needs no consent, and leaves at most once.
"""

from datetime import date, timedelta
from uuid import UUID

import msgspec

from app.access.models import PersonRow
from app.access.service import posting
from app.core import agenda, clock, config
from app.core.ports import doors
from app.core.ports.failures import Refused
from app.core.ports.mail import Attachment, Mail
from app.core.ports.pdf import PdfFailed
from app.core.work import Work, job_unit
from app.messages.service import outside
from app.reports import service
from app.reports.models import ReportFile, ReportSchedule
from app.reports.queries import REPORTS, Sight, covers
from app.reports.queries.files import somebody
from app.reports.service import Order, Product, files
from themes.catalogue import say
from themes.formats import day
from themes.mjml import mail_model, render_email
from themes.paragraphs import Button, ours
from themes.terms import worded
from themes.view import viewing

LARGEST_ATTACHED = 5_000_000


class Parcel(msgspec.Struct, frozen=True):
    """`ref` is what the Message-ID is made from: the same for every attempt."""

    mail: Mail
    ref: str


async def make(order: Order, key: str) -> Product | str:
    """With no transaction held. A fault that would come again is an outcome."""

    async def progress(work: Work, done: int, everything: int) -> None:
        await files.progress(work, order.file_id, done, everything)

    try:
        return await service.make(order, job_unit, progress)
    except PdfFailed as problem:
        return str(problem)


async def prepare_mail(work: Work, file_id: UUID, person_id: UUID) -> Parcel | None:
    """The mail, if the file stands and this person may still read it."""
    file, reader = await work.get(ReportFile, file_id), await somebody(work, person_id)
    row = await work.get(PersonRow, person_id)
    if file is None or file.body is None or reader is None or row is None or not reader.may("reports.view"):
        return None
    if reader.id != file.person_id and not covers(reader, msgspec.convert(file.sight, Sight)):
        return None
    settings = await config.everything(work)
    with viewing({"locale": reader.locale, "zone": reader.zone, "terms": settings["terms"]}, clock.now):
        title = worded(REPORTS[file.report].title)
        when = _days(*file.period.split(".."))
        attached = file.size <= LARGEST_ATTACHED
        body = say(
            "Hello %(name)s, the report “%(title)s” of %(when)s is ready.",
            name="{{ name }}",
            title="{{ title }}",
            when="{{ when }}",
        )
        more = say("It is attached.") if attached else say("It is too large for a mail; open it with the button.")
        compiled = ours("{{ title }}, {{ when }}", f"{body}\n\n{more}", Button(say("Open the report"), "{{ link }}"))
    link = f"{outside.origin(work)}/admin/reports/files/{file.id}"
    tokens = {"name": reader.name, "title": title, "when": when, "link": link}
    made = await render_email(compiled, mail_model(outside.look(work), tokens, lang=settings["locale"][:2]))
    name, address = outside.sender(work)
    mail = Mail(
        from_name=name, from_address=address, reply_to=address, to=row.email, to_name=row.name, subject=made.subject,
        text=made.text, html=made.html, headers={"Auto-Submitted": "auto-generated"},
        attachments=(Attachment(file.name, file.content_type, file.body),) if attached else (),
        signer=await posting.signer(work),
    )  # fmt: skip
    return Parcel(mail, f"report:{file.id}:{person_id}")


def _days(first: str, last: str) -> str:
    """Of ISO days, as people read them; one day is said once."""
    begun, ended = (day(date.fromisoformat(one), year=True) for one in (first, last))
    return begun if first == last else say("%(first)s to %(last)s", first=begun, last=ended)


async def send(parcel: Parcel, key: str) -> str:
    """Handed over once; a refusal is an outcome."""
    try:
        await doors.mailer().send(parcel.mail, parcel.ref)
    except Refused as refusal:
        return str(refusal) or "refused"
    return ""


async def ask(parcel: Parcel, key: str) -> str | None:
    """After a crash in between. Where the server cannot say, a person looks: it is never sent twice by itself."""
    return "" if await doors.mailer().ask(parcel.mail, parcel.ref) else None


async def settle_mail(work: Work, file_id: UUID, person_id: UUID, refused: str) -> None:
    """What was refused stands on the schedule, and so on the home page."""
    file = await work.get(ReportFile, file_id)
    schedule = await work.get(ReportSchedule, file.schedule_id) if refused and file and file.schedule_id else None
    if schedule is not None:
        schedule.last_error = say("The mail was refused: %(why)s", why=refused)[:500]


agenda.effect(
    agenda.Effect(
        "reports.make",
        prepare=service.begin,
        call=make,
        settle=service.finish,
        repeatable=True,
        queue="report",
        retries=3,
    )
)
agenda.effect(agenda.Effect("reports.mail", prepare=prepare_mail, call=send, settle=settle_mail, ask=ask))


@agenda.job("reports.run", queue="report")
async def run(work: Work, schedule_id: UUID, turn: int) -> None:
    await service.run(work, schedule_id, turn)


@agenda.recurring("reports.daily", timedelta(days=1))
async def daily(work: Work) -> None:
    await service.tidy(work)

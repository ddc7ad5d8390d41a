"""What reports have for the administrator's home: schedules whose last run went wrong."""

from sqlalchemy import func, select

from app.core.attention import Need
from app.core.permissions import Person
from app.core.work import Work
from app.reports.models import ReportSchedule
from themes.catalogue import say, say_many


async def needs(work: Work, person: Person) -> list[Need]:
    if not person.may("reports.schedule"):
        return []
    wrong = (
        select(func.count()).select_from(ReportSchedule).where(ReportSchedule.last_error != "", ~ReportSchedule.paused)
    )
    if person.reach != "all":
        wrong = wrong.where(ReportSchedule.owner_id == person.id)
    count = await work.scalar(wrong) or 0
    sentence = say_many("%(count)s scheduled report was not sent", "%(count)s scheduled reports were not sent", count)
    return [Need(sentence=sentence, count=count, url="/admin/reports/schedules", verb=say("See why"), tone="error")]

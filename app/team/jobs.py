"""Mailing what was not read in the app, and forgetting what was read long ago.

A batch that came twice would do no harm, so a doubtful send is made again (under the same Message-ID).
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, update

from app.access.models import PersonRow, Role
from app.access.queries import as_person
from app.access.service import posting
from app.core import agenda, clock, config
from app.core.ports.mail import Mail
from app.core.work import Work
from app.team import queries, service
from app.team.models import Notice, notice_kind, wishes_of
from app.team.models.letters import compiled
from app.team.queries import NoticeLine
from themes.catalogue import say, say_many
from themes.formats import moment
from themes.view import speaking, viewing


class Batch(msgspec.Struct, frozen=True):
    """One mail, and the notices that it tells of."""

    mail: Mail
    notices: list[UUID]


async def prepare(work: Work, person_id: UUID, mode: str) -> Batch | None:
    """What is unread still, within the reach that the person has now; None when there is nothing left to tell."""
    found = select(PersonRow, Role).join(Role, Role.id == PersonRow.role_id)
    row = (await work.execute(found.where(PersonRow.id == person_id, PersonRow.state == "active"))).first()
    if row is None:
        return None
    work.person = as_person(row.PersonRow, row.Role, None, await config.everything(work))
    wishes = wishes_of(row.PersonRow.preferences)
    waiting = [one for one in await queries.to_mail(work, person_id) if wishes.of(notice_kind(one.kind)).mail == mode]
    return Batch(await _mail(work, row.PersonRow, waiting), [one.id for one in waiting]) if waiting else None


async def _mail(work: Work, person: PersonRow, waiting: list[Notice]) -> Mail:
    locale, zone = await posting.manner(work, person)
    with speaking(locale):
        told = await queries.lines(work, waiting)
        subject = (
            told[0].text if len(told) == 1 else say_many("%(count)s new notice", "%(count)s new notices", len(told))
        )
    with viewing({"locale": locale, "zone": zone}, clock.now):
        rows = [{"text": _sentence(one), "at": moment(one.at, named=True)} for one in told]
    path = f"/notices/{told[0].id}" if len(told) == 1 else "/notices?show=unread"
    tokens = {"subject": subject, "notices": rows, "link": f"{posting.origin(work)}{path}"}
    return await posting.mail(work, person, compiled(locale[:2]), tokens)


def _sentence(line: NoticeLine) -> str:
    return say("%(text)s (and %(n)s more)", text=line.text, n=line.others) if line.others else line.text


async def call(batch: Batch, key: str) -> Any:
    await posting.send(batch.mail, key)
    return batch.notices


async def settle(work: Work, person_id: UUID, mode: str, result: Any) -> None:
    """They went out, or the mail server refused the address for good: either way not again."""
    await work.execute(update(Notice).where(Notice.id.in_(result)).values(mailed_at=clock.now()))


agenda.effect(agenda.Effect("team.mail_notices", prepare=prepare, call=call, settle=settle, repeatable=True))


@agenda.recurring("team.tidy_notices", timedelta(days=1))
async def tidy(work: Work) -> None:
    await service.tidy(work)

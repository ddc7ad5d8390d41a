"""What access has for the administrator's home: second factors that are owed, and people to invite."""

from sqlalchemy import func, select

from app.access.models import PersonRow, Role
from app.core.attention import Need, Step
from app.core.permissions import Person
from app.core.work import Work
from themes.catalogue import say, say_many

_STAFF = (Role.audience == "staff", PersonRow.support.is_(False))


async def needs(work: Work, person: Person) -> list[Need]:
    """Staff who sign in without a second factor; worse where their role demands one."""
    if not person.may("people.view"):
        return []
    without = (*_STAFF, PersonRow.state == "active", PersonRow.totp_confirmed_at.is_(None))
    counts = select(func.count().filter(Role.require_totp), func.count().filter(~Role.require_totp))
    owed, free = (
        await work.execute(counts.select_from(PersonRow).join(Role, Role.id == PersonRow.role_id).where(*without))
    ).one()
    sentence = say_many(
        "%(count)s person still owes a second factor", "%(count)s people still owe a second factor", owed
    )
    plain = say_many("%(count)s person signs in without 2FA", "%(count)s people sign in without 2FA", free)
    return [
        Need(sentence=sentence, count=owed, url="/admin/people?factor=owed", verb=say("See who")),
        Need(sentence=plain, count=free, url="/admin/people?factor=off", verb=say("See who"), tone="info"),
    ]


async def steps(work: Work, person: Person) -> list[Step]:
    """The people step is done with the second member of staff, invited or in."""
    if not person.may("people.manage"):
        return []
    staff = select(func.count()).select_from(PersonRow).join(Role, Role.id == PersonRow.role_id)
    known = await work.scalar(staff.where(*_STAFF, PersonRow.state.in_(("active", "invited")))) or 0
    return [
        Step(
            name="people", label=say("Invite your people"), hint=say("They get a mail with a button, good for seven days."),
            url="/admin/people/invite", verb=say("Invite"), done=known > 1, order=20,
        )
    ]  # fmt: skip

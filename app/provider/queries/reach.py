"""The one place where a transaction of the console is let see its person's part of the registry."""

from sqlalchemy import text

from app.core.errors import NotFound
from app.core.work import Work

OF_RESELLERS = ("reseller", "reseller_staff")  # roles that are nothing without a reseller


async def within_reach(work: Work) -> Work:
    """The reseller's own rows, or all of them for the operator: `control`'s row-level security compares with this.

    Raises NotFound for a person who is not of the console, for one whose reseller is suspended, and for a reseller's
    person who stands for none.
    """
    person = work.person
    if person is None or person.audience != "console":
        raise NotFound
    if person.party_id is None and person.role in OF_RESELLERS:
        raise NotFound
    if work.info.get("console_reach") == person.id:
        return work
    reach = str(person.party_id) if person.party_id else "all"
    await work.execute(text("select set_config('marquee.reseller', :reach, true)"), {"reach": reach})
    if person.party_id is not None and await _is_suspended(work):
        raise NotFound
    work.info["console_reach"] = person.id
    return work


async def _is_suspended(work: Work) -> bool:
    return (await work.scalar(text("select state from control.resellers"))) != "active"

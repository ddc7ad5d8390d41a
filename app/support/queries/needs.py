"""What tickets have for the administrator's home: missed targets, and those that nobody has."""

from app.core.attention import Need
from app.core.permissions import Person
from app.core.work import Work
from app.support.queries.listing import counts
from themes.catalogue import say, say_many


async def needs(work: Work, person: Person) -> list[Need]:
    """Open tickets within reach, counted as their tabs count them."""
    if not person.may("tickets.view"):
        return []
    count = await counts(work, person)
    late = say_many("%(count)s ticket is late", "%(count)s tickets are late", count["late"])
    free = say_many("%(count)s ticket is with nobody", "%(count)s tickets are with nobody", count["unassigned"])
    page = "/agent/tickets?view="
    return [
        Need(sentence=late, count=count["late"], url=f"{page}late", verb=say("Answer"), tone="error"),
        Need(sentence=free, count=count["unassigned"], url=f"{page}unassigned", verb=say("Assign")),
    ]

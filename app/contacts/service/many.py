"""Many contacts at once, as an import brings them: the same rows and events as one by one, in a few statements."""

from collections.abc import Sequence

from uuid_utils.compat import uuid7

from app.contacts.models import WRITABLE, Contact
from app.contacts.service.people import Values, stored
from app.core import clock, events, fields
from app.core.runtime import runtime
from app.core.work import Work


async def create_many(work: Work, people: Sequence[Values]) -> list[Contact]:
    """New contacts in the order given. Whoever calls holds their phones and e-mails (`hold`) and knows that they are new."""
    fieldset, box, now = await fields.registry(work, "contact"), await runtime().box(work.tenant), clock.now()
    made, own = [], []
    for values in people:
        id_ = uuid7()
        columns = {name: stored(name, values.get(name)) for name in WRITABLE}
        custom = fields.dump(fieldset, values, box=box, record=id_)
        made.append(
            Contact(
                id=id_,
                **columns,
                name_key=fields.comparable(f"{columns['first_name']} {columns['last_name']}"),
                city_key=fields.comparable(columns["city"]) if columns["city"] else None,
                custom={name: value for name, value in custom.items() if value is not None},
                created_at=now,
                updated_at=now,
            )
        )
        own.append((id_, {name: values[name] for name in custom}))
    work.add_all(made)
    await work.flush()
    await fields.store_many(work, "contact", fieldset, own, box=box)
    for contact in made:
        events.record(work, "contact.created", "contact", contact.id)
    return made

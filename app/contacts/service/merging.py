"""Two contacts become one, and are parted again. No consent and no "stop" is ever lost on the way."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, or_, select
from uuid_utils.compat import uuid7

from app.contacts.models import WRITABLE, Consent, Contact, Duplicate, Merge
from app.contacts.service import references
from app.contacts.service.people import update
from app.contacts.service.references import Moved
from app.core import clock, events, fields, live
from app.core.errors import Conflict, NotFound
from app.core.work import Work

ADDRESS = {"call": "phone", "sms": "phone", "email": "email"}
NOT_KEPT = "the number or address that it was given for is not kept"


async def merge(work: Work, kept_id: UUID, gone_id: UUID, take: Collection[str] = ()) -> Merge:
    """Everything of `gone_id` goes to `kept_id`, which also takes over its values of the fields named in `take`.

    Raises NotFound, Conflict when one of them has gone into another already or the one that goes holds what can't move.
    """
    kept, gone = await _both(work, kept_id, gone_id)
    if kept.merged_into or gone.merged_into:
        raise Conflict("One of the two was merged meanwhile. Look again.", code="merged")
    if await references.bound(work, gone.id):
        raise Conflict(
            "This one has money in trust here, which stays where it was booked. Keep this one.", code="bound"
        )
    sides = {kept.id: _addresses(kept), gone.id: _addresses(gone)}
    before = await _values(work, kept)
    taken = {name: value for name, value in (await _values(work, gone)).items() if name in take}
    await update(work, kept.id, taken)
    earliest = [at for at in (kept.bankrupt_at, gone.bankrupt_at) if at]
    bankrupt_before, kept.bankrupt_at = kept.bankrupt_at, min(earliest, default=None)
    ended = await _settle_consents(work, kept, sides)
    moved = await references.move(work, gone.id, kept.id)
    gone.merged_into, gone.updated_at, kept.updated_at = kept.id, clock.now(), clock.now()
    row = Merge(
        id=uuid7(),
        kept_id=kept.id,
        gone_id=gone.id,
        moved=msgspec.to_builtins(moved),
        before={name: fields.json_safe(before.get(name)) for name in taken} | {"": fields.json_safe(bankrupt_before)},
        after={name: fields.json_safe(value) for name, value in taken.items()}
        | {"": fields.json_safe(kept.bankrupt_at)},
        ended=ended,
        at=clock.now(),
        by_id=work.actor.id,
        by_name=work.actor.name,
    )
    work.add(row)
    await _decide(work, kept.id, gone.id)
    events.record(work, "contact.merged", "contact", kept.id, other=gone.id, merge=row.id, fields=sorted(taken))
    live.tell(work, "leads", "")
    await work.flush()
    return row


async def part(work: Work, merge_id: UUID) -> Merge:
    """Take a merge back, whenever: what came to the kept one since stays there, what was changed since too.

    Twice changes nothing. Raises NotFound, Conflict while the kept one has itself gone into another.
    """
    row = (await work.scalars(select(Merge).where(Merge.id == merge_id).with_for_update())).first()
    if row is None:
        raise NotFound
    if row.undone_at is not None:
        return row
    kept, gone = await _both(work, row.kept_id, row.gone_id)
    if kept.merged_into:
        raise Conflict("This one was merged into somebody else since. Part those two first.", code="merged")
    await references.move_back(work, msgspec.convert(row.moved, list[Moved]), kept.id, gone.id)
    await _values_back(work, kept, row)
    await _consents_back(work, row.ended)
    gone.merged_into, gone.updated_at, row.undone_at = None, clock.now(), clock.now()
    pair = sorted((kept.id, gone.id))
    found = select(Duplicate).where(Duplicate.first_id == pair[0], Duplicate.second_id == pair[1])
    for duplicate in await work.scalars(found):
        duplicate.state, duplicate.decided_at, duplicate.decided_by = "open", None, ""
    events.record(work, "contact.parted", "contact", kept.id, other=gone.id, merge=row.id)
    live.tell(work, "leads", "")
    await work.flush()
    return row


async def _both(work: Work, kept_id: UUID, gone_id: UUID) -> tuple[Contact, Contact]:
    """Both rows, held in the order of their ids, so that two merges can't wait for each other."""
    wanted = select(Contact).where(Contact.id.in_([kept_id, gone_id])).order_by(Contact.id).with_for_update()
    rows = {row.id: row for row in await work.scalars(wanted, execution_options={"populate_existing": True})}
    if len(rows) != 2:
        raise NotFound
    return rows[kept_id], rows[gone_id]


def _addresses(contact: Contact) -> dict[str, str | None]:
    return {"phone": contact.phone, "email": contact.email}


async def _values(work: Work, contact: Contact) -> dict[str, Any]:
    """What may be taken over, by field name; sealed values stay with whom they were sealed for."""
    known = await fields.registry(work, "contact")
    return {name: getattr(contact, name) for name in WRITABLE} | fields.load(known, contact.custom or {})


async def _values_back(work: Work, kept: Contact, row: Merge) -> None:
    now = {name: fields.json_safe(value) for name, value in (await _values(work, kept)).items()}
    known = await fields.registry(work, "contact")
    stands = {name for name, value in row.after.items() if name and now.get(name) == value}
    back = {
        name: fields.native(known[name], row.before[name]) if name in known else row.before[name] for name in stands
    }
    await update(work, kept.id, back)
    if fields.json_safe(kept.bankrupt_at) == row.after.get(""):
        kept.bankrupt_at = datetime.fromisoformat(row.before[""]) if row.before.get("") else None


async def _decide(work: Work, kept: UUID, gone: UUID) -> None:
    """This pair is settled; what else looked like the one that is gone is looked at anew."""
    first, second = sorted((kept, gone))
    theirs = or_(Duplicate.first_id == gone, Duplicate.second_id == gone)
    for one in await work.scalars(select(Duplicate).where(Duplicate.first_id == first, Duplicate.second_id == second)):
        one.state, one.decided_at, one.decided_by = "merged", clock.now(), work.actor.name
    await work.flush()
    await work.execute(delete(Duplicate).where(theirs, Duplicate.state == "open"))


# --- consents


async def _settle_consents(work: Work, kept: Contact, sides: dict[UUID, dict[str, str | None]]) -> list[dict[str, Any]]:
    """One person now: their latest no ends every older yes, and a yes counts only for the number that it was for.

    The rows stay as proof. Returns how the changed ones stood before.
    """
    rows = list(
        await work.scalars(select(Consent).where(Consent.contact_id.in_(sides)).order_by(Consent.at).with_for_update())
    )
    said_no = [(row.revoked_at, row.revoked_how, set(row.channels)) for row in rows if row.revoked_at]
    changed = []
    for row in (row for row in rows if row.revoked_at is None):
        before = {"id": str(row.id), "channels": list(row.channels)}
        later = [no for no in said_no if no[2] & set(row.channels) and no[0] and no[0] >= row.at]
        fits = [channel for channel in row.channels if _fits(sides[row.contact_id], kept, channel)]
        if later:
            row.revoked_at, row.revoked_how = later[0][0], later[0][1]
        elif not fits:
            row.revoked_at, row.revoked_how = clock.now(), NOT_KEPT
        elif len(fits) < len(row.channels):
            row.channels = fits
        else:
            continue
        changed.append(before)
    return changed


def _fits(side: dict[str, str | None], kept: Contact, channel: str) -> bool:
    name = ADDRESS[channel]
    return side[name] in (None, "", getattr(kept, name))


async def _consents_back(work: Work, ended: list[Any]) -> None:
    for before in ended:
        row = await work.get(Consent, UUID(before["id"]))
        if row is not None:
            row.revoked_at, row.revoked_how, row.channels = None, None, before["channels"]

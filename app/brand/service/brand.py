"""Changing the brand: a draft that anybody with the right may work on, then one publishing by the worker."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import text
from uuid_utils.compat import uuid7

from app.brand import queries
from app.brand.models import PLACES, BrandPicture, BrandVersion, changes
from app.core import agenda, clock, config, events
from app.core.errors import FieldError, Invalid, NotFound, invalid
from app.core.work import Work
from themes import images
from themes.packs import PACKS
from themes.tokens import BrandInvalid, parse_brand

READERS = {"logo": images.logo, "logo_dark": images.logo, "favicon": images.favicon}


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are stored. Raises Invalid with a fault for each field."""
    try:
        stored: dict[str, Any] = msgspec.to_builtins(parse_brand(dict(values)))
    except BrandInvalid as error:
        raise Invalid([FieldError(fault.field, "invalid_format", fault.message) for fault in error.faults]) from error
    return stored


async def _one_at_a_time(work: Work) -> None:
    """Until the end of the transaction nobody else changes this tenant's brand."""
    await work.execute(text("select pg_advisory_xact_lock(hashtextextended(current_schema() || '.brand', 0))"))


async def save_draft(work: Work, fields: Mapping[str, Any]) -> BrandVersion:
    """Change these fields of the draft, which begins as what is worn. Raises Invalid."""
    await _one_at_a_time(work)
    row = await queries.draft(work)
    before = row.brand if row else (await queries.latest(work))[1]
    stored = checked({**before, **fields})
    if row is None:
        row = BrandVersion(id=uuid7(), version=None)
        work.add(row)
    row.brand, row.saved_at, row.saved_by = stored, clock.now(), work.actor.name
    await work.flush()
    return row


async def take_theme(work: Work, key: str) -> BrandVersion:
    """Colours, font and corners of a ready theme. Raises NotFound."""
    pack = next((pack for pack in PACKS if pack.key == key), None)
    if pack is None:
        raise NotFound
    return await save_draft(work, pack.look)


async def set_picture(work: Work, place: str, data: bytes | None) -> BrandVersion:
    """Draw the uploaded picture anew and put it in its place of the draft; None takes it away.

    Raises NotFound for an unknown place, Invalid for a picture that is not taken.
    """
    if place not in PLACES:
        raise NotFound
    if data is None:
        return await save_draft(work, {place: None})
    key = await keep_picture(work, place, data)
    row = await save_draft(work, {place: key})
    events.record(work, "brand.picture_added", "brand", row.id, changes={place: (None, key)})
    return row


async def keep_picture(work: Work, place: str, data: bytes) -> str:
    """Draw an uploaded picture anew and keep it under the key that is returned. Raises Invalid."""
    if not data:
        raise invalid(place, "Choose a picture: PNG, JPEG or WebP.", "missing")
    try:
        drawn = READERS[place](data)
    except images.ImageRefused as refusal:
        raise invalid(place, str(refusal)) from refusal
    if await queries.picture(work, drawn.key) is None:
        work.add(BrandPicture(key=drawn.key, content_type=drawn.content_type, body=drawn.body, added_at=clock.now()))
        await work.flush()
    return drawn.key


async def discard(work: Work) -> None:
    """Back to what is worn."""
    await _one_at_a_time(work)
    if (row := await queries.draft(work)) is not None:
        await work.delete(row)


async def publish(work: Work) -> BrandVersion | None:
    """Number the draft and let the worker put it on. None when it says nothing new."""
    await _one_at_a_time(work)
    row = await queries.draft(work)
    return await _send(work, row) if row is not None else None


async def go_back(work: Work, number: int) -> BrandVersion | None:
    """Publish what version `number` was, as a new version; a draft stays as it is. Raises NotFound."""
    return await _publish_values(work, (await queries.version(work, number)).brand)


async def change_worn(work: Work, fields: Mapping[str, Any]) -> BrandVersion | None:
    """Change and publish these fields alone, in the draft too, so that it doesn't bring the old ones back.

    Raises Invalid.
    """
    sent = await _publish_values(work, checked({**(await queries.latest(work))[1], **fields}))
    if await queries.draft(work) is not None:
        await save_draft(work, fields)
    return sent


async def _publish_values(work: Work, values: dict[str, Any]) -> BrandVersion | None:
    await _one_at_a_time(work)
    return await _send(work, BrandVersion(id=uuid7(), brand=values, saved_at=clock.now(), saved_by=work.actor.name))


async def _send(work: Work, row: BrandVersion) -> BrandVersion | None:
    """Numbers are given under the lock, so a repeated or late effect can see that a newer one was first."""
    number, worn = await queries.latest(work)
    changed = changes(worn, row.brand)
    if not changed:
        return None
    if not await queries.history(work):  # what the tenant came with is the first to go back to
        first = BrandVersion(id=uuid7(), version=number, brand=worn, saved_at=clock.now())
        first.published_at = clock.now()
        work.add(first)
    row.version, row.published_at = number + 1, None
    work.add(row)
    await work.flush()
    await agenda.add(work, "brand.publish", row.id, key=f"brand:{row.version}")
    told: dict[str, Any] = msgspec.to_builtins(changed)
    events.record(work, "brand.published", "brand", row.id, changes=told, fields=sorted(changed))
    return row


async def change_settings(work: Work, wanted: Mapping[str, Any]) -> bool:
    """Set these of the organisation's settings; True when something changed."""
    now = await config.everything(work)
    changed = {key: (now.get(key), value) for key, value in wanted.items() if now.get(key) != value}
    for key, (_, value) in changed.items():
        await config.put(work, key, value)
    if changed:
        events.record(
            work,
            "settings.changed",
            "tenant",
            work.tenant.id,
            changes=changed,
            fields=sorted(changed),
        )
    return bool(changed)

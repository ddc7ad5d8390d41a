"""Keeping a file: one that we made, or one that somebody sent."""

import hashlib
import io
import re
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from PIL import Image, ImageOps
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from app.core import clock, events
from app.core.errors import Invalid, invalid
from app.core.work import Work
from app.documents.models import LARGEST, TEST_VIRUS, Document, recognised
from themes.catalogue import say
from themes.formats import filesize

MOST_PIXELS = 40_000_000
LONGEST_NAME = 120


class File(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be kept. `entity`, `entity_id` name the record it belongs to, `contact_id` whose it is.

    With a `key` the same file is kept once, however often it is made. `at` is when what it says was issued; now where
    none is given.
    """

    entity: str
    entity_id: UUID
    contact_id: UUID
    kind: Literal["invoice", "agreement", "upload", "letter"]
    name: str
    content_type: str
    body: bytes
    shared: bool = False
    key: str | None = None
    at: datetime | None = None


async def keep(work: Work, file: File) -> UUID | None:
    """The new document's id; None when its key stands already."""
    given = msgspec.structs.asdict(file)
    at = given.pop("at") or clock.now()
    row = {
        **given,
        "id": uuid7(),
        "size": len(file.body),
        "sha256": hashlib.sha256(file.body).hexdigest(),
        "made_by": work.actor.name,
        "created_at": at,
    }
    statement = insert(Document).values(**row).on_conflict_do_nothing(index_elements=["key"])
    made: UUID | None = await work.scalar(statement.returning(Document.id))
    if made is not None:
        events.record(
            work,
            "document.added",
            file.entity,
            file.entity_id,
            document_id=made,
            kind=file.kind,
            contact_id=file.contact_id,
        )
    return made


async def take_upload(
    work: Work, *, entity: str, entity_id: UUID, contact_id: UUID, name: str, body: bytes, shared: bool
) -> UUID:
    """Keep what somebody sent. Pictures are drawn anew, so nothing that hid in them stays. Raises Invalid
    (T43)."""
    kind, ending, clean = _checked(body)
    file = File(
        entity=entity, entity_id=entity_id, contact_id=contact_id, kind="upload", shared=shared,
        name=safe_name(name, ending), content_type=kind, body=clean,
    )  # fmt: skip
    made = await keep(work, file)
    assert made is not None  # without a key nothing stands in the way
    return made


def _checked(body: bytes) -> tuple[str, str, bytes]:
    if not body:
        raise invalid("file", say("Choose a file."), "missing")
    if len(body) > LARGEST:
        said = say(
            "This file is %(size)s; the limit is 10 MB. Send a smaller one, or split it.", size=filesize(len(body))
        )
        raise invalid("file", said, "too_long")
    if TEST_VIRUS in body:
        raise invalid("file", say("This file was refused by the virus check."))
    found = recognised(body)
    if found is None:
        raise invalid("file", say("Send a PDF, PNG or JPEG. Other files are not taken."), "invalid_format")
    kind, ending = found
    return kind, ending, body if ending == "pdf" else _redrawn(body, ending)


def _redrawn(body: bytes, ending: str) -> bytes:
    try:
        image = Image.open(io.BytesIO(body), formats=["PNG", "JPEG"])
        if image.width * image.height > MOST_PIXELS:
            raise invalid("file", say("This picture is too large. Send one of up to 40 megapixels."), "too_long")
        upright = ImageOps.exif_transpose(image).convert("RGB")
        kept = io.BytesIO()
        upright.save(kept, "PNG" if ending == "png" else "JPEG")
        return kept.getvalue()
    except Invalid:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise invalid(
            "file", say("This picture can't be read. Save it again and send that."), "invalid_format"
        ) from error


def safe_name(name: str, ending: str) -> str:
    """The last part of a name, of plain letters, with the ending of what the file is."""
    stem = re.split(r"[/\\]", name)[-1].rsplit(".", 1)[0]
    plain = re.sub(r"[^\w .()-]+", "-", stem).strip(" .-")[:LONGEST_NAME]
    return f"{plain or 'Document'}.{ending}"

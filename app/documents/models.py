"""One table for every file of every record, and what a file must be to be taken."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id

LARGEST = 10_000_000  # bytes
MOST_SENT = 4 * LARGEST  # bytes of a request: so far a file that is too large is told its size beside the field
# What a file begins with is what it is; its name and the sender's claim are not asked.
SIGNATURES = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
)
# The harmless standard text by which it is tested whether somebody looks for malware at all (eicar.org,
# 2003).
TEST_VIRUS = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


class Document(Base):
    """A file as it was issued or came in. `shared` shows it to the contact; `key` lets one be stored once."""

    __tablename__ = "documents"
    __table_args__ = (
        CheckConstraint("size > 0 and size <= 30000000", name="size"),
        Index("ix_documents_contact", "contact_id", "created_at"),
        Index("ix_documents_record", "entity", "entity_id"),
        {"comment": "insert-only: what was issued or sent in stays as it was; a newer one stands beside it"},
    )

    id: Mapped[Id]
    key: Mapped[str | None] = mapped_column(Text, unique=True)
    entity: Mapped[str] = mapped_column(Text)
    entity_id: Mapped[UUID]
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"))
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(Text)
    shared: Mapped[bool] = mapped_column(Boolean, server_default="false")
    body: Mapped[bytes] = mapped_column(LargeBinary)
    made_by: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime]


def recognised(body: bytes) -> tuple[str, str] | None:
    """Content type and ending of what these bytes are; None for anything that is not taken."""
    return next(((kind, ending) for start, kind, ending in SIGNATURES if body.startswith(start)), None)

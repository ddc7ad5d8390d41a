"""Books of leads: files that are brought in or taken out, and the rows of those that are brought in."""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id

KEPT_IMPORT, KEPT_EXPORT = timedelta(days=30), timedelta(days=7)
STEPS = ("leads.import_read", "leads.import_check", "leads.import_run", "leads.import_undo")  # what is done in those
GOING = ("reading", "checking", "running", "undoing")  # states in which something is being done behind the page


class LeadFile(Base):
    """One file of one person. `body` is sealed, and gone once an import has been read (while it is checked, it holds keyed
    hashes of whom the lines before were); so is an export after its time.

    Imports: reading, mapping, checking, ready, running, done or stopped, undoing, undone; failed. Exports: waiting, done,
    failed. `trace` is that of the request that started the run: everything that came of it carries it.
    """

    __tablename__ = "lead_files"
    __table_args__ = (
        CheckConstraint("kind in ('import', 'export')", name="kind"),
        Index("ix_lead_files_kind", "kind", text("created_at desc")),
        Index("ix_lead_files_trace", "trace", postgresql_where=text("trace is not null")),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    error: Mapped[str] = mapped_column(Text, server_default="")
    plan: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    total: Mapped[int] = mapped_column(Integer, server_default="0")
    done: Mapped[int] = mapped_column(Integer, server_default="0")
    size: Mapped[int] = mapped_column(Integer, server_default="0")
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    trace: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]


class ImportRow(Base):
    """A line of an imported file. `cells` are sealed, and forgotten once they have become a lead.

    `outcome`: empty, then added, filled, skipped, refused; undone when it was taken back. `changed` says of a filled lead
    which field had and got what.
    """

    __tablename__ = "import_rows"
    __table_args__ = (
        Index("ix_import_rows_contact", "contact_id", postgresql_where=text("contact_id is not null")),
        Index("ix_import_rows_outcome", "import_id", "outcome", "number"),
    )

    import_id: Mapped[UUID] = mapped_column(ForeignKey("lead_files.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    cells: Mapped[bytes | None] = mapped_column(LargeBinary)
    outcome: Mapped[str] = mapped_column(Text, server_default="")
    reason: Mapped[str] = mapped_column(Text, server_default="")
    lead_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    changed: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


Duplicates = Literal["skip", "fill", "overwrite", "anyway"]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a file. `to` names for each column the field (or one of `SPECIAL`) that it fills; empty: left out.

    `heads`: the first line names the columns. `assign`: `nobody`, `routing`, or a person's id. `consent` are the words that
    everybody in the file (or whoever a column says so of) agreed to, `consent_from` where, `consent_on` the ISO day.
    """

    columns: list[str] = []
    to: list[str] = []
    heads: bool = True
    source: str = ""
    stage: str = ""
    tags: str = ""
    consent: str = ""
    consent_from: str = ""
    consent_on: str = ""
    lenient: bool = False
    duplicates: Duplicates = "skip"
    assign: str = "nobody"
    sequences: bool = False
    keep_worked: bool = True
    how: str = ""
    others: list[str] = []


# What a column may be besides a field of the registry.
SPECIAL = ("name", "owner", "stage", "tags", "consent", "consent_at")

"""What the console keeps of its own: orders for tenants, so that a form is never lost and a job can run twice."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id


class TenantOrder(Base):
    """A tenant to be. The id is the tenant's; `step` is what is being done now, `error` why it came back."""

    __tablename__ = "tenant_orders"
    __table_args__ = (CheckConstraint("step in ('waiting', 'making', 'inviting', 'done', 'returned')", name="step"),)

    id: Mapped[Id]
    form: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reseller_id: Mapped[UUID | None]
    ordered_by: Mapped[UUID]
    step: Mapped[str] = mapped_column(Text, server_default="waiting")
    error: Mapped[str | None] = mapped_column(Text)
    invitation: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]

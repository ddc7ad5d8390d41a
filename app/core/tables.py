"""The declarative base that every tenant table stands on, and the column shapes they share."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import DateTime, MetaData
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import DeclarativeBase, mapped_column
from uuid_utils.compat import uuid7

# Names that do not depend on the schema, so that one DDL script serves every tenant.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Tables of one tenant: no schema in their names, the search path of the bound transaction says whose."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: DateTime(timezone=True), UUID: PgUUID(as_uuid=True)}


Id = Annotated[UUID, mapped_column(PgUUID(as_uuid=True), primary_key=True, default=uuid7)]

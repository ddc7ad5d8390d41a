"""Where the trees meet the tables: `python -m migrations.env sql notices drafts` prints the statements that make these
tables as their models say, for a new version. A version of SQL stands beside its module under the same name.
"""

import sys

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable, SetTableComment, Table

from app.core.tables import Base
from app.slices import load_tables


def sql_of(table: Table) -> str:
    """One table with its indexes and its comment, without a schema's name."""
    dialect = postgresql.dialect(paramstyle="named")
    lines = [str(CreateTable(table).compile(dialect=dialect)).strip()]
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    lines += [str(CreateIndex(index).compile(dialect=dialect)).strip() for index in indexes]
    if table.comment:
        lines.append(str(SetTableComment(table).compile(dialect=dialect)).strip())
    return ";\n".join(line.replace("\t", "  ").replace(" \n", "\n") for line in lines) + ";\n"


if __name__ == "__main__" and sys.argv[1:2] == ["sql"]:
    load_tables()
    for name in sys.argv[2:]:
        print(sql_of(Base.metadata.tables[name]))

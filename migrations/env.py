"""Where the trees meet the tables: `python -m migrations.env check` says whether the versions give what models say.

`freeze` writes the first tenant version from the models; it serves until the first release and then goes.
"""

import sys
from pathlib import Path

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable, SetTableComment

from app.core.tables import Base
from app.slices import load_tables

FIRST = Path(__file__).parent / "tenant" / "versions" / "0001_ground_floor.sql"
FUNCTIONS = Path(__file__).parent / "tenant" / "versions" / "0001_ground_floor_extra.sql"


def tables_script() -> str:
    """Every table, index and comment that the models declare, as one script without schema names."""
    load_tables()
    dialect = postgresql.dialect(paramstyle="named")
    lines: list[str] = []
    for table in Base.metadata.sorted_tables:
        lines.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        lines += [str(CreateIndex(index).compile(dialect=dialect)).strip() for index in indexes]
        if table.comment:
            lines.append(str(SetTableComment(table).compile(dialect=dialect)).strip())
    return ";\n".join(line.replace("\t", "  ") for line in lines) + ";\n"


def freeze() -> None:
    extra = FUNCTIONS.read_text() if FUNCTIONS.exists() else ""
    FIRST.write_text(tables_script() + extra)


if __name__ == "__main__" and sys.argv[1:] == ["freeze"]:
    freeze()

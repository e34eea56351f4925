"""The shared tables' columns, read from the SQL that creates them."""

import re
from dataclasses import dataclass
from pathlib import Path

SQL = Path(__file__).parents[2] / "sql" / "board" / "postgresql.sql"
TABLE = re.compile(r"CREATE TABLE (\w+) \((.*?)\n\);", re.DOTALL)
COLUMN = re.compile(r"^ {4}\"?([a-z_]+)\"? ([a-z]+(?: precision)?)(?:\((\d+)\))?( NOT NULL)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its type, its width if it has one, and whether NULL may stand in it."""

    kind: str
    width: int | None
    nullable: bool


def columns_of(table: str) -> dict[str, Column]:
    bodies = dict(TABLE.findall(SQL.read_text(encoding="utf-8")))
    columns = {}
    for line in bodies[table].splitlines():
        if found := COLUMN.match(line):
            name, kind, width, required = found.groups()
            columns[name] = Column(
                kind=kind, width=int(width) if width else None, nullable=not required
            )
    return columns

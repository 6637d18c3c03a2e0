"""Places in a list ordered by time: pages go on after a row, never after a count of rows (no OFFSET)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.db.models import BooleanField, F, Func, Value
from django.db.models.sql.compiler import SQLCompiler

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TIME_DIGITS = 16
_ID_DIGITS = 32


@dataclass(frozen=True, order=True)
class Cursor:
    """A row's place: its time, then its id. Its text sorts as the place does, so the browser can order rows too."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // _MICROSECOND:0{_TIME_DIGITS}x}{self.id.hex}"

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """The cursor that `text` stands for; None for anything else, so that a damaged link shows the beginning."""
        if not text or len(text) != _TIME_DIGITS + _ID_DIGITS:
            return None
        try:
            at = _EPOCH + int(text[:_TIME_DIGITS], 16) * _MICROSECOND
            return cls(at, UUID(hex=text[_TIME_DIGITS:]))
        except (ValueError, OverflowError):
            return None

    @classmethod
    def start_of(cls, at: datetime) -> Self:
        """The place before every row of this time."""
        return cls(at, UUID(int=0))


class _RowCompare(Func):
    """`(a, b) < (x, y)`, which PostgreSQL answers from an index on (a, b). Django has no words for plain columns."""

    arity = 4
    output_field = BooleanField()
    operator = "<"

    def as_sql(self, compiler: SQLCompiler, connection: Any, *args: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        compiled = [compiler.compile(part) for part in self.get_source_expressions()]
        at, id_, cursor_at, cursor_id = (sql for sql, _ in compiled)
        params = tuple(param for _, own in compiled for param in own)
        return f"({at}, {id_}) {self.operator} ({cursor_at}, {cursor_id})", params


class _RowAfter(_RowCompare):
    operator = ">"


def older_than(cursor: Cursor, field: str) -> Func:
    """A condition: rows before the cursor in (`field`, id)."""
    return _RowCompare(F(field), F("id"), Value(cursor.at), Value(cursor.id))


def newer_than(cursor: Cursor, field: str) -> Func:
    """A condition: rows after the cursor in (`field`, id)."""
    return _RowAfter(F(field), F("id"), Value(cursor.at), Value(cursor.id))

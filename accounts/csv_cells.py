"""CSV files that a spreadsheet shows and never runs (RFC 4180; OWASP, "CSV injection")."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.http import HttpResponse, StreamingHttpResponse

STARTS_A_FORMULA = (*"=+-@\t\r\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Where the comma stands in numbers, as in much of Europe, spreadsheets cut lines at semicolons, quoted or not. A cell
# behind a comma is not quoted for them, so it may end with the line, and a quotation mark opens one behind a semicolon.
_AFTER_A_SEPARATOR = re.compile(r"([;\r\n])(?=[\"\t]*(?:[=@\uff1d\uff20]|[+\-\uff0b\uff0d](?!\))))")


def safe_cell(value: object) -> str:
    """The value as text; what a spreadsheet would take for a formula gets an apostrophe in front, which it hides.

    Also behind a semicolon or a line's end within the cell. Numbers stay numbers.
    """
    text = str(value)
    if isinstance(value, int | float | Decimal):
        return text
    text = _AFTER_A_SEPARATOR.sub(r"\1'", text)
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text


def short_csv_file(name: str, columns: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A file of some pages at most, made at once, as `csv_file` makes it."""
    response = HttpResponse("".join(_lines(columns, [rows])), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def csv_file(
    name: str, columns: Sequence[object], pieces: Iterable[Iterable[Sequence[object]]]
) -> StreamingHttpResponse:
    """A file that leaves piece by piece (rows of cells), in UTF-8 with the mark that Excel looks for.

    A piece is made when the one before has left: whoever reads the database for it opens a transaction for each.
    """
    response = StreamingHttpResponse(_lines(columns, pieces), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _lines(columns: Sequence[object], pieces: Iterable[Iterable[Sequence[object]]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([safe_cell(cell) for cell in columns])
    for rows in pieces:
        yield "".join(writer.writerow([safe_cell(cell) for cell in row]) for row in rows)


class _Echo:
    """What `csv.writer` writes to when its lines are wanted one by one: `writerow` returns the line."""

    def write(self, line: str) -> str:
        """The line itself."""
        return line

"""Bytes of an uploaded file as rows of text, one by one; what is not such a file is refused with a sentence.

Plain values: no models. The encoding is found by what can be proved: a byte order mark, the zeros of UTF-16, valid
UTF-8; what is left is taken for Windows-1252, and the page says so before anything is imported.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

MOST_BYTES = 20_000_000
MOST_ROWS = 200_000
MOST_COLUMNS = 60
LONGEST_ROW = 10_000  # characters of all cells; longer is no row of a list
_LONGEST_CELL = 100_000  # an opened quote that nobody closes swallows the rest of the file
_DELIMITERS = ",;\t"
_KINDS = (
    (b"PK\x03\x04", "xlsx"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"%PDF", "pdf"),
)
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
"""What is said about each to a person."""

csv.field_size_limit(_LONGEST_CELL)


class CannotRead(ValueError):
    """The file cannot be imported; the message says why and what to do."""


@dataclass(frozen=True)
class Table:
    """A file that can be read. `rows()` may be called again; each gives the row's place in the file and its cells."""

    raw: bytes
    encoding: str
    delimiter: str

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row that is not empty, the first being row 1; rows are counted, not lines. Raises CannotRead."""
        reader = csv.reader(_text(self.raw, self.encoding), delimiter=self.delimiter)
        number = 0
        try:
            for number, cells in enumerate(reader, start=1):
                if any(cell.strip() for cell in cells):
                    yield number, cells
        except csv.Error:
            text = _("Row %(number)d does not end: look for a quotation mark that is opened and never closed.")
            raise CannotRead(text % {"number": number + 1}) from None


def read(raw: bytes) -> Table:
    """Find out what the bytes are. Raises CannotRead."""
    if not raw.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise CannotRead(_("The file is empty. Choose a CSV file with one row for each person."))
    if len(raw) > MOST_BYTES:
        raise CannotRead(_("The file is larger than 20 MB. Split it and import the parts one after the other."))
    _refuse_other_kinds(raw)
    encoding = _encoding(raw)
    return Table(raw, encoding, _delimiter(raw, encoding))


def _refuse_other_kinds(raw: bytes) -> None:
    kind = next((kind for start, kind in _KINDS if raw.startswith(start)), "")
    if kind == "pdf":
        raise CannotRead(_("This is a PDF, whatever its name says. Import the list that it was made from, as CSV."))
    if kind:
        raise CannotRead(_("This is an Excel workbook, whatever its name says. Open it and save it as CSV UTF-8."))


def _encoding(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _proved(raw, "utf-16")
    if raw.startswith(b"\xef\xbb\xbf"):
        return _proved(raw, "utf-8-sig")
    zeros = raw.count(b"\x00")
    if zeros:
        even, odd = raw[0::2].count(b"\x00"), raw[1::2].count(b"\x00")
        if max(even, odd) * 4 < len(raw) or min(even, odd) * 20 > zeros:
            raise CannotRead(_("The file holds bytes that are no text. Save the list as CSV UTF-8 and try again."))
        return _proved(raw, "utf-16-be" if even > odd else "utf-16-le")
    try:
        return _proved(raw, "utf-8")
    except CannotRead:
        return _proved(raw, "cp1252")


def _proved(raw: bytes, encoding: str) -> str:
    """The encoding, once every byte has been read in it. Raises CannotRead."""
    try:
        for line in _text(raw, encoding):
            if "\x00" in line:
                raise CannotRead(_("The file holds characters that are no text. Save it as CSV UTF-8 and try again."))
    except UnicodeDecodeError:
        text = _("The file is damaged, or in an encoding that Parley does not know. Save it as CSV UTF-8.")
        raise CannotRead(text) from None
    return encoding


def _text(raw: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(raw), encoding=encoding, newline="")


def _delimiter(raw: bytes, encoding: str) -> str:
    """What parts the cells of the first row that says anything; a comma for a single column."""
    line = next((line for line in _text(raw, encoding) if line.strip()), "")[:LONGEST_ROW]
    bare = "".join(line.split('"')[0::2])  # what stands between quotes parts nothing
    return max(_DELIMITERS, key=lambda sign: (bare.count(sign), -_DELIMITERS.index(sign)))

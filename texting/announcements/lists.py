"""A list of numbers, as a file or pasted: whose they are. It says what cannot be used; nothing of it is kept."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from django.utils.translation import gettext as _

from tenancy.encryption import blind_index
from texting.models import Contact
from texting.models.contact import NUMBER_INDEX
from texting.phone_numbers import BadNumber, parse

MOST_BYTES = 5_000_000
MOST_ROWS = 50_000
ROWS_NAMED = 20
_TOGETHER = 2_000
_WIDEST = 60  # cells of a row that are looked at
_LONGEST_CELL = 100_000
_DELIMITED = re.compile(r"sep=([,;\t|])", re.IGNORECASE)  # what Excel writes before the headings
_NO_TEXT = ((b"PK\x03\x04", "Excel"), (b"\xd0\xcf\x11\xe0", "Excel"), (b"%PDF", "PDF"))

csv.field_size_limit(_LONGEST_CELL)


class CannotUse(ValueError):
    """There is nothing in it that could be used; the message says why and what to do."""


@dataclass
class Listed:
    """Who is on a list, in its order, each person once. `left_out`: rows by a fixed word; `rows`: the first of them."""

    contacts: list[UUID] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    rows: dict[str, list[int]] = field(default_factory=dict)

    def leave_out(self, why: str, row: int) -> None:
        """A row that reaches nobody: `bad`, `twice` or `unknown`."""
        self.left_out[why] += 1
        named = self.rows.setdefault(why, [])
        if len(named) < ROWS_NAMED:
            named.append(row)


def read(raw: bytes, region: str) -> Listed:
    """Look up the first number of every row; `region` (ISO 3166) is that of numbers without a country.

    Raises CannotUse. Only numbers that are contacts already: anybody else has permitted nothing.
    """
    listed, seen, people = Listed(), set[bytes](), set[UUID]()
    rows, headings = _rows(_text(raw)), 0
    while part := list(islice(rows, _TOGETHER)):
        if part[-1][0] > MOST_ROWS:
            raise CannotUse(_("The list has more than 50,000 rows. Split it, or tag the contacts and choose the tag."))
        found: dict[int, bytes] = {}
        headings = headings or part[0][0]
        for number, cells in part:
            index = _index_in(cells, region)
            if index is None:
                if number > headings or any(_has_digits(cell) for cell in cells):  # else the headings
                    listed.leave_out("bad", number)
            elif index in seen:
                listed.leave_out("twice", number)
            else:
                seen.add(index)
                found[number] = index
        rows_of = Contact.objects.filter(number_index__in=list(found.values()), only_codes=False)
        whose = rows_of.values_list("number_index", "pk", "merged_into_id")
        known = {bytes(index): (pk, first or pk) for index, pk, first in whose}
        for number, index in found.items():
            if index not in known:
                listed.leave_out("unknown", number)
                continue
            contact, person = known[index]
            if person in people:
                listed.leave_out("twice", number)
            else:
                people.add(person)
                listed.contacts.append(contact)
    if not listed.contacts:
        raise CannotUse(
            _("Nobody on this list is a contact. Import them with their permission first: Contacts, Import.")
            if listed.left_out["unknown"]
            else _("There is no phone number in this list. Give one number in each row.")
        )
    return listed


def _text(raw: bytes) -> str:
    if len(raw) > MOST_BYTES:
        raise CannotUse(_("The list is larger than 5 MB. Split it, or tag the contacts and choose the tag."))
    kind = next((kind for start, kind in _NO_TEXT if raw.startswith(start)), "")
    if kind:
        raise CannotUse(_("This is no text but a file of %(program)s. Save it as CSV UTF-8.") % {"program": kind})
    encodings = ("utf-16",) if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise CannotUse(_("The list is damaged, or in an unknown encoding. Save it as CSV UTF-8."))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, with the numbers that a spreadsheet gives them: it counts empty ones, too."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    names_it = _DELIMITED.fullmatch(first.strip())
    delimiter = names_it[1] if names_it else max(",;\t", key=lambda sign: (first.count(sign), -",;\t".index(sign)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells) and not (
                names_it and delimiter.join(cells).strip() == first.strip()
            ):
                yield number, cells
    except csv.Error:
        raise CannotUse(_("A row does not end: look for a quotation mark that is opened and never closed.")) from None


def _index_in(cells: list[str], region: str) -> bytes | None:
    for cell in cells[:_WIDEST]:
        written = cell.strip().lstrip("'")  # which spreadsheets put before a plus
        if len(written) <= 40 and _has_digits(written):
            try:
                return blind_index(NUMBER_INDEX, parse(written, region).e164)
            except BadNumber:
                continue
    return None


def _has_digits(cell: str) -> bool:
    return sum(sign.isdigit() for sign in cell) >= 5

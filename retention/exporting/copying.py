"""The copy of what is held of a number: `data.json`, `index.html` that anybody can read, and the files.

Rows are read in short transactions of some hundred, so a worker holds nothing for long.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.html import escape
from django.utils.translation import gettext as _

from retention.models import DataExport
from retention.requests.parts import PARTS, Part, Who, find
from tenancy.encryption import EncryptionError, KeyDestroyed, Withheld, prefetch
from tenancy.isolation import activate
from texting.attachments import storing
from texting.models import Attachment

BATCH = 300
FORMAT = "parley data copy/v1"
HIDDEN = "(not shown: two rules about how long it is kept disagree, and nobody has decided yet)"
HANDED_OUT = tuple(part for part in PARTS if part.fields)
Read = Callable[[int], None]
"""Told of rows that were read."""


def total(who: Who) -> int:
    """Rows that a copy reads: once for each of its two forms, and files."""
    counted = {one.part.model: one.number for one in find(who) if one.part.fields}
    return 2 * sum(counted.values()) + counted.get("texting.Attachment", 0)


def files(organization: UUID, export: DataExport, who: Who, read: Read) -> Iterator[tuple[str, Iterator[bytes]]]:
    """(name, contents) of each file of the copy."""
    facts = {
        "format": FORMAT,
        "organization": export.organization.name,
        "number": export.request.phone if export.request else "",
        "made_at": export.asked_at.isoformat(),
    }
    yield "data.json", _as_json(organization, who, facts, read)
    yield "index.html", _as_page(organization, who, facts, read)
    yield from _attachments(organization, who, read)


def file_name(attachment: Attachment) -> str:
    """Where a picture or file lies in the copy; its own name is in the data."""
    kind = attachment.content_type.rpartition("/")[2].lower()
    return f"files/{attachment.pk}.{kind if kind.isalnum() else 'bin'}"


# --- Rows ---


def _rows(organization: UUID, part: Part, who: Who, read: Read) -> Iterator[list[tuple[Any, dict[str, Any]]]]:
    """Batches of (row, values). Each begins behind the last row of the one before, whatever was deleted meanwhile."""
    last: Any = None
    joins = [field.partition(".")[0] for field in part.fields if "." in field]
    while True:
        with activate(organization):
            rows = part.rows(who) if last is None else part.rows(who).filter(_behind(part, last))
            batch = list((rows.select_related(*joins) if joins else rows)[:BATCH])
            prefetch(batch, held_will_do=True)
            values = [(row, {field: value_of(row, field) for field in part.fields}) for row in batch]
        if batch:
            read(len(batch))
            yield values
        if len(batch) < BATCH:
            return
        last = batch[-1]


def _behind(part: Part, last: models.Model) -> Q:
    """Rows that come after this one in the order of `Part.rows`; its time must not be null."""
    at = getattr(last, part.at)
    return Q(**{f"{part.at}__gt": at}) | Q(**{part.at: at, "pk__gt": last.pk})


def value_of(row: models.Model, field: str) -> Any:
    """None where nothing is, and where a key was destroyed; `HIDDEN` where two rules disagree."""
    value: Any = row
    try:
        for name in field.split("."):
            value = getattr(value, name) if value is not None else None
    except Withheld:
        return HIDDEN
    except KeyDestroyed:
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value


# --- The two forms ---


def _as_json(organization: UUID, who: Who, facts: dict[str, str], read: Read) -> Iterator[bytes]:
    yield json.dumps(facts, ensure_ascii=False)[:-1].encode() + b', "parts": {'
    for place, part in enumerate(HANDED_OUT):
        yield (", " if place else "").encode() + json.dumps(part.model).encode() + b": ["
        first = True
        for batch in _rows(organization, part, who, read):
            for _row, values in batch:
                yield (b"" if first else b",\n") + json.dumps(values, ensure_ascii=False).encode()
                first = False
        yield b"]"
    yield b"}}\n"


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1a1f27}"
    "table{border-collapse:collapse;width:100%;margin-bottom:2rem}"
    "th,td{border:1px solid #c6ccd4;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
)


def _as_page(organization: UUID, who: Who, facts: dict[str, str], read: Read) -> Iterator[bytes]:
    title = _("What %(organization)s holds of %(number)s") % facts
    when = _("Made on %(day)s (times are in UTC)") % {"day": facts["made_at"][:16].replace("T", " ")}
    yield (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
        f"<h1>{escape(title)}</h1><p>{escape(when)}</p>"
    ).encode()
    for part in HANDED_OUT:
        begun = False
        for batch in _rows(organization, part, who, read):
            if not begun:
                heads = "".join(f"<th>{escape(_label(field))}</th>" for field in part.fields)
                yield f"<h2>{escape(str(part.title))}</h2><table><tr>{heads}</tr>".encode()
                begun = True
            yield "".join(
                f"<tr>{''.join(_cell(row, *one) for one in values.items())}</tr>" for row, values in batch
            ).encode()
        if begun:
            yield b"</table>"
    yield b"</html>\n"


def _label(field: str) -> str:
    return field.replace(".name", "").replace(".", " ").replace("_", " ").capitalize()


def _cell(row: Any, field: str, value: Any) -> str:
    if field == "id" and isinstance(row, Attachment):
        name = file_name(row)
        return f'<td><a href="{escape(name)}">{escape(name)}</a></td>'
    shown = getattr(row, f"get_{field}_display", None)
    words = str(shown()) if shown and value else "" if value is None else str(value)
    if field.endswith("_at") or field == "at":
        words = words[:19].replace("T", " ")
    return f"<td>{escape(words)}</td>"


# --- Files ---


def _attachments(organization: UUID, who: Who, read: Read) -> Iterator[tuple[str, Iterator[bytes]]]:
    with activate(organization):
        rows = Attachment.objects.filter(contact_id__in=who.contacts, state=Attachment.State.HERE)
        ids = list(rows.order_by("created_at", "pk").values_list("pk", flat=True))
    for pk in ids:
        with activate(organization):
            row = Attachment.objects.get(pk=pk)
            try:
                content = storing.read(row)
            except EncryptionError:
                continue  # its key went meanwhile
        read(1)
        yield file_name(row), iter([content])

"""Everything of an organization, for its owner: a file of JSON lines for each kind of rows, and all pictures and files.

Rows have the same fields as in the copy of a person (`retention.requests.parts`), with the ids by which they belong
together; and, as it is the organization's own, who its people, teams, lines and templates are. Secrets are not in it.
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from retention.exporting.copying import BATCH, Read, file_name, value_of
from retention.requests.parts import PARTS
from tenancy.encryption import EncryptionError, prefetch
from tenancy.isolation import activate
from texting.attachments import storing
from texting.models import Attachment

_IDS = ("id", "contact_id", "conversation_id", "message_id", "escalation_id", "line_id")
OWN = {
    "accounts.Membership": ("id", "user.name", "user.email", "is_owner", "is_active", "joined_at"),
    "accounts.Team": ("id", "name"),
    "texting.Line": ("id", "name", "number", "team.name", "created_at"),
    "texting.Tag": ("id", "name"),
    "compliance.Program": ("id", "name"),
    "compliance.Disclosure": ("id", "text", "language"),
    "compliance.MessageTemplate": (
        *("id", "name", "type", "team.name", "owner_id", "shortcut", "languages", "bodies", "version", "has_changes"),
        *("is_proposed", "made_at", "changed_at", "asked_at", "archived_at"),
    ),
    "compliance.TemplateVersion": (
        "id",
        "template_id",
        "number",
        "name",
        "type",
        "languages",
        "bodies",
        "published_at",
    ),
}


def kinds() -> Iterator[tuple[type[models.Model], tuple[str, ...]]]:
    """(model, fields) of each file."""
    for part in PARTS:
        model = apps.get_model(part.model)
        names = {field.attname for field in model._meta.concrete_fields}
        fields = dict.fromkeys(one for one in (*_IDS, *part.fields) if "." in one or one in names)
        yield model, tuple(fields)
    for label, fields_of in OWN.items():
        yield apps.get_model(label), fields_of


def total(organization: UUID) -> int:
    """Rows that it reads."""
    rows = sum(model._base_manager.filter(organization_id=organization).count() for model, _ in kinds())
    return rows + Attachment.objects.filter(state=Attachment.State.HERE).count()


def files(organization: UUID, read: Read) -> Iterator[tuple[str, Iterator[bytes]]]:
    """(name, contents) of each file."""
    for model, fields in kinds():
        yield f"{model._meta.label_lower}.jsonl", _lines(organization, model, fields, read)
    yield from _attachments(organization, read)


def _lines(organization: UUID, model: type[models.Model], fields: tuple[str, ...], read: Read) -> Iterator[bytes]:
    joins = sorted({field.partition(".")[0] for field in fields if "." in field})
    last: Any = None
    while True:
        with activate(organization):
            rows: models.QuerySet[Any] = model._base_manager.filter(organization_id=organization).order_by("pk")
            rows = rows.select_related(*joins) if joins else rows
            batch = list((rows.filter(pk__gt=last) if last else rows)[:BATCH])
            prefetch(batch, held_will_do=True)
            values = [{field: value_of(row, field) for field in fields} for row in batch]
        if batch:
            read(len(batch))
            yield "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in values).encode()
        if len(batch) < BATCH:
            return
        last = batch[-1].pk


def _attachments(organization: UUID, read: Read) -> Iterator[tuple[str, Iterator[bytes]]]:
    last: UUID | None = None
    while True:
        with activate(organization):
            rows = Attachment.objects.filter(state=Attachment.State.HERE).order_by("pk")
            row = (rows.filter(pk__gt=last) if last else rows).first()
            if row is None:
                return
            last = row.pk
            try:
                content = storing.read(row)
            except EncryptionError:
                continue  # its key is destroyed
        read(1)
        yield file_name(row), iter([content])

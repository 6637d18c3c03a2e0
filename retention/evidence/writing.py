"""Writes a pack: CSV by CSV with figures counted from the very rows that leave, certificates, the paper, and last the
signed list of all files. Everything is read in short transactions; nothing is whole in memory but the paper.
"""

import base64
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils import timezone

from accounts.csv_cells import safe_cell
from compliance.reports.periods import Period
from retention.evidence.criteria import FRAMEWORKS
from retention.evidence.files import SECTIONS, policy_rows
from retention.evidence.sections import Section
from retention.models import DataExport, Purge
from tenancy.isolation import activate
from tenancy.models import Organization

FORMAT = "parley evidence pack/v1"
MANIFEST = "manifest.json"
POLICY = "sign_in_policy.csv"
NOTE = (
    "This pack shows what the product recorded in the period. It does not say that the product or anybody is certified "
    "or complies with anything. Files hold ids and times, no names, numbers or words of customers."
)


@dataclass
class Contents:
    """What was written so far."""

    files: list[dict[str, Any]] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)


def total(period: Period) -> int:
    """How many rows a pack will have. The organization is active."""
    return sum(section.total(period) for section in SECTIONS)


def files(
    organization_id: UUID, export: DataExport, period: Period, read: Callable[[int], None]
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """(name, contents) one after the other; each is read to its end before the next is asked for."""
    contents = Contents()
    for section in SECTIONS:
        yield section.file, _hashed(contents, section.file, _rows(organization_id, section, period, contents, read))
    with activate(organization_id):
        organization = Organization.objects.get(pk=organization_id)
        policy = policy_rows(organization)
        purges = Purge.objects.filter(at__gte=period.begin, at__lt=period.end).exclude(certificate="")
        certified = list(purges.order_by("at", "pk").values_list("pk", flat=True))
    yield POLICY, _hashed(contents, POLICY, iter([_csv([("setting", "value"), *policy])]))
    for pk in certified:
        with activate(organization_id):
            certificate = Purge.objects.values_list("certificate", flat=True).get(pk=pk)
        name = f"purges/{pk}.json"
        yield name, _hashed(contents, name, iter([certificate.encode()]))
    from retention.evidence import paper  # a large library, for whoever asks for paper

    drawn = paper.as_pdf(organization, period, contents.figures, at=export.asked_at, note=NOTE)
    yield "summary.pdf", _hashed(contents, "summary.pdf", iter([drawn]))
    yield MANIFEST, iter([sign(_manifest(organization, export, period, contents)).encode()])


def sign(facts: dict[str, Any]) -> str:
    """Canonical JSON (RFC 8785) with our public key and the signature, under a context of its own."""
    key = Ed25519PrivateKey.from_private_bytes(settings.AUDIT_SIGNING_KEY)
    said = {**facts, "public_key": base64.b64encode(key.public_key().public_bytes_raw()).decode()}
    return rfc8785.dumps({**said, "signature": base64.b64encode(key.sign(statement(said))).decode()}).decode()


def statement(said: dict[str, Any]) -> bytes:
    """What is signed."""
    return FORMAT.encode() + b"\0" + rfc8785.dumps(said)


def _manifest(organization: Organization, export: DataExport, period: Period, contents: Contents) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "pack": str(export.pk),
        "organization": {"id": str(organization.pk), "name": organization.name},
        "since": str(period.first),
        "until": str(period.last),
        "time_zone": period.zone,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "made_for": str(export.recipient_id),
        "note": NOTE,
        "files": contents.files,
        "figures": contents.figures,
        "criteria": [
            {"framework": name, "code": one.code, "title": str(one.title), "files": [f"{key}.csv" for key in one.files]}
            for name, criteria in FRAMEWORKS
            for one in criteria
        ],
    }


def _rows(
    organization_id: UUID, section: Section, period: Period, contents: Contents, read: Callable[[int], None]
) -> Iterator[bytes]:
    counts = [0] * len(section.figures)
    places = [section.columns.index(one.column) if one.column else None for one in section.figures]
    yield _csv([section.columns])
    for batch in section.read(organization_id, period):
        for row in batch:
            for number, (figure, place) in enumerate(zip(section.figures, places, strict=True)):
                counts[number] += place is None or row[place] in figure.values
        yield _csv(batch)
        read(len(batch))
    contents.figures += [
        {
            "file": section.file,
            "section": str(section.title),
            "title": str(figure.title),
            "column": figure.column,
            "values": list(figure.values),
            "number": number,
        }
        for figure, number in zip(section.figures, counts, strict=True)
    ]


def _hashed(contents: Contents, name: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    digest, size = sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
        yield piece
    contents.files.append({"name": name, "sha256": digest.hexdigest(), "bytes": size})


def _csv(rows: Any) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows([safe_cell(cell) for cell in row] for row in rows)
    return file.getvalue().encode()

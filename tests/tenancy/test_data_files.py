"""What PostgreSQL wrote to disk, tables and write-ahead log, holds no text, name, number or secret in the clear."""

from collections.abc import Iterable
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from accounts.models import Membership, TotpDevice, User
from tenancy.audit import AuditKind, record
from tenancy.encryption import keyring
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import Organization
from texting.models import Conversation, Note

from .conftest import NOON, add_contact, make_business

BODY = "Zwetschgenkuchen at a quarter past nine"
NAME = "Wilhelmina Quackenbush-Oyelaran"
NUMBER = "+12125559753"
NOTE = "Quince marmalade needs a second signature"
TOTP = "KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLD"
TOKEN = "tok-5f1c0a-Kohlrabi-credential"
DETAIL = "rutabaga-for-the-auditor"
PREVIEW = "Persimmon preview of the text"
CONTROL = "Aubergine Holdings, plainly written"


def files(administrator: psycopg.Connection) -> list[Path]:
    """Every file of the server: its tables, its write-ahead log, and whatever else it keeps."""
    [(folder,)] = administrator.execute("SHOW data_directory").fetchall()
    found = [path for path in Path(folder).rglob("*") if path.is_file()]
    assert {"base", "global", "pg_wal"} <= {part for path in found for part in path.parts}
    return found


def found_on_disk(administrator: psycopg.Connection, needles: Iterable[bytes]) -> set[bytes]:
    """Which of the needles stand somewhere on disk, after all of it was written there."""
    administrator.execute("CHECKPOINT")
    remaining, found = set(needles), set()
    for path in files(administrator):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # the server recycled it just now
        found |= {needle for needle in remaining - found if needle in content}
    return found


def spellings(text: str) -> set[bytes]:
    """As it is, and as bytea is shown in SQL."""
    return {text.encode(), text.encode("utf-16-le"), text.encode().hex().encode()}


@pytest.fixture
def everything(transactional_db):
    """One of each, through the real models."""
    business = make_business(CONTROL, "aubergine")
    with activate(business.organization):
        contact = add_contact(NAME, NUMBER)
        business.add_message(BODY, contact=contact)
        conversation = Conversation.objects.create(
            contact=contact, line=business.line, opened_at=NOON, last_activity_at=NOON, preview=PREVIEW
        )
        author = make_member(business.organization)
        Note.objects.create(conversation=conversation, contact=contact, author=author, body=NOTE, created_at=NOON)
        business.line.credentials = TOKEN
        business.line.save()
        record(event=AuditKind.CONTACT_CHANGED, object=contact, detail=DETAIL)
    TotpDevice.objects.create(user=author.user, secret=TOTP)
    return business, contact


def make_member(organization: Organization):
    user = User.objects.create(email="author@aubergine.example", name="Author", password="!")
    return Membership.objects.create(user=user, organization=organization)


def test_nothing_sealed_is_found_on_disk_and_what_is_not_sealed_is(everything, superuser):
    business, contact = everything
    with activate(business.organization):
        secrets = [keyring.current(business.organization.pk, "config", "").secret]
        secrets += [keyring.current(business.organization.pk, "contact", str(contact.pk)).secret]
    secrets.append(settings.ROOT_KEY)
    needles = {
        spelling for text in (BODY, NAME, NUMBER, NOTE, TOTP, TOKEN, DETAIL, PREVIEW) for spelling in spellings(text)
    }
    found = found_on_disk(superuser(), needles | set(secrets) | {CONTROL.encode()})
    assert found == {CONTROL.encode()}, "the control is a plain column: the search does find what is there"


def test_after_a_contact_s_key_was_destroyed_no_file_holds_what_opens_their_texts(everything, superuser):
    business, contact = everything
    with activate(business.organization):
        key = keyring.current(business.organization.pk, "contact", str(contact.pk))
        [key_id] = destroy_keys("contact", str(contact.pk), reason="erasure")
    assert key_id == key.key_id
    assert found_on_disk(superuser(), [key.secret]) == set()

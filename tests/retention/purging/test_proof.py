"""After a purge: no file of the database, no dump of Redis and no line of a log holds the words, no remaining key opens
a copy, no file holds a key that was destroyed in any form, and reports say the same.
"""

import json
import logging
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.urls import reverse

from compliance.models import Finding
from config.logging import Json
from config.navigation import REPORTS
from retention.kinds import Kind
from retention.models import Purge
from retention.purging import running, stepping
from tenancy.encryption import keyring, records, tidying
from tenancy.encryption.day_shredding import columns_of
from tenancy.isolation import activate
from tenancy.models import DataKey
from tests.tenancy.conftest import superuser
from tests.tenancy.test_data_files import found_on_disk, spellings
from tests.texting.attachments import samples
from tests.texting.attachments.keeping import keep_file
from tests.texting.desk import SECOND
from texting.models import Attachment, Contact, Message, Note

from .conftest import LONG_AGO, set_days

__all__ = ["superuser"]

WORDS = "Zwetschgenkuchen for the trombone quartet"
STAYS = "Persimmons stay where they are"
REMARK = "Quince marmalade needs a second signature"
PAPER = "%Elderflower cordial, reference 5531-K"
PAPER_NAME = "Gooseberry-lease.pdf"
CONTROL = "a control that is found, plainly written"
KINDS = ("body", "finding", "file")


def keep_one(subject):
    theirs = Contact.objects.filter(number_masked__endswith=SECOND[-4:])
    return subject.of(subject.contact, "__in", theirs.values("pk")) if subject.contact else None


def sealed(organization) -> list[tuple[str, bytes]]:
    """Every record under keys of days, with where it stands: what a copy of the database would hold."""
    found = []
    with activate(organization):
        for column in (column for kind in KINDS for column in columns_of(kind)):
            rows = column.model._base_manager.filter(**{f"{column.field.attname}__isnull": False})
            found += [
                (f"{column.model.__name__} {pk}", bytes(record))
                for pk, record in rows.values_list("pk", column.field.attname)
            ]
    return found


def opens(organization, record: bytes) -> bool:
    """Whether every key that sealed it is still there."""
    keyring.forget_everything()
    key_ids = set(records.key_ids(record))
    return keyring.refresh(organization.pk, key_ids).keys() >= key_ids


def stored_forms(organization, key_ids) -> set[bytes]:
    """The keys as they stand in their database, wrapped: what ROOT_KEY opens by way of the organization's key."""
    with keyring.keys_of(organization.pk):
        rows = DataKey.objects.filter(organization_id=organization.pk, key_id__in=key_ids)
        found = {bytes(row.wrapped) for row in rows}
    assert len(found) == len(key_ids) > 0
    return found


def redis_dump() -> bytes:
    """All that Redis holds, as it writes it to disk; words in it stand as they are."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        before = client.config_get("rdbcompression")
        client.config_set("rdbcompression", "no")
        client.set("control", CONTROL)
        client.save()
        client.delete("control")
        client.config_set("rdbcompression", before["rdbcompression"])
        folder, name = client.config_get("dir")["dir"], client.config_get("dbfilename")["dbfilename"]
    dump = (Path(folder) / name).read_bytes()
    assert CONTROL.encode() in dump, "the search finds what is there"
    return dump


@pytest.fixture
def desk(busy_desk):
    """With real commits."""
    return busy_desk


@pytest.fixture
def keeping_one(settings):
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    settings.RETENTION_KEEPERS = [f"{__name__}.keep_one"]


@pytest.mark.usefixtures("keeping_one", "without_waiting", "far_end")
def test_no_file_dump_or_log_holds_it_and_no_key_opens_a_copy(desk, told, superuser, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    doomed, kept = told(WORDS), told(STAYS, number=SECOND)
    with activate(desk.organization):
        Note.objects.create(
            conversation=doomed.conversation,
            contact=doomed.contact,
            author=desk.cast.agent,
            body=REMARK,
            created_at=LONG_AGO,
        )
        paper = keep_file(doomed, samples.PDF + PAPER.encode(), name=PAPER_NAME)
        for kind in (Kind.BODIES, Kind.ATTACHMENTS):
            set_days(kind, 30)
        day = LONG_AGO.date().isoformat()
        key_ids = [one for kind in KINDS for one in keyring.stored_ids(desk.organization.pk, kind, day)]
        secrets = [key.secret for key in keyring.by_ids(desk.organization.pk, key_ids).values()]
    wrapped = stored_forms(desk.organization, key_ids)
    before = sealed(desk.organization)
    with monkeypatch.context() as patched:  # the log tells of what went wrong
        patched.setattr(stepping, "end_rows", lambda *rest: Message.objects.filter(pk=doomed.pk).get(body=WORDS))
        running.run_nights()
    running.run_nights()
    with activate(desk.organization):
        assert Purge.objects.get().state == "done"
        assert Message.objects.get(pk=kept.pk).body == STAYS
        assert Attachment.objects.get(pk=paper.pk).state == "gone"
    others = [(where, record) for where, record in before if str(kept.pk) not in where]
    old = [(where, record) for where, record in others if set(records.key_ids(record)) & set(key_ids)]
    assert {where.partition(" ")[0] for where, _ in old} >= {"Message", "Note", "Conversation", "AttachmentChunk"}
    assert not any(opens(desk.organization, record) for _, record in old)
    assert all(not set(records.key_ids(record)) & set(key_ids) for _, record in sealed(desk.organization))
    needles = {spelling for text in (WORDS, REMARK, STAYS, PAPER, PAPER_NAME) for spelling in spellings(text)}
    control = desk.organization.pk.bytes  # which stands in either database, so the search reads what it should
    assert found_on_disk(superuser(), needles | {*secrets, control}) == {control}
    assert found_on_disk(superuser("keys"), {*secrets, *wrapped, control}) == {*wrapped, control}, (
        "until they are tidied"
    )
    tidying.tidy()
    assert found_on_disk(superuser("keys"), {*secrets, *wrapped, control}) == {control}
    monkeypatch.setattr(tidying, "_SKEW", timedelta(0))
    running.run_nights()
    with activate(desk.organization):
        said = json.loads(Purge.objects.get().certificate)
    assert said["ended_at"] == said["keys_destroyed_at"] < said["keys_written_over_at"]
    dump = redis_dump()
    assert not [needle for needle in needles | set(secrets) if needle in dump]
    assert not [where for where, record in before if record in dump], "no copy lies there either"
    log = "\n".join(Json().format(one) for one in caplog.records).encode()
    assert b"purge_step_failed" in log
    assert not [needle for needle in needles if needle in log]


def _main(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def shown(desk) -> dict[str, str]:
    """What every report says, without what changes with each request, and without the masks of findings."""
    owner, said = desk.as_(desk.cast.owner), {}
    for entry in REPORTS:
        answer = owner.get(reverse(entry.route), follow=True)
        assert answer.status_code == 200
        said[entry.route] = re.sub(r'(csrf|nonce|value="|\?v=|<p class="mono")[^>]*>[^<]*', "", _main(answer.text))
    return said


def test_reports_say_the_same_before_and_after(desk, told, settings, without_waiting):
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    told(WORDS)
    told("My card is 4111 1111 1111 1111", number=SECOND)
    with activate(desk.organization):
        assert Finding.objects.update(found_at=LONG_AGO) == 1
        for kind in (Kind.BODIES, Kind.FINDINGS, Kind.ATTACHMENTS, Kind.PAYMENTS):
            set_days(kind, 30)
    before = shown(desk)
    running.run_nights()
    with activate(desk.organization):
        assert Message.objects.exclude(ended_at=None).count() == 2
        finding = Finding.objects.get()
        assert ("1111" in finding.masked, finding.digest) == (False, None)
    after = shown(desk)
    for name, text in before.items():
        assert text.splitlines() == after[name].splitlines(), name

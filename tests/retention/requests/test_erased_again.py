"""A restore finds the keys of somebody who was erased destroyed, and their rows as they were."""

import pytest
from django.db import connection

from compliance.models import ConsentEvent
from retention.backups.tables import _GROWING
from retention.erasing import again
from retention.models import DataExport, DataExportPart, SubjectRequest
from retention.models.export import EXPORT_KEY
from retention.models.subject_request import SUBJECT_KEY
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tests.retention.asked import ask_request, copied_for
from tests.retention.requests.test_erasing import person
from tests.texting.desk import FIRST, SECOND
from texting.models import Attachment, AttachmentChunk, CarrierCopy, Message, Note, OutboxEntry, TextWord

__all__ = ["person"]


@pytest.fixture
def back(desk, person):
    """An open request of theirs with a file, a text that waits to leave, and a closed request of somebody else."""
    with activate(desk.organization):
        mine = ask_request(desk.cast.admin, FIRST, kind="both")
        closed = ask_request(desk.cast.admin, SECOND, kind="access")
        SubjectRequest.objects.filter(pk=closed.pk).update(
            state="done", closed_by=desk.cast.admin, closed_at=closed.opened_at
        )
        export = copied_for(desk.cast.admin, mine)
        text = Message.objects.filter(contact_id=person.pk).first()
        assert TextWord.objects.filter(row_id=text.pk).exists()
        assert AttachmentChunk.objects.filter(contact_id=person.pk).exists()
        destroy_keys(CONTACT, str(person.pk), reason="erasure")
        destroy_keys(SUBJECT_KEY, str(mine.pk), str(closed.pk), reason="erasure")
        destroy_keys(EXPORT_KEY, str(export.pk), reason="erasure")
    return mine, closed, export


def census(desk):
    with activate(desk.organization), connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


def test_everything_ends_and_each_table_that_changes_is_named(desk, person, back):
    with activate(desk.organization):
        mine = Message.objects.filter(contact_id=person.pk)
        OutboxEntry.objects.create(
            organization=desk.organization,
            message_id=mine[0].pk,
            line_id=desk.line.pk,
            contact_id=person.pk,
            priority=1,
            due_at=mine[0].created_at,
            expires_at=mine[0].created_at,
        )
    before = census(desk)
    assert again.end_again() == 1
    changed = {table for table, number in census(desk).items() if number != before[table]}
    with activate(desk.organization):
        assert {(text.ended_as, text.ended_at is None) for text in mine} == {("erased", False)}
        assert not TextWord.objects.filter(row_id__in=mine.values("pk")).exists()
        assert not AttachmentChunk.objects.filter(contact_id=person.pk).exists()
        assert Attachment.objects.get(contact_id=person.pk).state == "gone"
        assert Note.objects.get(contact_id=person.pk).ended_as == "erased"
        copies = CarrierCopy.objects.filter(message_id__in=mine.values("pk"))
        assert set(copies.values_list("state", "deletes")) == {("waiting", True)}
        assert copies.count() == 2
        other = Message.objects.get(contact__number_masked__endswith="0182")
        assert other.body == "About my braces"
        withdrawn = ConsentEvent.objects.get(action="withdrawn")
        assert "restore found" in str(withdrawn.circumstances)
        assert "at their request" not in str(withdrawn.circumstances)
    assert {"texting_outboxentry", "texting_textword", "texting_attachmentchunk", "texting_carriercopy"} <= changed
    assert changed - _GROWING <= again.touched()
    assert (again.end_again(), again.problems()) == (0, [])


def test_requests_end_and_their_pages_open(desk, person, back):
    mine, closed, export = back
    admin = desk.as_(desk.cast.admin)
    for tab in ("open", "closed"):  # whatever a restore has forgotten to do
        assert admin.get(f"/settings/requests/?tab={tab}").status_code == 200
    assert len(again.problems()) == 3
    assert admin.get(f"/settings/exports/{export.pk}/").status_code == 404, "a file that nothing opens"
    again.end_again()
    with activate(desk.organization):
        for one in (mine, closed):
            row = SubjectRequest.objects.get(pk=one.pk)
            assert (row.state, row.number_masked, row.erased_at is None) == ("done", "", False)
        assert DataExport.objects.get(pk=export.pk).state == "ended"
        assert not DataExportPart.objects.filter(export=export).exists()
    for tab in ("open", "closed"):
        assert admin.get(f"/settings/requests/?tab={tab}").status_code == 200
    assert admin.get(f"/settings/requests/{mine.pk}/").status_code == 200
    assert again.problems() == []

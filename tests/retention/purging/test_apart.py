"""What belongs to a text and has a period of its own does not end with it: files that are held, answers, findings."""

from datetime import timedelta

import pytest

from compliance.models import Finding
from portal.models import SecureReply
from retention.holds.wanted import WantedScope
from retention.kinds import Kind
from retention.models import Purge
from retention.purging import running
from tenancy.encryption import keyring
from tenancy.isolation import activate
from tests.retention.old_rows import OldRows
from tests.retention.placed import place_hold
from tests.texting.attachments.keeping import keep_file
from tests.texting.attachments.samples import png_with_place
from texting.attachments import storing
from texting.models import Attachment, Message

from .conftest import LONG_AGO, set_days

HOLD = "retention.holds.freezing.keeper"
LATER = LONG_AGO + timedelta(days=9)


@pytest.fixture(autouse=True)
def real(settings, without_waiting):
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    settings.RETENTION_KEEPERS = [HOLD]


def night(desk) -> None:
    with activate(desk.organization):
        Purge.objects.update(night=None)
    assert running.run_nights()["failed"] == 0
    keyring.forget_everything()


def test_a_file_of_a_held_day_outlives_its_text_of_another_day_until_it_is_released(desk, told):
    """A colleague had put it into the composer on that day, and sent it with a text that waited."""
    text = told("Your X-ray")
    with activate(desk.organization):
        content = storing.read(keep_file(text, png_with_place()))
        assert text.body
        text.created_at = LATER
        text.save(update_fields=["created_at", "body"])
        for kind in (Kind.BODIES, Kind.ATTACHMENTS):
            set_days(kind, 30)
        hold = place_hold(desk.cast.admin, WantedScope(since=LONG_AGO.date(), until=LONG_AGO.date()))
    night(desk)
    with activate(desk.organization):
        assert Message.objects.get(pk=text.pk).body is None
        assert storing.read(Attachment.objects.get()) == content
        type(hold).objects.update(
            state="released",
            release_asked_by=desk.cast.admin,
            release_asked_at=LATER,
            released_by=desk.cast.owner,
            released_at=LATER,
        )
    night(desk)
    with activate(desk.organization):
        assert Attachment.objects.get().state == "gone"


def test_answers_and_findings_end_by_their_own_periods_and_not_with_their_text(desk, told):
    text = told("My card is 4111 1111 1111 1111")
    with activate(desk.organization):
        Finding.objects.update(found_at=LONG_AGO)
        reply = OldRows(desk).reply(text.conversation, LONG_AGO)
        SecureReply.objects.filter(pk=reply.pk).update(message=text)
        set_days(Kind.BODIES, 30)
        for kind in (Kind.FINDINGS, Kind.SECURE_REPLIES):
            set_days(kind, 4000)
    night(desk)
    with activate(desk.organization):
        assert Message.objects.get(pk=text.pk).body is None
        assert "1111" in Finding.objects.get().masked
        assert Finding.objects.get().digest is not None
        assert SecureReply.objects.get(pk=reply.pk).body == "My crown"

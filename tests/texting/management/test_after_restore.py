"""After a backup was put back nothing that waited in it is sent blindly."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.permitting import agree_to_everything
from tests.texting.conftest import make_scene
from texting import delivery, outbox, reconciling, sending
from texting.models import Message, OutboxEntry
from texting.purposes import Purpose
from texting.statuses import MessageStatus

pytestmark = pytest.mark.django_db(transaction=True)


def queue(scene, body, *, number="+12125550181", purpose=Purpose.REPLY):
    with activate(scene.organization):
        scene.hear("Hello", number=number)
        if purpose is Purpose.BULK:
            agree_to_everything(scene.conversation().contact)
        conversation = scene.conversation()
        return sending.send_text(conversation=conversation, body=body, author=scene.agent, purpose=purpose)


def run(*, ago=timedelta(0), dry_run=False):
    out = StringIO()
    call_command("after_restore", at=(timezone.now() - ago).isoformat(), dry_run=dry_run, stdout=out)
    return out.getvalue()


def ten_minutes_later():
    OutboxEntry.objects.filter(state="unconfirmed").update(
        due_at=Now(), unconfirmed_since=Now() - timedelta(minutes=11)
    )


def state(scene, message):
    with activate(scene.organization):
        return Message.objects.get(pk=message.pk)


def test_a_text_that_was_sent_after_the_backup_is_adopted_and_not_sent_again(scene, far_end):
    """The database says "ready"; the provider has it."""
    message = queue(scene, "We open at nine")
    before = dict(OutboxEntry.objects.values().get())
    delivery.deliver_line(scene.line.pk)
    with activate(scene.organization):  # the backup is put back: everything is as it was
        Message.objects.filter(pk=message.pk).update(
            status="queued", provider_message_id=None, sent_at=None, receipt_due_at=None
        )
    OutboxEntry.objects.create(**before)
    assert "1 texts of 1 organizations will be" in run()
    assert delivery.deliver_line(scene.line.pk) == 0, "never blindly"
    assert reconciling.reconcile()["found"] == 1
    assert (state(scene, message).status, len(far_end.ledger)) == (MessageStatus.SENT, 1)


def test_a_text_that_was_not_sent_goes_out_after_its_look_up(scene, far_end):
    message = queue(scene, "We open at nine")
    run()
    assert reconciling.reconcile()["still_unknown"] == 1
    ten_minutes_later()
    assert reconciling.reconcile()["sent_again"] == 1
    assert delivery.deliver_line(scene.line.pk) == 1
    assert (state(scene, message).status, len(far_end.ledger)) == (MessageStatus.SENT, 1)


def test_a_campaigns_text_is_left_to_a_person(scene, far_end):
    message = queue(scene, "News", purpose=Purpose.BULK)
    run()
    ten_minutes_later()
    assert reconciling.reconcile()["given_up"] == 1
    assert (state(scene, message).status, far_end.asked) == (MessageStatus.FAILED, [])


def test_texts_that_were_with_a_worker_or_unconfirmed_are_looked_up_too(scene, far_end):
    queue(scene, "one")
    queue(scene, "two", number="+12125550182")
    outbox.claim(scene.line.pk)
    OutboxEntry.objects.filter(pk=OutboxEntry.objects.latest("entered_at").pk).update(
        state="unconfirmed", lease_until=None, unconfirmed_since=Now() - timedelta(hours=1)
    )
    assert "2 texts" in run()
    assert set(OutboxEntry.objects.values_list("state", flat=True)) == {"unconfirmed"}
    assert not OutboxEntry.objects.filter(restored_at__isnull=True).exists()


def test_what_was_queued_after_the_restore_point_is_not_touched(scene, far_end):
    queue(scene, "old")
    OutboxEntry.objects.update(entered_at=F("entered_at") - timedelta(hours=1))
    queue(scene, "new", number="+12125550182")
    assert "1 texts" in run(ago=timedelta(minutes=30))
    assert delivery.deliver_line(scene.line.pk) == 1
    assert "new" in far_end.ledger[0].body


def test_every_organization_is_looked_after_and_its_log_says_so(scene, far_end):
    other = make_scene("Northside Plumbing", "northside")
    queue(scene, "ours")
    queue(other, "theirs")
    assert "2 texts of 2 organizations" in run()
    for one in (scene, other):
        with activate(one.organization):
            assert AuditEvent.objects.filter(event=AuditKind.OUTBOX_RESTORED).count() == 1


def test_a_rehearsal_changes_nothing(scene, far_end):
    message = queue(scene, "We open at nine")
    assert "1 texts of 1 organizations would be" in run(dry_run=True)
    assert OutboxEntry.objects.get().state == "ready"
    assert state(scene, message).status == MessageStatus.QUEUED


def test_run_twice_it_changes_nothing_more(scene, far_end):
    queue(scene, "We open at nine")
    run()
    OutboxEntry.objects.update(due_at=Now() + timedelta(minutes=5))
    assert "0 texts of 0 organizations" in run()
    assert OutboxEntry.objects.get().due_at > timezone.now() + timedelta(minutes=4)


@pytest.mark.parametrize("at", ["", "yesterday", "2026-11-25", "2026-11-25T14:03:00", "2999-01-01T00:00:00+00:00"])
def test_a_time_that_cannot_be_meant_is_refused(db, at):
    with pytest.raises(CommandError, match="--at"):
        call_command("after_restore", at=at)

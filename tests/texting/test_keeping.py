"""An answer that cannot be written to the database is tried again, waits on disk, and is recorded once."""

import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError, connections
from django.db.models.functions import Now

from tenancy.ids import new_id
from tenancy.isolation import activate
from texting import delivery, keeping, outbox, preparing, reconciling, recording, sending, spool, status_reports, tasks
from texting.models import Message, OutboxEntry, SendAttempt
from texting.providers.base import NotAccepted, OutcomeUnknown, SendResult, StatusEvent
from texting.statuses import ErrorKind, MessageStatus

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(settings, tmp_path):
    settings.SPOOL_DIR = str(tmp_path / "spool")
    return tmp_path / "spool"


@pytest.fixture
def handed_over(scene):
    """A text whose attempt is written down, and what the provider answered to it."""
    with activate(scene.organization):
        scene.hear("Hello")
        sending.send_text(conversation=scene.conversation(), body="We open at nine", author=scene.agent)
    [prepared] = preparing.prepare(scene.line, outbox.claim(scene.line.pk))
    return prepared.claim


@pytest.fixture
def away(monkeypatch):
    """The database refuses recording as many times as this list is long."""
    refusals: list[int] = []
    record = recording.record

    def refuse(answers):
        if refusals:
            refusals.pop()
            raise OperationalError("the server closed the connection")
        record(answers)

    monkeypatch.setattr(recording, "record", refuse)
    monkeypatch.setattr(keeping, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(keeping, "LONGEST_WAIT", 0.01)
    return refusals


def accepted(claim):
    return recording.answer_to(claim, SendResult("far-7", MessageStatus.QUEUED, segments=2))


def text(scene, claim):
    with activate(scene.organization):
        return Message.objects.get(pk=claim.message_id)


def test_an_answer_is_recorded_as_soon_as_the_database_is_back(scene, handed_over, away, folder):
    away += [1] * 3
    assert keeping.keep([accepted(handed_over)])
    message = text(scene, handed_over)
    assert (message.status, message.provider_message_id, message.segments) == (MessageStatus.SENT, "far-7", 2)
    assert not OutboxEntry.objects.exists()
    assert list(folder.iterdir()) == [], "what was on disk meanwhile is gone"


def test_an_answer_is_on_disk_while_the_database_is_away_and_the_sweep_brings_it_in(
    scene, handed_over, away, folder, monkeypatch
):
    monkeypatch.setattr(keeping, "KEPT_SECONDS", 0.05)
    away += [1] * 1000
    assert not keeping.keep([accepted(handed_over)])
    [file] = folder.iterdir()
    content = file.read_bytes()
    assert scene.number.encode() not in content
    assert b"nine" not in content
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    OutboxEntry.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert keeping.bring_in() == 0, "still away"
    assert file.exists()
    away.clear()
    assert tasks.sweep_outbox()["brought_in"] == 1
    message = text(scene, handed_over)
    assert (message.status, message.provider_message_id) == (MessageStatus.SENT, "far-7")
    assert not OutboxEntry.objects.exists(), "it never counted as unknown"
    assert not file.exists()


def test_a_worker_killed_while_it_tries_on_loses_nothing(scene, handed_over, away, folder, monkeypatch):
    class Killed(BaseException):
        pass

    def die(seconds):
        raise Killed

    monkeypatch.setattr(keeping.time, "sleep", die)
    away.append(1)
    with pytest.raises(Killed):
        keeping.keep([accepted(handed_over)])
    assert keeping.bring_in() == 1
    assert text(scene, handed_over).provider_message_id == "far-7"


def test_what_waits_behind_it_is_on_disk_too(scene, handed_over, away, folder, monkeypatch):
    monkeypatch.setattr(keeping, "KEPT_SECONDS", 0.05)
    away += [1] * 1000
    other = replace(accepted(handed_over), message_id=new_id())
    assert not keeping.keep([other], others=lambda: [accepted(handed_over)])
    assert len(list(folder.iterdir())) == 2
    away.clear()
    assert keeping.bring_in() == 2
    assert text(scene, handed_over).provider_message_id == "far-7"


def test_the_same_answer_twice_changes_nothing(scene, handed_over, folder):
    for _ in range(2):
        assert spool.write([accepted(handed_over)])
    assert keeping.keep([accepted(handed_over)])
    before = text(scene, handed_over)
    assert keeping.bring_in() == 2
    after = text(scene, handed_over)
    assert (after.status, after.attention, after.sent_at) == (before.status, "", before.sent_at)


def test_two_processes_that_bring_in_at_the_same_time_do_no_harm(scene, handed_over, folder):
    spool.write([accepted(handed_over)])
    barrier = threading.Barrier(2)

    def work(_):
        barrier.wait()
        try:
            return keeping.bring_in()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert max(pool.map(work, range(2))) == 1
    message = text(scene, handed_over)
    assert (message.provider_message_id, message.attention) == ("far-7", "")
    assert list(folder.iterdir()) == []


def test_a_torn_last_line_does_not_hide_the_others(scene, handed_over, folder):
    file = spool.write([accepted(handed_over), replace(accepted(handed_over), message_id=new_id())])
    whole = file.read_bytes()
    file.write_bytes(whole[:-40])
    assert keeping.bring_in() == 1
    assert text(scene, handed_over).provider_message_id == "far-7"
    [left] = folder.iterdir()
    assert left.suffix == spool.UNREADABLE, "an operator may look at it; it is not read again"
    assert keeping.bring_in() == 0


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"no checksum", b"\xff\xfe\x00" * 50, b"00000000 {}\n", b"zz {}\n", b"x" * 2_000_000]
)
def test_a_file_of_nonsense_is_set_aside(scene, folder, content):
    folder.mkdir()
    (folder / f"1{spool.READY}").write_bytes(content)
    assert keeping.bring_in() == 0
    assert [file.suffix for file in folder.iterdir()] == [spool.UNREADABLE]


def test_half_a_file_of_a_process_that_died_is_not_read(scene, folder):
    folder.mkdir()
    (folder / "1-2.new").write_bytes(b"half")
    assert keeping.bring_in() == 0
    assert (folder / "1-2.new").exists()


def test_an_answer_about_a_text_that_is_gone_is_dropped(scene, folder, handed_over):
    spool.write([replace(accepted(handed_over), message_id=new_id())])
    assert keeping.bring_in() == 1
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("failure", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_cannot_be_written_leaves_the_retries_and_the_log(
    *, scene, handed_over, away, folder, monkeypatch, caplog, failure
):
    def refuse(*args):
        raise OSError(failure, os.strerror(failure))

    monkeypatch.setattr(os, "fsync", refuse)
    away += [1] * 2
    assert keeping.keep([accepted(handed_over)]), "the database came back in time"
    assert list(folder.iterdir()) == [], "nothing half done stays"
    monkeypatch.setattr(keeping, "KEPT_SECONDS", 0.03)
    away += [1] * 1000
    assert not keeping.keep([accepted(handed_over)])
    [lost] = [record for record in caplog.records if record.getMessage() == "answer_lost"]
    assert (lost.text, lost.provider_id) == (str(handed_over.message_id), "far-7")


def test_without_a_folder_nothing_is_written_and_nothing_breaks(scene, settings, handed_over, away, monkeypatch):
    settings.SPOOL_DIR = ""
    monkeypatch.setattr(keeping, "KEPT_SECONDS", 0.03)
    away += [1] * 1000
    assert not keeping.keep([accepted(handed_over)])
    assert keeping.bring_in() == 0


def test_an_answer_from_disk_is_taken_although_the_text_counts_as_unknown(scene, handed_over, folder):
    spool.write([accepted(handed_over)])
    OutboxEntry.objects.update(lease_until=Now() - timedelta(seconds=1))
    delivery.expire_leases()
    assert text(scene, handed_over).status == MessageStatus.UNCONFIRMED
    keeping.bring_in()
    assert text(scene, handed_over).status == MessageStatus.SENT
    assert not OutboxEntry.objects.exists()


def test_an_old_attempts_answer_ends_a_text_that_is_ready_for_another(scene, handed_over, folder):
    """It was given up as absent and put back; then the first answer came in from a disk."""
    spool.write([accepted(handed_over)])
    OutboxEntry.objects.update(state="unconfirmed", due_at=Now(), unconfirmed_since=Now() - timedelta(minutes=11))
    assert reconciling.reconcile()["sent_again"] == 1
    keeping.bring_in()
    assert delivery.deliver_line(scene.line.pk) == 0, "not a second time"
    assert text(scene, handed_over).provider_message_id == "far-7"


def test_an_old_attempts_refusal_does_not_end_its_successor(scene, handed_over, folder):
    spool.write([recording.answer_to(handed_over, NotAccepted(ErrorKind.INVALID_RECIPIENT, retry=False))])
    OutboxEntry.objects.update(attempt=2)
    keeping.bring_in()
    assert OutboxEntry.objects.get().state == "sending"
    assert text(scene, handed_over).status == MessageStatus.SENDING


def test_a_refusal_from_disk_puts_an_opt_out_into_the_ledger(scene, handed_over, folder):
    spool.write([recording.answer_to(handed_over, NotAccepted(ErrorKind.OPTED_OUT, retry=False))])
    keeping.bring_in()
    with activate(scene.organization), pytest.raises(sending.Refused):
        sending.send_text(conversation=scene.conversation(), body="Another", author=scene.agent)


def test_one_answer_that_breaks_does_not_lose_the_others(scene, far_end):
    """The provider gives the same id to two texts: both are taken, and neither is sent again."""
    far_end.script += [SendResult("far-same", MessageStatus.SENT), SendResult("far-same", MessageStatus.SENT)]
    with activate(scene.organization):
        for which in (1, 2):
            scene.hear("Hello", number=f"+1212555018{which}")
            sending.send_text(conversation=scene.conversation(), body="We open at nine", author=scene.agent)
    delivery.deliver_line(scene.line.pk)
    assert not OutboxEntry.objects.exists()
    with activate(scene.organization):
        ours = Message.objects.filter(direction="out")
        assert {message.status for message in ours} == {MessageStatus.SENT}
        assert sorted(message.provider_message_id.split(":")[0] for message in ours) == ["far-same", "far-same"]
        assert set(SendAttempt.objects.values_list("outcome", flat=True)) == {"accepted"}


def test_a_callback_before_the_answer_is_recorded_is_kept(scene, far_end, handed_over):
    """W8: the report comes first; the answer that follows changes nothing."""
    with activate(scene.organization):
        attempt = SendAttempt.objects.get()
        token = "known"
        SendAttempt.objects.filter(pk=attempt.pk).update(token_hash=preparing.hash_token(token))
        event = StatusEvent("far-7", MessageStatus.UNDELIVERED, "e", ErrorKind.UNREACHABLE, "30003")
        assert status_reports.take_status(scene.line, token, event)
    assert keeping.keep([accepted(handed_over)])
    message = text(scene, handed_over)
    assert (message.status, message.error_kind) == (MessageStatus.UNDELIVERED, ErrorKind.UNREACHABLE)
    assert message.attention == "failed"


def test_a_batch_is_recorded_with_as_many_statements_as_one_text(scene, far_end, django_assert_max_num_queries):
    answers = []
    with activate(scene.organization):
        for which in range(20):
            scene.hear("Hello", number=f"+121255501{which:02}")
            sending.send_text(conversation=scene.conversation(), body="We open at nine", author=scene.agent)
    prepared = preparing.prepare(scene.line, outbox.claim(scene.line.pk))
    assert len(prepared) == 20
    for which, item in enumerate(prepared):
        result = OutcomeUnknown() if which % 5 == 0 else SendResult(f"far-{which}", MessageStatus.QUEUED)
        answers.append(recording.answer_to(item.claim, result))
    with django_assert_max_num_queries(9):
        keeping.keep(answers)
    with activate(scene.organization):
        assert Message.objects.filter(status="sent").count() == 16
        assert Message.objects.filter(status="unconfirmed").count() == 4

"""A customer's file is fetched after the commit: once, later if need be, never before the scanner has seen it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tenancy.audit import AuditKind
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.attachments import samples
from tests.texting.attachments.conftest import hear_files, only_attachment
from tests.texting.conftest import ScriptedProvider
from texting import carrier_copies
from texting.attachments import fetching, storing
from texting.attachments.kinds import Reason
from texting.models import Attachment, AttachmentChunk, AttachmentDue, CarrierCopy
from texting.providers.base import MediaProblem, MediaRefused, NotAccepted
from texting.statuses import ErrorKind

pytestmark = pytest.mark.usefixtures("far_end")


def fetch_at_once() -> int:
    """As if all waits were over."""
    AttachmentDue.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    return fetching.fetch_due()


def seconds_to_wait() -> float:
    return (AttachmentDue.objects.get().due_at - timezone.now()).total_seconds()


def test_a_webhook_only_notes_the_file_and_a_task_fetches_it(busy_desk, far_end):
    hear_files(busy_desk, samples.jpeg_with_place())
    assert far_end.fetched == []
    noted = only_attachment(busy_desk)
    assert (noted.state, noted.size) == ("waiting", 0)
    assert fetching.fetch_due() == 1
    kept = only_attachment(busy_desk)
    assert (kept.state, kept.verdict, kept.content_type) == ("here", "unscanned", "image/jpeg")
    assert (kept.width, kept.height, kept.source) == (48, 64, "")
    with activate(busy_desk.organization):
        content = storing.read(kept)
        assert len(content) == kept.size
        assert samples.GPS_NOTE not in content
        assert storing.read_thumbnail(kept).startswith(b"\xff\xd8")
    assert not AttachmentDue.objects.exists()


def test_it_is_fetched_once_however_often_the_task_runs(busy_desk, far_end):
    hear_files(busy_desk, samples.jpeg_with_place())
    assert [fetching.fetch_due(), fetching.fetch_due()] == [1, 0]
    assert len(far_end.fetched) == 1


def test_a_repeated_webhook_notes_nothing_again(busy_desk, far_end):
    hear_files(busy_desk, samples.PDF, declared="application/pdf")
    with activate(busy_desk.organization):
        from texting import receiving
        from texting.providers.base import Inbound, Media

        media = (Media("application/pdf", "https://far.example/0"),)
        again = Inbound("mm-0", "+12125550181", busy_desk.line.number, "", "mm-0", media=media)
        assert receiving.receive(busy_desk.line, again) is None
        assert Attachment.objects.count() == 1


def test_one_that_breaks_comes_again_soon_and_holds_up_no_other(busy_desk, far_end, monkeypatch):
    hear_files(busy_desk, samples.jpeg_with_place())
    with monkeypatch.context() as broken:

        def breaks(*_: object) -> None:
            raise RuntimeError

        broken.setattr(fetching, "_record", breaks)
        assert fetching.fetch_due() == 1
    assert 0 < seconds_to_wait() <= fetching.FIRST_WAIT
    assert fetch_at_once() == 1
    assert only_attachment(busy_desk).state == "here"


def test_a_worker_that_dies_on_the_way_is_followed_by_another(busy_desk, far_end, monkeypatch):
    hear_files(busy_desk, samples.jpeg_with_place())
    with monkeypatch.context() as broken:

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        broken.setattr(fetching, "_record", killed)
        with pytest.raises(KeyboardInterrupt):
            fetching.fetch_due()
    assert only_attachment(busy_desk).state == "waiting"
    assert fetching.fetch_due() == 0, "its lease still runs"
    assert 0 < seconds_to_wait() <= fetching.LEASE.total_seconds()
    assert fetch_at_once() == 1
    assert only_attachment(busy_desk).state == "here"
    with activate(busy_desk.organization):
        assert AttachmentChunk.objects.count() == 2


def test_of_two_workers_with_the_same_file_one_stores_it(busy_desk, far_end):
    hear_files(busy_desk, samples.jpeg_with_place())
    late = fetching._take()
    assert late is not None
    with activate(late.organization_id):
        asked = fetching._what_to_ask(late)
    assert asked is not None
    outcome = fetching._outcome(*asked)
    assert fetch_at_once() == 1
    with activate(late.organization_id):
        fetching._record(late, outcome)
        assert AttachmentChunk.objects.count() == 2


def test_a_provider_that_is_away_is_asked_again_later_and_later(busy_desk, far_end):
    hear_files(busy_desk, samples.PDF)
    far_end.files["https://far.example/0"] = NotAccepted(ErrorKind.TRANSIENT, retry=True)
    assert fetch_at_once() == 1
    assert 1 < seconds_to_wait() <= 5
    assert only_attachment(busy_desk).reason == Reason.PROVIDER_AWAY
    for _ in range(4):
        fetch_at_once()
    assert 30 < seconds_to_wait() <= 80
    far_end.files["https://far.example/0"] = samples.PDF
    fetch_at_once()
    assert (only_attachment(busy_desk).state, only_attachment(busy_desk).reason) == ("here", "")


def test_a_file_that_is_not_there_is_given_up_with_a_reason(busy_desk, far_end):
    hear_files(busy_desk, b"")
    far_end.files["https://far.example/0"] = MediaRefused(MediaProblem.NOT_THERE, "not there")
    fetch_at_once()
    assert only_attachment(busy_desk).state == "waiting"
    AttachmentDue.objects.update(noted_at=timezone.now() - timedelta(minutes=20))
    fetch_at_once()
    given_up = only_attachment(busy_desk)
    assert (given_up.state, given_up.reason) == ("refused", Reason.NOT_FETCHED)
    assert not AttachmentDue.objects.exists()
    with activate(busy_desk.organization):
        assert AuditEvent.objects.filter(event=AuditKind.ATTACHMENT_REFUSED).count() == 1


@pytest.mark.parametrize(
    ("problem", "reason"),
    [(MediaProblem.TOO_LARGE, Reason.TOO_LARGE), (MediaProblem.FOREIGN_ADDRESS, Reason.NOT_FETCHED)],
)
def test_what_the_provider_will_never_hand_over_is_not_asked_for_again(busy_desk, far_end, problem, reason):
    hear_files(busy_desk, b"")
    far_end.files["https://far.example/0"] = MediaRefused(problem, "never")
    fetch_at_once()
    assert (only_attachment(busy_desk).state, only_attachment(busy_desk).reason) == ("refused", reason)
    assert fetch_at_once() == 0


def test_a_page_that_calls_itself_a_picture_is_not_stored(busy_desk):
    hear_files(busy_desk, samples.PAGE, declared="image/png")
    fetching.fetch_due()
    refused = only_attachment(busy_desk)
    assert (refused.state, refused.reason, refused.size) == ("refused", Reason.TYPE, 0)
    with activate(busy_desk.organization):
        assert not AttachmentChunk.objects.exists()


def test_the_scanner_sees_the_file_as_it_came(busy_desk, scanner):
    before = samples.jpeg_with_place()
    hear_files(busy_desk, before)
    fetching.fetch_due()
    assert scanner.seen == [before]
    assert only_attachment(busy_desk).verdict == "clean"


def test_an_infected_file_is_thrown_away_said_and_audited(busy_desk, scanner):
    hear_files(busy_desk, samples.PDF + b"%" + samples.EICAR)
    fetching.fetch_due()
    found = only_attachment(busy_desk)
    assert (found.state, found.verdict, found.reason) == ("refused", "infected", Reason.INFECTED)
    assert not found.may_be_opened
    with activate(busy_desk.organization):
        assert not AttachmentChunk.objects.exists()
        assert AuditEvent.objects.filter(event=AuditKind.ATTACHMENT_REFUSED).count() == 1


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OKAY\0", b"\xff\xfe\0"])
def test_without_a_clear_answer_of_the_scanner_the_file_waits(busy_desk, scanner, answer):
    scanner.answer = answer
    hear_files(busy_desk, samples.PDF)
    fetching.fetch_due()
    waiting = only_attachment(busy_desk)
    assert (waiting.state, waiting.reason, waiting.may_be_opened) == ("waiting", Reason.SCANNER_AWAY, False)
    scanner.answer = None
    fetch_at_once()
    assert (only_attachment(busy_desk).state, only_attachment(busy_desk).verdict) == ("here", "clean")


def test_a_scanner_behind_a_local_socket_is_asked_the_same(busy_desk, local_scanner):
    hear_files(busy_desk, samples.PDF + b"%" + samples.EICAR)
    fetching.fetch_due()
    assert only_attachment(busy_desk).reason == Reason.INFECTED
    assert len(local_scanner.seen) == 1
    local_scanner.answer = b""
    hear_files(busy_desk, samples.PDF)
    fetching.fetch_due()
    with activate(busy_desk.organization):
        assert Attachment.objects.latest("id").reason == Reason.SCANNER_AWAY


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "unix:///nowhere/clamd.sock"])
def test_a_scanner_that_cannot_be_reached_lets_nothing_through(busy_desk, settings, address):
    settings.CLAMAV = address
    hear_files(busy_desk, samples.PDF)
    fetching.fetch_due()
    assert only_attachment(busy_desk).reason == Reason.SCANNER_AWAY


def test_a_customer_who_was_erased_meanwhile_leaves_nothing_to_fetch(busy_desk, far_end):
    message = hear_files(busy_desk, samples.PDF)
    with activate(busy_desk.organization):
        destroy_keys("contact", str(message.contact_id), reason="erasure")
    fetching.fetch_due()
    assert only_attachment(busy_desk).state == "gone"
    assert far_end.fetched == []


def test_what_is_due_is_seen_without_an_organization_and_holds_no_content(busy_desk):
    hear_files(busy_desk, samples.PDF)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM texting_attachmentdue")
        names = {column.name for column in cursor.description}
    assert names == {"attachment_id", "organization_id", "due_at", "noted_at", "attempt"}


def test_the_provider_forgets_a_text_once_all_its_files_are_here_and_not_before(busy_desk, far_end):
    message = hear_files(busy_desk, samples.jpeg_with_place(), samples.PDF)
    AttachmentDue.objects.update(due_at=timezone.now() + timedelta(hours=1))
    for wanted in (0, 1):
        first = AttachmentDue.objects.order_by("attachment_id").first()
        AttachmentDue.objects.filter(pk=first.pk).update(due_at=timezone.now())
        assert fetching.fetch_due() == 1
        with activate(busy_desk.organization):
            assert CarrierCopy.objects.filter(message_id=message.pk).count() == wanted
    carrier_copies.ask_providers()
    assert far_end.redacted == ["mm-0"]


def test_a_file_that_is_refused_stays_where_it_is(busy_desk, far_end):
    hear_files(busy_desk, samples.jpeg_with_place(), samples.PAGE)
    fetch_at_once()
    with activate(busy_desk.organization):
        assert sorted(Attachment.objects.values_list("state", flat=True)) == ["here", "refused"]
        assert not CarrierCopy.objects.exists()


def test_a_provider_whose_copy_is_the_customers_phone_keeps_it(busy_desk, far_end, monkeypatch):
    monkeypatch.setattr(ScriptedProvider, "capabilities", replace(ScriptedProvider.capabilities, copy_is_handset=True))
    hear_files(busy_desk, samples.jpeg_with_place())
    assert fetch_at_once() == 1
    assert only_attachment(busy_desk).state == "here"
    with activate(busy_desk.organization):
        assert not CarrierCopy.objects.exists()

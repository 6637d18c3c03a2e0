"""What there is before a purge that is killed: of each kind of data something that ends and something that stays.

One day has rows of two customers: of one whose conversation is open all stays, of the other all ends. Such a day goes
by itself, for each kind of keys. Another day has only a text that ends. A third conversation is past its own period
with all that hangs on it; so are a contact and a file that somebody asked for.
"""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.models import Finding
from portal.models import PaymentRequest, SecureMessage, SecureReply
from retention.kinds import Kind
from retention.models import DataExport, DataExportPart, Purge
from tenancy.encryption import KeyDestroyed, keyring, prefetch, records
from tenancy.encryption.fields import ENDED
from tenancy.isolation import activate
from tests.retention.asked import pack_for
from tests.retention.old_rows import OldRows
from tests.texting.attachments.keeping import keep_file
from tests.texting.attachments.samples import png_with_place
from tests.texting.desk import SECOND, Desk
from texting import threads
from texting.attachments import storing
from texting.ended import end_files
from texting.models import Attachment, AttachmentChunk, Contact, Conversation, EndedAs, Message, SendAttempt
from texting.phone_numbers import from_provider

from .conftest import LONG_AGO, set_days

KEPT, DOOMED = "Persimmons stay where they are", "Zwetschgenkuchen for the trombone quartet"
BECAUSE = "They asked for it"
ENDED_BY_DAY = (Kind.BODIES, Kind.ATTACHMENTS, Kind.FINDINGS, Kind.SECURE_REPLIES, Kind.PAYMENTS, Kind.CONTACTS)


@dataclass(frozen=True)
class Scene:
    """`copies`: sealed words of what ends, as an older copy of the database holds them."""

    kept: Message
    doomed: list[Message]
    gone: Message
    stranger: Contact
    copies: list[bytes]
    content: bytes


def set_scene(desk: Desk, told) -> Scene:
    """All of it, as it stands in the evening."""
    doomed = [told(DOOMED, number=SECOND), told(DOOMED, LONG_AGO + timedelta(days=1), number=SECOND)]
    kept = told(KEPT)
    gone = told(DOOMED, number="+12125550183")
    with activate(desk.organization):
        Conversation.objects.exclude(pk=kept.conversation_id).update(status="resolved", resolved_at=LONG_AGO)
        rows, content = OldRows(desk), png_with_place()
        for text in (kept, doomed[0]):
            keep_file(text, content)
            rows.finding(text.conversation, LONG_AGO, because=BECAUSE)
            rows.reply(text.conversation, LONG_AGO)
            rows.payment(text.conversation, LONG_AGO)
        _ages_ago(rows, gone)
        stranger = threads.contact_for(from_provider("+12125550184"))
        Contact.objects.filter(pk=stranger.pk).update(created_at=LONG_AGO)
        for kind in ENDED_BY_DAY:
            set_days(kind, 30)
        DataExport.objects.filter(pk=pack_for(desk.cast.admin).pk).update(ready_at=LONG_AGO)
        file = Attachment.objects.get(message=kept)
        return Scene(kept, doomed, gone, stranger, _copies(doomed), storing.read(file))


def _ages_ago(rows: OldRows, gone: Message) -> None:
    """Six years: its words have ended, its rows are still there, and what somebody was asked to pay."""
    before, one = timezone.now() - timedelta(days=6 * 366), gone.conversation
    rows.reply(one, before)
    payment = rows.payment(one, before)
    PaymentRequest.objects.filter(pk=payment.pk).update(text=gone)
    keep_file(gone, png_with_place())
    end_files(Attachment.objects.filter(message=gone), ended_as=EndedAs.RETENTION, at=before)
    SecureReply.objects.filter(secure__conversation=one).update(body=None)
    ended = {"body": None, "ended_at": before, "ended_as": "retention", "created_at": before}
    Message.objects.filter(conversation=one).update(**ended)
    Conversation.objects.filter(pk=one.pk).update(resolved_at=before, preview=None)


def _copies(doomed: list[Message]) -> list[bytes]:
    whose, one = doomed[0].contact_id, doomed[0].conversation_id
    columns = (
        (Message.objects.filter(pk__in=[text.pk for text in doomed]), "body"),
        (AttachmentChunk.objects.filter(contact_id=whose), "content"),
        (Finding.objects.filter(conversation_id=one), "because"),
        (SecureReply.objects.filter(contact_id=whose), "body"),
        (PaymentRequest.objects.filter(contact_id=whose), "description"),
    )
    found = [bytes(record) for rows, column in columns for record in rows.values_list(column, flat=True)]
    assert len(found) == 7, "two texts, two parts of a picture, a finding, an answer, a payment"
    return found


def judge_rows(desk: Desk, scene: Scene, purge: Purge) -> None:
    """What must stay can be read, what ended says so, and no file is left of it."""
    keyring.forget_everything()
    with activate(desk.organization):
        _judge_kept(scene)
        _judge_doomed(scene)
        assert not Message.objects.filter(conversation=scene.gone.conversation_id).exists()
        assert Conversation.objects.get(pk=scene.gone.conversation_id).texts_gone_at == purge.at
        for model in (SendAttempt, Attachment, SecureReply):
            assert not model.objects.filter(message=scene.gone.pk).exists()
        assert not SecureMessage.objects.filter(conversation=scene.gone.conversation_id).exists()
        paid = PaymentRequest.objects.defer("description").get(conversation=scene.gone.conversation_id)
        assert (paid.text_id, _sealed(paid)) == (None, ENDED)
        with pytest.raises(KeyDestroyed):
            _ = Contact.objects.get(pk=scene.stranger.pk).number
        assert Contact.objects.get(pk=scene.stranger.pk).number_masked == ""
        assert DataExport.objects.get().state == "ended"
        assert not DataExportPart.objects.exists()
    for copy in scene.copies:
        needed = set(records.key_ids(copy))
        assert not keyring.refresh(desk.organization.pk, needed).keys() >= needed, "a key opens an older copy"


def _judge_kept(scene: Scene) -> None:
    one = scene.kept.conversation_id
    assert (Message.objects.get(pk=scene.kept.pk).body, Conversation.objects.get(pk=one).preview) == (KEPT, KEPT)
    file = Attachment.objects.get(conversation=one)
    chunks = list(AttachmentChunk.objects.all())
    prefetch(chunks)
    assert {chunk.attachment_id for chunk in chunks} == {file.pk}
    assert storing.read(file) == scene.content
    finding = Finding.objects.get(conversation_id=one)
    assert ("1111" in finding.masked, finding.because) == (True, BECAUSE)
    assert SecureReply.objects.get(secure__conversation=one).body == "My crown"
    assert PaymentRequest.objects.get(conversation=one).description == "Crown"


def _judge_doomed(scene: Scene) -> None:
    one = scene.doomed[0].conversation_id
    for text in scene.doomed:
        ended = Message.objects.get(pk=text.pk)
        assert (ended.body, ended.ended_as) == (None, "retention")
    assert [file.state for file in Attachment.objects.filter(conversation=one)] == ["gone"]
    finding = Finding.objects.get(conversation_id=one)
    assert ("1111" in finding.masked, finding.digest, finding.because) == (False, None, None)
    assert SecureReply.objects.get(secure__conversation=one).body is None
    assert _sealed(PaymentRequest.objects.defer("description").get(conversation=one)) == ENDED


def _sealed(request: PaymentRequest) -> bytes:
    return bytes(PaymentRequest.objects.values_list("description", flat=True).get(pk=request.pk))

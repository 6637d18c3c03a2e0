"""A member removes the words of one text, or all that it was: where nothing is left of it, and what is refused."""

import json
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import KeptAnswer, Role
from accounts.permissions import MissingPermission, Permission
from compliance.models import Finding
from tenancy.audit import AuditKind
from tenancy.encryption.fields import encrypted_fields
from tenancy.isolation import TenantModel, activate
from tenancy.models import AuditEvent
from tests.found import keep_finding
from tests.texting.attachments.keeping import keep_file
from tests.texting.attachments.samples import png_with_place
from tests.texting.desk import SECOND, busy_desk, desk
from texting import carrier_copies, guards, progress, redacting
from texting.models import (
    Attachment,
    AttachmentChunk,
    CarrierCopy,
    Conversation,
    EndedAs,
    Message,
    OutboxEntry,
    Redaction,
)
from texting.providers.base import NotAccepted
from texting.redacting import AlreadyEnded, Guarded, StillLeaving, Why
from texting.statuses import ErrorKind, MessageStatus

from .conftest import FAR_END

__all__ = ["busy_desk", "desk"]

pytestmark = pytest.mark.django_db

WRONG = Why(Redaction.Reason.WRONG_CUSTOMER)
SECRET = "The gate code is 7291"


def text_in(desk, body=SECRET, **more):
    conversation = desk.hear(body, **more)
    with activate(conversation.organization_id):
        return Message.objects.select_related("conversation", "contact").get(conversation=conversation, direction="in")


def remove(desk, message, *, member=None, why=WRONG, deletes=False):
    with activate(message.organization_id):
        return redacting.redact(member=member or desk.cast.admin, message=message, why=why, deletes=deletes)


def page(desk, message, member):
    return desk.as_(member).get(reverse("conversation", args=[message.conversation_id])).content.decode()


def everything_readable(organization):
    """Every sealed column of every row of the organization, opened."""
    found = []
    with activate(organization):
        for model in TenantModel.__subclasses__():
            if model._meta.abstract or not encrypted_fields(model):
                continue
            for row in model.objects.all():
                found += [(model._meta.label, str(getattr(row, one.attname))) for one in encrypted_fields(model)]
    return found


def holders(organization, words):
    return {label for label, text in everything_readable(organization) if words in text}


class TestWhatGoes:
    @pytest.mark.parametrize("deletes", [False, True])
    def test_no_sealed_column_of_any_row_holds_the_words_afterwards(self, desk, deletes):
        message = text_in(desk)
        with activate(desk.organization):
            keep_file(message, png_with_place(), name=SECRET)
            KeptAnswer.objects.create(
                membership=desk.cast.agent,
                key_hash=b"k" * 32,
                request_hash=b"r" * 32,
                status=200,
                answer=json.dumps({"id": str(message.pk), "body": SECRET}),
                about=[str(message.pk)],
                created_at=timezone.now(),
            )
            keep_finding(
                message_id=message.pk,
                conversation_id=message.conversation_id,
                type="ACCESS_SECRET",
                masked="[secret ••••7291]",
                digest=b"d" * 16,
                because=SECRET,
            )
        before = holders(desk.organization, SECRET)
        assert before >= {"texting.Message", "texting.Conversation", "accounts.KeptAnswer", "compliance.Finding"}

        remove(desk, message, deletes=deletes)

        assert holders(desk.organization, SECRET) == set()
        with activate(desk.organization):
            assert not AttachmentChunk.objects.exists()
            file = Attachment.objects.get(message=message)
            assert (file.state, file.name, file.digest) == (Attachment.State.GONE, None, None)
            finding = Finding.objects.get()
            assert (finding.masked, finding.digest) == ("[secret]", None)

    def test_an_older_text_leaves_the_preview_of_the_newest_alone(self, desk):
        message = text_in(desk)
        desk.hear("See you on Monday")
        remove(desk, message)
        with activate(desk.organization):
            assert Conversation.objects.get().preview == "See you on Monday"

    def test_the_reason_is_masked_like_a_note(self, desk):
        row = remove(desk, text_in(desk), why=Why(WRONG.reason, "it had the card 4111 1111 1111 1111"))
        with activate(desk.organization):
            assert "4111" not in row.words.replace("••••1111", "")


class TestWhatIsShown:
    def test_the_thread_says_who_when_and_why_and_lists_say_that_words_were_removed(self, desk):
        message = text_in(desk)
        remove(desk, message, why=Why(WRONG.reason, "meant for Bob"))
        today = timezone.localdate(timezone=ZoneInfo(desk.organization.time_zone)).strftime("%-d %b %Y")
        shown = page(desk, message, desk.cast.agent)
        assert f"Words removed by {desk.cast.admin.user.name} on {today}: wrong customer (meant for Bob)" in shown
        assert SECRET not in shown
        assert "Words removed" in desk.as_(desk.cast.agent).get(reverse("inbox")).content.decode()

    def test_of_a_deleted_text_the_thread_does_not_say_which_way_it_went(self, desk):
        message = text_in(desk)
        remove(desk, message, deletes=True)
        shown = page(desk, message, desk.cast.agent).partition(f'id="message-{message.pk}"')
        item = shown[0].rpartition("<li")[2] + shown[2].partition("</li>")[0]
        assert "Text deleted by" in item
        assert not [words for words in ("message in", "message out", "Received", "Sent") if words in item]

    def test_a_failed_text_whose_words_are_gone_is_not_sent_again(self, desk):
        message = text_in(desk)
        answer = desk.answer(message.conversation, "Nine")
        with activate(desk.organization):
            OutboxEntry.objects.all().delete()
            progress.show(answer, MessageStatus.FAILED, ErrorKind.INVALID_RECIPIENT)
        remove(desk, answer)
        listed = desk.as_(desk.cast.agent).get(reverse("attention")).content.decode()
        assert "Words removed" in listed
        assert "Send again" not in listed


class TestWhatIsRefused:
    def test_a_text_that_has_not_left_is_to_be_taken_back_first(self, desk):
        answer = desk.answer(desk.hear(), "Nine")
        with pytest.raises(StillLeaving, match="Take it back first"):
            remove(desk, answer)

    def test_twice(self, desk):
        message = text_in(desk)
        remove(desk, message)
        with pytest.raises(AlreadyEnded):
            remove(desk, message, deletes=True)

    def test_what_a_guard_keeps(self, desk, monkeypatch):
        message = text_in(desk)
        kept = lambda ids: dict.fromkeys(ids, "It is under a hold.")  # noqa: E731
        monkeypatch.setattr(guards, "_guards", lambda: (kept,))
        with pytest.raises(Guarded, match="under a hold"):
            remove(desk, message)
        assert SECRET in page(desk, message, desk.cast.agent)

    @pytest.mark.parametrize("deletes", [False, True])
    def test_without_the_right(self, desk, deletes):
        message = text_in(desk)
        with pytest.raises(MissingPermission):
            remove(desk, message, member=desk.cast.supervisor if deletes else desk.cast.agent, deletes=deletes)

    def test_nobody_removes_what_they_may_not_read(self, desk):
        message = text_in(desk)
        url = reverse("remove_text", args=[message.pk])
        assert desk.as_(desk.cast.outsider).post(url, {"reason": "asked"}).status_code in {403, 404}
        assert desk.as_(desk.cast.agent).post(url, {"reason": "asked"}).status_code == 403
        with activate(desk.organization):
            assert Message.objects.get(pk=message.pk).body == SECRET

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({}, "This field is required"),
            ({"reason": "because"}, "Select a valid choice"),
            ({"reason": "other"}, "Say why in a few words"),
            ({"reason": "asked", "words": "x" * 201}, "at most 200 characters"),
        ],
    )
    def test_a_reason_that_is_none(self, desk, typed, said):
        message = text_in(desk)
        answer = desk.as_(desk.cast.supervisor).post(reverse("remove_text", args=[message.pk]), typed)
        assert answer.status_code == 422
        assert said in answer.content.decode()


def test_the_dialog_offers_deleting_to_whom_may_and_the_press_removes(desk):
    message = text_in(desk)
    url = reverse("remove_text", args=[message.pk])
    assert 'name="what"' in desk.as_(desk.cast.admin).get(url).content.decode()
    browser = desk.as_(desk.cast.supervisor)
    dialog = browser.get(url).content.decode()
    assert 'name="what"' not in dialog
    assert "Backups made before" in dialog
    assert browser.post(url, {"reason": "too_much", "what": "all"}).status_code == 204
    with activate(desk.organization):
        assert Message.objects.get(pk=message.pk).ended_as == EndedAs.REDACTED
        event = AuditEvent.objects.get(event=AuditKind.MESSAGE_REDACTED)
        assert event.object_id == str(message.pk)
    assert browser.post(url, {"reason": "too_much"}).status_code == 422


class TestTheCarriersCopy:
    def copy(self, desk):
        with activate(desk.organization):
            return CarrierCopy.objects.get()

    def make_due(self, desk):
        with activate(desk.organization):
            CarrierCopy.objects.update(due_at=timezone.now())

    def test_words_are_redacted_there_and_the_thread_says_so(self, busy_desk, far_end):
        message = text_in(busy_desk)
        remove(busy_desk, message)
        assert "is being asked to remove its copy" in page(busy_desk, message, busy_desk.cast.agent)
        carrier_copies.ask_providers()
        assert (FAR_END.redacted, FAR_END.deleted) == (["in-1"], [])
        assert "The carrier removed its copy." in page(busy_desk, message, busy_desk.cast.agent)

    def test_a_text_without_its_last_status_loses_its_words_first_and_its_record_later(self, busy_desk, far_end):
        message = busy_desk.answer(busy_desk.hear("Hello", number=SECOND), "Nine")
        with activate(busy_desk.organization):
            OutboxEntry.objects.all().delete()
            Message.objects.filter(pk=message.pk).update(status="sent", provider_message_id="far-1")
        remove(busy_desk, message, deletes=True)
        carrier_copies.ask_providers()
        assert (FAR_END.redacted, FAR_END.deleted) == (["far-1"], [])
        assert self.copy(busy_desk).state == CarrierCopy.State.WAITING

        with activate(busy_desk.organization):
            Message.objects.filter(pk=message.pk).update(status="delivered")
        FAR_END.keeps += [NotAccepted(ErrorKind.TRANSIENT, retry=True, provider_code="20009")]
        for _ in range(2):
            self.make_due(busy_desk)
            carrier_copies.ask_providers()
        assert FAR_END.deleted == ["far-1", "far-1"]
        assert self.copy(busy_desk).state == CarrierCopy.State.DELETED
        assert self.copy(busy_desk).due_at is None

    def test_a_copy_that_was_only_redacted_is_deleted_when_more_is_wanted(self, busy_desk, far_end):
        message = text_in(busy_desk, "card 4111 1111 1111 1111")
        self.make_due(busy_desk)
        carrier_copies.ask_providers()
        assert self.copy(busy_desk).state == CarrierCopy.State.GONE
        remove(busy_desk, message, deletes=True)
        carrier_copies.ask_providers()
        assert FAR_END.deleted == ["in-1"]
        assert self.copy(busy_desk).state == CarrierCopy.State.DELETED


def test_only_admins_delete_unless_the_organization_says_otherwise(desk):
    with activate(desk.organization):
        holding = {role.built_in for role in Role.objects.all() if Permission.MESSAGES_DELETE in role.granted}
    assert holding == {"admin"}

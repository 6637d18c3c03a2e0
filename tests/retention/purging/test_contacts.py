"""Contacts whose period is over end: name, number and whatever finds them; never while their words are kept."""

import json
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.urls import reverse
from django.utils import timezone

from accounts.models import KeptAnswer
from compliance.models import ConsentEvent, Suppression
from retention.choices import Choices
from retention.erasing.rows import without_numbers
from retention.foreseeing import foresee
from retention.kinds import Kind
from retention.models import Purge, PurgeStep, PurgeStepKeys
from retention.purging import by_rows, contacts, putting_off, running
from tenancy.encryption import KeyDestroyed, keyring
from tenancy.encryption.key_sources import CONTACT
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.desk import FIRST, SECOND
from texting import threads
from texting.models import Contact, Conversation, Draft, Message
from texting.phone_numbers import from_provider

from .conftest import LONG_AGO, keep_answer, set_days

KEEPERS = list(configured.RETENTION_KEEPERS)


@pytest.fixture
def real(settings, without_waiting):
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    settings.RETENTION_KEEPERS = KEEPERS


@pytest.fixture
def old(desk, told, real):
    """A customer of long ago, who had said stop, with a draft and a resolved conversation. Words and contact end."""
    text = told("A melon, please", number=FIRST)
    desk.hear("STOP", number=FIRST)
    with activate(desk.organization):
        Message.objects.update(created_at=LONG_AGO)
        Message.objects.filter(direction="out").update(status="delivered")
        Conversation.objects.update(status="resolved", resolved_at=LONG_AGO, last_activity_at=LONG_AGO, preview=None)
        Contact.objects.update(created_at=LONG_AGO)
        contact = Contact.objects.get(pk=text.contact_id)
        contact.name = "Ada Quince"
        contact.save(update_fields=["name"])
        Draft.objects.create(
            conversation_id=text.conversation_id,
            contact=contact,
            author=desk.cast.agent,
            body="I begin",
            updated_at=LONG_AGO,
        )
        set_days(Kind.CONTACTS, 30)
    return contact


def words_end(desk):
    with activate(desk.organization):
        Message.objects.filter(ended_at=None).update(body=None, ended_at=timezone.now(), ended_as="retention")


def purge(desk) -> PurgeStep | None:
    with activate(desk.organization):
        Purge.objects.update(night=LONG_AGO.date())
        Purge.objects.all().update(night=None)
    assert running.run_nights()["failed"] == 0
    with activate(desk.organization):
        return PurgeStep.objects.filter(kind=Kind.CONTACTS).order_by("-pk").first()


def foreseen(desk):
    with activate(desk.organization):
        return foresee(Choices.load(), zone="UTC", at=timezone.now(), kinds=[Kind.CONTACTS])


def test_a_contact_ends_with_what_finds_them_and_opt_outs_stay(desk, old):
    words_end(desk)
    index = bytes(old.number_index)
    with activate(desk.organization):
        assert foreseen(desk).by_night()[0] == 1
        assert running.plan(timezone.now()).rows[Kind.CONTACTS] == {"texting.Contact": 1}
        answer = keep_answer(desk.cast.agent, old.pk)
        events, stops = ConsentEvent.objects.count(), Suppression.objects.count()
    assert stops == 1
    step = purge(desk)
    assert (step.state, step.ended["texting.Contact"], step.ended["texting.Draft"]) == ("verified", 1, 1)
    keyring.forget_everything()
    with activate(desk.organization):
        ended = Contact.objects.get(pk=old.pk)
        for name in ("name", "number"):
            with pytest.raises(KeyDestroyed):
                getattr(ended, name)
        assert (ended.number_masked, ended.prefix_index, ended.region) == ("", None, "")
        assert not Contact.objects.filter(number_index=index).exists()
        assert not Draft.objects.exists()
        assert KeptAnswer.objects.get(pk=answer.pk).answer is None
        assert (ConsentEvent.objects.count(), Suppression.objects.count()) == (events, stops)
        assert Suppression.objects.filter(number_index=index).exists(), "the number stays blocked"
        told = AuditEvent.objects.filter(event="key:destroyed", object_id__in=step.key_ids)
        assert told.count() == len(step.key_ids) == 1
        said = json.loads(Purge.objects.get(pk=step.purge_id).certificate)
        assert said["ended"]["contacts"]["texting.Contact"] == 1
        assert sum(foreseen(desk).by_night()) == 0
        assert running.plan(timezone.now()).contacts == 0
        conversation = Conversation.objects.get(contact=old)
        assert threads.contact_for(from_provider(FIRST)).pk != old.pk, "who comes back is somebody new"
    owner = desk.as_(desk.cast.owner)
    thread = owner.get(reverse("conversation", args=[conversation.pk]))
    assert "Erased contact" in thread.text
    assert "This customer was erased" in thread.text, "and why nobody can write to them"
    page = owner.get(reverse("purge", args=[step.purge_id])).text
    assert "Contacts" in page


def test_as_long_as_their_words_are_kept_the_contact_is_too(desk, old):
    seen = foreseen(desk)
    assert sum(seen.by_night()) == 0
    [lane] = seen.forecasts
    assert {one.keeper: one.count for one in lane.stays} == {"retention.guards.worded": 1}
    step = purge(desk)
    assert (step.state, step.kept, step.ended) == ("stayed", {"retention.guards.worded": 1}, {})
    with activate(desk.organization):
        assert Contact.objects.get(pk=old.pk).name == "Ada Quince"
        assert Message.objects.filter(body__isnull=False).count() == 3  # with our answer to STOP


def test_who_is_kept_or_not_due_stays_and_is_counted(desk, old, told):
    young = told("I am new", at=timezone.now(), number=SECOND)
    words_end(desk)
    with activate(desk.organization):
        Conversation.objects.filter(contact=old).update(status="open", resolved_at=None)
        Contact.objects.filter(pk=young.contact_id).update(created_at=LONG_AGO)
    assert (whole := purge(desk)).state == "stayed"
    assert set(whole.kept.values()) == {1}
    with activate(desk.organization):
        assert by_rows.staying(Kind.CONTACTS, timezone.now()) == {"retention.guards.unresolved": 1}
        assert {one.name for one in Contact.objects.all()} == {"Ada Quince", ""}


class Killed(BaseException):
    pass


@pytest.mark.parametrize("gone", [False, True])
def test_one_that_died_before_its_rows_said_so_is_finished_whatever_keeps_it_by_then(desk, old, monkeypatch, gone):
    words_end(desk)

    def die(*rest):
        if gone:
            contacts.destroy_keys("contact", str(old.pk), reason="purge")
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(contacts, "_end", die)
        with pytest.raises(Killed):
            purge(desk)
    with activate(desk.organization):
        Purge.objects.update(busy_until=None)
        Conversation.objects.update(status="open", resolved_at=None)
    running.run_nights()
    with activate(desk.organization):
        assert Purge.objects.get().state == "done"
        assert (Contact.objects.get(pk=old.pk).number_masked == "") is gone
        assert ("texting.Contact" in PurgeStep.objects.get().ended) is gone
    assert keyring.destroyed_contacts(desk.organization.pk, [str(old.pk)]) == ({str(old.pk)} if gone else set())


def test_batches_take_everybody_once(desk, old, told, monkeypatch):
    monkeypatch.setattr(contacts, "BATCH", 2)
    for number in range(4):
        told("Hello", number=f"+1212555019{number}")
    words_end(desk)
    with activate(desk.organization):
        Conversation.objects.update(
            status="resolved", resolved_at=LONG_AGO, last_activity_at=LONG_AGO - timedelta(days=1), preview=None
        )
        Contact.objects.update(created_at=LONG_AGO)
    step = purge(desk)
    assert step.ended["texting.Contact"] == len(set(step.key_ids)) == 5


def test_keys_of_many_batches_are_written_with_the_step_once(desk, old, monkeypatch):
    """And no batch writes those of the others anew."""
    with activate(desk.organization):
        purge = Purge.objects.create(at=timezone.now(), trigger="night")
        step = PurgeStep.objects.create(purge=purge, kind=Kind.CONTACTS)
        for number in range(3):
            by_rows.count(step.pk, {contacts.CONTACTS: 1}, [bytes([number]) * 8])
        assert PurgeStep.objects.get().key_ids == []
        for _twice in range(2):
            by_rows.gather(step)
            assert PurgeStep.objects.get().key_ids == step.key_ids == [f"0{number}" * 8 for number in range(3)]
        assert PurgeStep.objects.get().ended == {contacts.CONTACTS: 3}
        assert not PurgeStepKeys.objects.exists()


def test_numbers_of_many_are_let_go_with_no_more_statements(desk, django_assert_max_num_queries):
    with activate(desk.organization):
        made = threads.contacts_for([from_provider(f"+121255501{number}") for number in range(20, 32)])
        ids = [contact.pk for contact in made.values()]
        with django_assert_max_num_queries(4):
            assert without_numbers(ids) == 12
        left = Contact.objects.filter(pk__in=ids)
        assert len({bytes(index) for index in left.values_list("number_index", flat=True)}) == 12
        assert all(len(bytes(one.number_index)) == 16 and one.number_masked == "" for one in left)


def test_keys_of_a_step_that_fails_behind_them_are_certified(desk, old, monkeypatch):
    words_end(desk)
    with activate(desk.organization):
        ends, fails = Contact.objects.all(), threads.contact_for(from_provider(SECOND)).pk
        ends.update(created_at=LONG_AGO)
        keys = {key.hex() for key in keyring.stored_ids(desk.organization.pk, CONTACT, str(old.pk))}
    forget = contacts.forget_names

    def forget_names(ids):
        if fails in ids:
            raise RuntimeError
        return forget(ids)

    monkeypatch.setattr(contacts, "forget_names", forget_names)
    monkeypatch.setattr(contacts, "BATCH", 1)
    monkeypatch.setattr(putting_off, "PAUSES", (timedelta(0),))
    for _ in range(2):
        assert running.run_nights()["failed"] == 0
    with activate(desk.organization):
        step, done = PurgeStep.objects.get(kind=Kind.CONTACTS), Purge.objects.get()
        assert (step.state, done.state, PurgeStepKeys.objects.count()) == ("failed", "done", 0)
        said = json.loads(done.certificate)
    assert keys <= {key for day in said["days"] for key in day["keys"]}
    assert (said["keys_destroyed_at"] != "", said["is_final"]) == (True, False)

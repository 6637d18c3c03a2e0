"""Marks end with the words: nothing is left that finds a text whose words are gone, nor the key that made the marks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tenancy.encryption import keyring
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tests.texting.desk import FIRST, desk
from tests.texting.searching.test_finding import found, note, people
from texting import contacts, redacting
from texting.ended import end_notes, end_words
from texting.models import ContactWord, EndedAs, Message, Note, Redaction, TextWord, WordsFilled
from texting.searching import filling
from texting.searching.keeping import keep_anew
from texting.searching.marks import SEARCH_KEY, keys_that_read, month_of, text_mark

__all__ = ["desk"]

pytestmark = pytest.mark.django_db


def marks(desk):
    with activate(desk.organization):
        return TextWord.objects.count()


def fill_all(desk):
    with activate(desk.organization):
        while filling.fill():
            pass


def test_what_is_removed_by_hand_is_not_found(desk):
    desk.hear("My cormorant is ill")
    with activate(desk.organization):
        message = Message.objects.get()
        why = redacting.Why(Redaction.Reason.OTHER, "It was a mistake")
        redacting.redact(member=desk.cast.owner, message=message, why=why)
    assert marks(desk) == 0
    assert found(desk, desk.cast.owner, "cormorant") == []


def test_a_text_that_is_masked_later_is_found_by_what_is_left(desk):
    """A card number in two texts: the first one is masked when the second one completes it."""
    desk.hear("pelican card 4111 1111 1111")
    desk.hear("1111 exp 12/29")
    with activate(desk.organization):
        bodies = [message.body for message in Message.objects.order_by("created_at", "id")]
        assert "4111" not in bodies[0]
        keys = keys_that_read(desk.organization.pk, [month_of(timezone.now())])
        month = month_of(timezone.now())
        first = Message.objects.order_by("created_at", "id")[0]
        kept = set(TextWord.objects.filter(row_id=first.pk).values_list("mark", flat=True))
        assert text_mark(keys, month, "pelican") in kept
        first.body = "The heron"
        keep_anew(first)
        kept = set(TextWord.objects.filter(row_id=first.pk).values_list("mark", flat=True))
        assert kept == {text_mark(keys, month, "heron")}, "and by nothing that it said before"


def test_notes_end_too(desk):
    conversation = desk.hear("?")
    note(desk, conversation, "The albatross again")
    with activate(desk.organization):
        assert end_notes([Note.objects.get().pk], ended_as=EndedAs.RETENTION) == 1
    assert found(desk, desk.cast.owner, "albatross") == []
    assert marks(desk) == 0


def test_an_erased_contact_is_found_by_nothing(desk):
    conversation = desk.hear("About the gannet", name="Marcus Bell")
    note(desk, conversation, "Gannet")
    desk.hear("A gannet of somebody else", number="+12125550199")
    contact = desk.contact(FIRST)
    with activate(desk.organization):
        destroy_keys(CONTACT, str(contact.pk), reason="erased")
        filling.tidy()
        assert not ContactWord.objects.filter(contact_id=contact.pk).exists()
        texts = [*Message.objects.filter(contact=contact), *Note.objects.all()]
        assert not TextWord.objects.filter(row_id__in=[row.pk for row in texts]).exists()
    assert people(desk, desk.cast.owner, "marcus") == []
    assert len(found(desk, desk.cast.owner, "gannet")) == 1


def test_when_nothing_of_a_month_is_left_its_key_goes_and_a_copy_of_the_marks_says_nothing(desk):
    conversation = desk.hear("?")
    with activate(desk.organization):
        old = timezone.now() - timedelta(days=120)
        for days in (0, 31, 62, 120):
            note(desk, conversation, "The bittern")
            row = Note.objects.order_by("-id")[0]
            Note.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=days))
        TextWord.objects.all().delete()
        WordsFilled.objects.all().delete()
    # Re-dated rows cannot be opened under another day's key, so their marks are made as they would have been.
    from texting.searching.keeping import keep_words

    with activate(desk.organization):
        for row in Note.objects.all():
            row.body = "The bittern"
            row.save(update_fields=["body"])
            keep_words([row])
        copy = list(TextWord.objects.values_list("mark", "row_id"))
        assert len(copy) == 4
        filling.tidy()
        month, scopes = month_of(old), keyring.scopes_of(desk.organization.pk, SEARCH_KEY)
        assert len(scopes) >= 4
        end_notes([row.pk for row in Note.objects.filter(created_at__lt=timezone.now() - timedelta(days=100))],
                  ended_as=EndedAs.RETENTION)  # fmt: skip
        assert filling.tidy() == 1
        keyring.forget_everything()
        assert month not in keys_that_read(desk.organization.pk, [month])
        assert keyring.scopes_of(desk.organization.pk, SEARCH_KEY) == [one for one in scopes if one != scopes[0]]


class TestFilling:
    def test_what_was_written_before_is_found_afterwards_and_twice_is_once(self, desk, monkeypatch):
        monkeypatch.setattr(filling, "BATCH", 2)
        conversation = desk.hear("One curlew", name="Marcus Bell")
        for number in range(5):
            desk.hear(f"Curlew number {number}")
        note(desk, conversation, "Curlew")
        with activate(desk.organization):
            expected = set(TextWord.objects.values_list("mark", "row_id"))
            names = set(ContactWord.objects.values_list("mark", "contact_id"))
            TextWord.objects.all().delete()
            ContactWord.objects.all().delete()
            end_words([Message.objects.order_by("id")[0].pk], ended_as=EndedAs.REDACTED)
            filling.fill()
            filling.fill()
            assert 0 < filling.progress().percent < 100
        fill_all(desk)
        with activate(desk.organization):
            assert filling.progress().percent is None
            ended = Message.objects.exclude(ended_at=None).get()
            again = set(TextWord.objects.values_list("mark", "row_id"))
            assert again == {pair for pair in expected if pair[1] != ended.pk}
            assert set(ContactWord.objects.values_list("mark", "contact_id")) == names
            assert filling.fill() == 0

    def test_other_rules_for_words_write_everything_down_once_more(self, desk, monkeypatch):
        desk.hear("A lapwing")
        fill_all(desk)
        with activate(desk.organization):
            TextWord.objects.all().delete()
        monkeypatch.setattr(filling, "RULES", filling.RULES + 1)
        fill_all(desk)
        assert len(found(desk, desk.cast.owner, "lapwing")) == 1


def test_a_new_name_finds_and_the_old_one_does_not(desk):
    desk.hear(name="Marcus Bell")
    with activate(desk.organization):
        contacts.rename_contact(member=desk.cast.owner, contact=desk.contact(FIRST), name="Maria Santos")
    assert people(desk, desk.cast.owner, "sant") == ["Maria Santos"]
    assert people(desk, desk.cast.owner, "bell") == []

"""Encrypted columns: plain text for the row they belong to, noise for everything else."""

from contextlib import nullcontext
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, connections, models, transaction
from django.test.utils import CaptureQueriesContext, isolate_apps
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenancy.bulk_writes import insert_rows
from tenancy.encryption import (
    CannotSeal,
    ConfigKey,
    ContactKey,
    DayKey,
    EncryptedTextField,
    InstallationKey,
    KeyDestroyed,
    Sealed,
    Undecryptable,
    Withheld,
    keyring,
    open_together,
    opening_withheld,
    prefetch,
    readable,
)
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import AuditEvent, DataKey
from texting.models import Contact, Conversation, Line, Message

from ..conftest import NOON, add_contact

UNICODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def stored(row: models.Model, column: str) -> bytes:
    return bytes(type(row).objects.values_list(column, flat=True).get(pk=row.pk))


def put(row: models.Model, **columns: bytes) -> None:
    """Write bytes past the fields, as somebody with access to the table could."""
    table = row._meta.db_table
    with connection.cursor() as cursor:
        for column, value in columns.items():
            cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, row.pk])


def read(row: models.Model) -> models.Model:
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def message(harbor):
    with activate(harbor.organization):
        yield harbor.add_message("See you at nine")


# --- Round trips ---


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(body=UNICODE)
def test_any_text_comes_back_as_it_was(harbor, body):
    with activate(harbor.organization):
        message = harbor.add_message(body)
        assert read(message).body == body
        assert type(read(message).body) is str
        assert len(body) < 4 or body.encode() not in stored(message, "body")


@pytest.mark.parametrize(
    "body", ["", "0", "\0", "Ünïcødé 👩‍👩‍👧 שלום", "x" * 1_048_576], ids=lambda body: f"{len(body)}"
)
def test_unusual_texts_come_back(harbor, body):
    with activate(harbor.organization):
        assert read(harbor.add_message(body)).body == body


def test_every_way_of_writing_rows_seals_them(harbor):
    with activate(harbor.organization):
        one = Message(**harbor.message_values("saved"))
        one.save()
        two = harbor.add_message("created")
        [three] = Message.objects.bulk_create([Message(**harbor.message_values("in bulk"))])
        four, _ = Message.objects.get_or_create(pk=uuid4(), defaults=harbor.message_values("got or created"))
        four.body = "changed"
        four.save(update_fields=["body"])
        for row, text in ((one, "saved"), (two, "created"), (three, "in bulk"), (four, "changed")):
            assert read(row).body == text
            assert isinstance(Message.objects.values_list("body", flat=True).get(pk=row.pk), Sealed)


def test_null_stays_null_and_can_be_searched_for(harbor):
    with activate(harbor.organization):
        AuditEvent.objects.create(sequence=1, event="a:b", previous_hash=bytes(32), hash=bytes(32))
        AuditEvent.objects.create(sequence=2, event="a:b", previous_hash=bytes(32), hash=bytes(32), details="{}")
        assert AuditEvent.objects.get(details__isnull=True).details is None
        assert AuditEvent.objects.get(details__isnull=False).details == "{}"


def test_a_deferred_column_is_fetched_when_it_is_looked_at(message):
    [row] = Message.objects.defer("body")
    with CaptureQueriesContext(connection) as queries:
        assert row.body == row.body == "See you at nine"
    assert len(queries) == 1


def test_refreshing_shows_what_another_process_wrote(message):
    other = read(message)
    other.body = "At ten"
    other.save()
    message.refresh_from_db()
    assert message.body == "At ten"


# --- Writing ---


def test_an_unchanged_text_is_not_sealed_again(message):
    before = stored(message, "body")
    never_read = read(message)
    never_read.save()
    was_read = read(message)
    assert was_read.body
    was_read.save()
    assigned_the_same = read(message)
    assigned_the_same.body = "See you at nine"
    assigned_the_same.save()
    message.save()
    assert stored(message, "body") == before
    message.body = "At ten"
    message.save()
    assert stored(message, "body") != before
    assert read(message).body == "At ten"


def test_an_unchanged_text_is_sealed_again_when_its_day_changed(harbor):
    """Or a preview would end with the day it was first written on."""
    with activate(harbor.organization):
        before = stored(harbor.conversation, "preview")
        conversation = read(harbor.conversation)
        conversation.last_activity_at += timedelta(days=1)
        conversation.preview = "See you at nine"
        conversation.save()
        assert stored(conversation, "preview") != before
        destroy_keys("body", NOON.date().isoformat(), reason="test")
        assert read(conversation).preview == "See you at nine"


@pytest.mark.parametrize("write", ["update", "update_from", "bulk_update"])
def test_writing_past_the_field_is_refused_with_a_reason(message, write):
    message.body = "At ten"
    with pytest.raises(CannotSeal, match="not by update"), transaction.atomic():
        if write == "update":
            Message.objects.update(body="At ten")
        elif write == "update_from":
            Message.objects.update(body=models.Value("At ten", output_field=Message._meta.get_field("body")))
        else:
            Message.objects.bulk_update([message], ["body"])
    assert read(message).body == "See you at nine"


def test_bytes_are_refused(message):
    with pytest.raises(CannotSeal, match="takes text"):
        message.body = b"See you at nine"


@pytest.mark.parametrize(
    "lookup", ["body", "body__exact", "body__contains", "body__in", "body__startswith", "body__gt"]
)
def test_a_search_by_content_is_refused(message, lookup):
    with pytest.raises(FieldError, match="cannot be searched"):
        Message.objects.filter(**{lookup: "See you at nine"}).exists()
    assert Message.objects.filter(body__isnull=False).exists()


@pytest.mark.parametrize(
    ("values", "reason"), [({"created_at": None}, "aware datetime"), ({"contact_id": None}, "must name a contact")]
)
def test_a_row_that_does_not_know_its_keys_yet_cannot_be_saved(harbor, values, reason):
    with activate(harbor.organization), pytest.raises(CannotSeal, match=reason):
        row = Message(**harbor.message_values("text"))
        for name, value in values.items():
            setattr(row, name, value)
        row.save()


def test_a_row_without_an_id_cannot_be_sealed(harbor):
    with activate(harbor.organization):
        row = Message(**harbor.message_values("text"), pk=None)
        with pytest.raises(CannotSeal, match="needs its id"):
            Message._meta.get_field("body").pre_save(row, add=True)
        row.save()
        assert read(row).body == "text"


def test_a_copy_of_a_row_is_sealed_for_itself(message):
    copy = read(message)
    assert copy.body
    copy.pk, copy.provider_message_id = uuid4(), "copy"
    copy._state.adding = True
    copy.save()
    assert read(copy).body == "See you at nine"
    assert stored(copy, "body") != stored(message, "body")


# --- What must not open ---


def test_a_record_that_was_moved_to_another_row_does_not_open(harbor, message):
    other = harbor.add_message("At ten")
    put(other, body=stored(message, "body"))
    with pytest.raises(Undecryptable):
        _ = read(other).body


def test_a_record_that_was_moved_to_another_column_does_not_open(harbor):
    with activate(harbor.organization):
        put(harbor.contact, name=stored(harbor.contact, "number"))
        with pytest.raises(Undecryptable):
            _ = read(harbor.contact).name


def test_a_record_that_was_moved_to_another_table_does_not_open(harbor, message):
    put(harbor.conversation, preview=stored(message, "body"))
    with pytest.raises(Undecryptable):
        _ = read(harbor.conversation).preview


def test_a_record_of_another_organization_does_not_open_even_with_its_keys_copied(harbor, northside):
    with activate(harbor.organization):
        record = stored(harbor.line, "credentials")
        key = keyring.current(harbor.organization.pk, "config", "")
    with activate(northside.organization):
        put(northside.line, credentials=record)
        with pytest.raises(KeyDestroyed):
            _ = read(northside.line).credentials
        keyring._cache.keep(northside.organization.pk, key)
        with pytest.raises(Undecryptable):
            _ = read(northside.line).credentials


@pytest.mark.parametrize("record", [b"", b"\0" * 200, b"plain text", b"\1\0", b"\2" + b"\1" * 200])
def test_bytes_that_are_no_record_do_not_open(message, record):
    put(message, body=record)
    with pytest.raises(Undecryptable):
        _ = read(message).body


def test_a_lowered_version_does_not_open(message):
    put(message, body=b"\0" + stored(message, "body")[1:])
    with pytest.raises(Undecryptable):
        _ = read(message).body


# --- Destroyed keys ---


@pytest.mark.parametrize("kind", ["body", "contact"])
def test_either_of_two_keys_destroyed_makes_the_text_noise(harbor, message, kind):
    scope = NOON.date().isoformat() if kind == "body" else str(harbor.contact.pk)
    assert len(destroy_keys(kind, scope, reason="test")) == 1
    row = read(message)
    with pytest.raises(KeyDestroyed):
        _ = row.body
    assert readable(row, "body") is None
    assert readable(row, "body", default="(deleted)") == "(deleted)"
    keyring.forget_everything()
    assert readable(read(message), "body") is None


def test_texts_of_other_days_and_contacts_stay_readable(harbor, message):
    other_day = harbor.add_message("Next day", at=NOON + timedelta(days=1))
    other_person = harbor.add_message("Hi", contact=add_contact("Bo", "+12125550182"))
    destroy_keys("body", "2026-03-15", reason="test")
    assert readable(read(other_day), "body") is None
    assert read(other_person).body == "Hi"
    destroy_keys("contact", str(harbor.contact.pk), reason="test")
    assert readable(read(message), "body") is None
    assert read(other_person).body == "Hi"
    assert readable(read(harbor.contact), "name", "(erased)") == "(erased)"


def test_each_of_many_is_sealed_under_the_keys_of_its_own_day_and_contact(harbor):
    """Also where they are sealed together: `insert_rows`."""
    days = [NOON, NOON - timedelta(days=1), NOON]
    with activate(harbor.organization):
        other = add_contact("Ines Marchetti", "+12125550182")
        whose = [harbor.contact, harbor.contact, other]
        rows = [Message(**harbor.message_values(f"Text {at}", at=days[at], contact=whose[at])) for at in range(3)]
        insert_rows(rows)
        assert [Message.objects.get(pk=row.pk).body for row in rows] == ["Text 0", "Text 1", "Text 2"]
        destroy_keys("contact", str(other.pk), reason="erasure")
        destroy_keys("body", days[1].date().isoformat(), reason="retention")
        assert [readable(Message.objects.get(pk=row.pk), "body", "-") for row in rows] == ["Text 0", "-", "-"]


def test_a_row_whose_key_is_gone_can_still_be_saved_and_changed(harbor, message):
    destroy_keys("body", NOON.date().isoformat(), reason="test")
    row = read(message)
    row.status = "read"
    row.save()
    assert readable(read(message), "body") is None
    row.body = "Written anew"
    row.save()
    assert read(message).body == "Written anew"


def test_altered_data_is_never_passed_off_as_destroyed(message):
    put(message, body=stored(message, "body")[:-1] + b"\0")
    with pytest.raises(Undecryptable):
        readable(read(message), "body", default="(deleted)")


# --- Queries ---


def keys_queries():
    return CaptureQueriesContext(connections["keys"])


def test_prefetch_fetches_all_keys_of_many_rows_in_one_query(harbor):
    with activate(harbor.organization):
        for day in range(10):
            harbor.add_message(f"Text {day}", at=NOON + timedelta(days=day))
            add_contact(f"Person {day}", f"+1212555{day:04}")
        keyring.forget_everything()
        rows = [*Message.objects.all(), *Contact.objects.all(), *Conversation.objects.all(), *Line.objects.all(), None]
        with keys_queries() as queries:
            prefetch(rows)
        selects = [query for query in queries.captured_queries if "tenancy_datakey" in query["sql"]]
        assert len(selects) == 1
        with keys_queries() as none:
            assert sorted(row.body for row in rows[:10]) == sorted(f"Text {day}" for day in range(10))
            assert rows[10].name
        assert len(none) == 0


def test_without_anything_to_open_prefetch_asks_nothing(message):
    with keys_queries() as queries:
        prefetch([message])
        prefetch([])
    assert len(queries) == 0


def test_prefetch_notices_what_another_process_destroyed(harbor, message):
    """This process still holds the key; its memory must not outlive the key on a page."""
    row = read(message)
    with keyring.keys_of(harbor.organization.pk):
        DataKey.objects.filter(kind="body").delete()
    assert read(message).body == "See you at nine"
    prefetch([row])
    assert readable(row, "body") is None


def said(row: models.Model, column: str) -> object:
    """What reading it gives, or what it raises."""
    try:
        return getattr(row, column)
    except Exception as error:
        return type(error), str(error)


def test_columns_that_are_opened_together_say_what_each_says_alone(harbor):
    """Also where one of them cannot be opened, and when it is written again."""
    columns = ["number", "name", "state", "zip_code", "time_zone"]
    with activate(harbor.organization):
        people = [add_contact(f"Person {at}", f"+1212555{at:04}") for at in range(6)]
        people[0].state, people[0].zip_code = "NY", "10001"
        people[0].save()
        put(people[1], state=stored(people[2], "state"))  # moved here from another row
        put(people[2], name=b"too short")
        put(people[3], name=bytes([*stored(people[3], "name")[:-1], 7]))
    destroy_of(harbor, people[4])
    withhold_of(harbor, people[5])
    for may_open in (False, True):
        keyring.forget_everything()
        with activate(harbor.organization), opening_withheld() if may_open else nullcontext():
            alone, together = (list(Contact.objects.filter(pk__gt=harbor.contact.pk).order_by("pk")) for _ in range(2))
            open_together(together, columns)
            for one, other in zip(alone, together, strict=True):
                assert [said(one, name) for name in columns] == [said(other, name) for name in columns]
            assert said(together[0], "zip_code") == "10001"
            assert said(together[5], "name") == "Person 5" if may_open else said(together[5], "name")[0] is Withheld
            assert (together[0].__dict__["_stored_state"].place) == (alone[0].__dict__["_stored_state"].place)
            assert stored(together[0], "state") == Contact._meta.get_field("state").seal(together[0], "NY")


def destroy_of(harbor, contact):
    """Erase a contact's key."""
    with activate(harbor.organization):
        destroy_keys("contact", str(contact.pk), reason="test")


def withhold_of(harbor, contact):
    """Hide what is sealed for a contact."""
    with keyring.keys_of(harbor.organization.pk):
        DataKey.objects.filter(kind="contact", scope=str(contact.pk)).update(withheld_at=timezone.now())


def test_opening_together_asks_once_for_all_keys(harbor):
    with activate(harbor.organization):
        for day in range(10):
            add_contact(f"Person {day}", f"+1212555{day:04}")
        keyring.forget_everything()
        rows = list(Contact.objects.exclude(pk=harbor.contact.pk))
        with keys_queries() as queries:
            open_together(rows, ["number", "state"])
            open_together([], ["number"])
        assert len([query for query in queries.captured_queries if "tenancy_datakey" in query["sql"]]) == 1
        with keys_queries() as none:
            assert sorted(row.number[-1] for row in rows) == list("0123456789")
        assert len(none) == 0


def test_rows_of_a_page_share_their_keys_without_prefetch_too(harbor):
    with activate(harbor.organization):
        for _ in range(5):
            harbor.add_message("Hello")
        keyring.forget_everything()
        with keys_queries() as queries:
            assert {row.body for row in Message.objects.all()} == {"Hello"}
        assert len([query for query in queries.captured_queries if "tenancy_datakey" in query["sql"]]) == 1


# --- The field itself ---


def test_migrations_can_write_it_down():
    field = EncryptedTextField(keys=[DayKey("body", "created_at"), ContactKey("contact_id")], max_length=9, blank=True)
    field.name = "body"
    _, path, args, kwargs = field.deconstruct()
    assert path == "tenancy.encryption.EncryptedTextField"
    again = EncryptedTextField(*args, **kwargs)
    assert again.keys == field.keys
    assert again.max_length == 9
    for key in (*field.keys, ConfigKey(), InstallationKey()):
        path, args, kwargs = key.deconstruct()
        assert path == f"tenancy.encryption.{type(key).__name__}"
        assert type(key)(*args, **kwargs) == key


def test_the_column_is_bytes_and_forms_see_text(message):
    field = Message._meta.get_field("body")
    assert field.db_type(connection) == "bytea"
    assert type(field.formfield()).__name__ == "CharField"
    assert field.value_from_object(message) == "See you at nine"


def test_length_is_checked_before_sealing():
    field = EncryptedTextField(keys=[ConfigKey()], max_length=3)
    assert field.clean("abc", None) == "abc"
    with pytest.raises(ValidationError):
        field.clean("abcd", None)


@isolate_apps("tenancy")
@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ([], "at least one key"),
        ([ConfigKey(), InstallationKey()], "all of none"),
        ([DayKey("body", "nowhere")], "does not have"),
        ([DayKey("body", "made_at")], "known before the insert"),
        ([DayKey("body", "seen_at")], None),
        ([ContactKey("id")], None),
    ],
)
def test_a_field_whose_keys_cannot_work_is_reported_at_start(keys, problem):
    class Row(models.Model):
        organization_id = models.UUIDField()
        seen_at = models.DateTimeField()
        made_at = models.DateTimeField(auto_now_add=True)
        body = EncryptedTextField(keys=keys)

        class Meta:
            app_label = "tenancy"

    messages = [message.msg for message in Row._meta.get_field("body").check()]
    assert [problem in message for message in messages] == ([] if problem is None else [True])


def test_sealed_bytes_do_not_print_themselves(message):
    sealed = Message.objects.values_list("body", flat=True).get()
    assert str(sealed) == repr(sealed) == f"<sealed, {len(sealed)} bytes>"

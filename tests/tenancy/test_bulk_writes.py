"""Many rows are written by one statement, and only those of the active organization."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenancy import bulk_writes
from tenancy.arrays import array_of
from tenancy.bulk_writes import insert_rows, update_rows
from tenancy.encryption import fetch_current_keys, keyring
from tenancy.isolation import NoOrganization, activate
from tests.cast import Cast, make_cast
from texting import threads
from texting.models import Contact, Message, SendAttempt
from texting.phone_numbers import parse
from texting.purposes import Purpose


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def contacts(count: int) -> list[Contact]:
    return [threads.contact_for(parse(f"+1212555{number:04d}"), name="Old") for number in range(100, 100 + count)]


def test_each_row_gets_its_own_values_in_one_statement(cast: Cast) -> None:
    at = timezone.now()
    with activate(cast.organization):
        rows = contacts(3)
        for number, row in enumerate(rows):
            row.name, row.region, row.created_at = f"Name {number}", "", at
        with CaptureQueriesContext(connection) as queries:
            assert update_rows(rows, ["name", "region", "created_at"]) == 3
        assert len(queries) == 1
        stored = Contact.objects.in_bulk([row.pk for row in rows])
        assert [stored[row.pk].name for row in rows] == ["Name 0", "Name 1", "Name 2"]
        assert {(stored[row.pk].region, stored[row.pk].created_at) for row in rows} == {("", at)}
        assert stored[rows[0].pk].number == "+12125550100"  # what was not named stays


def test_rows_of_another_organization_stay_as_they_are(cast: Cast) -> None:
    with activate(cast.organization):
        rows = contacts(1)
    rows[0].region = "CA"
    with activate(cast.other_organization):
        assert update_rows(rows, ["region"]) == 0
    with activate(cast.organization):
        assert Contact.objects.get(pk=rows[0].pk).region == "US"


def test_nothing_is_written_outside_an_organization_or_for_no_rows(cast: Cast) -> None:
    with activate(cast.organization):
        rows = contacts(1)
        with CaptureQueriesContext(connection) as queries:
            assert update_rows([], ["region"]) == 0
        assert not queries.captured_queries
        line_like = [rows[0], cast.front_desk]
        with pytest.raises(ValueError, match="several models"):
            update_rows(line_like, ["region"])
    with pytest.raises(NoOrganization):
        update_rows(rows, ["region"])


def test_new_rows_are_stored_whole_and_sealed_by_one_statement(cast: Cast) -> None:
    with activate(cast.organization):
        [known] = contacts(1)
        new = [
            Contact(
                name=f'Name "{number}"\\',
                number=f"+1212555{number:04d}",
                number_index=bytes([number]) * 16,
                number_masked="…",
                prefix_index=None,
                created_at=timezone.now(),
            )
            for number in (200, 201)
        ]
        fetch_current_keys(new)
        for row in new:
            assert row.name  # their keys are made before the statements are counted
            keyring.current(cast.organization.pk, "contact", str(row.pk))
        with CaptureQueriesContext(connection) as queries:
            insert_rows(new)
        assert len(queries) == 1
        stored = Contact.objects.in_bulk([row.pk for row in new])
        for row in new:
            assert not row._state.adding
            assert (stored[row.pk].name, stored[row.pk].number) == (row.name, row.number)
            assert (bytes(stored[row.pk].number_index), stored[row.pk].prefix_index) == (row.number_index, None)
        with pytest.raises(IntegrityError), transaction.atomic():
            insert_rows([known])
        insert_rows([])


def test_a_new_row_of_another_organization_is_refused(cast: Cast) -> None:
    with activate(cast.other_organization):
        theirs = Contact(number="+12125550300", number_index=bytes(16), number_masked="…", created_at=timezone.now())
    with activate(cast.organization), pytest.raises(DatabaseError), transaction.atomic():
        insert_rows([theirs])
    with activate(cast.other_organization):
        assert not Contact.objects.exists()


def test_what_goes_as_it_is_is_what_django_would_have_written(cast: Cast) -> None:
    """Also what only looks like it: another type for the same column takes Django's way."""
    odd = {"uuid": [str(cast.front_desk.pk)], "integer": ["7", True], "varchar": [7], "boolean": [1]}
    naive = timezone.now().replace(tzinfo=None)
    for field in (*Message._meta.concrete_fields, *SendAttempt._meta.concrete_fields):
        kind = bulk_writes._type(field)
        plain = {"uuid": uuid4(), "integer": 7, "boolean": True, "timestamp with time zone": timezone.now()}
        for value in (plain.get(kind, "words"), None):
            if bulk_writes._goes_as_it_is(field, kind, [value]):
                assert field.get_db_prep_save(value, connection) == value
        assert not any(bulk_writes._goes_as_it_is(field, kind, [value]) for value in [*odd.get(kind, []), Now(), naive])
    purpose = Message._meta.get_field("purpose")
    assert bulk_writes._goes_as_it_is(purpose, "varchar", [Purpose.REPLY, "", None])
    assert array_of("varchar", [Purpose.REPLY]) == array_of("varchar", [purpose.get_db_prep_save("reply", connection)])
    known = [field.name for field in Message._meta.concrete_fields if _plain(field)]
    assert {"id", "status", "created_at", "segments", "contact"} - set(known) == {"segments"}, known


def _plain(field: Any) -> bool:
    examples = [uuid4(), "words", timezone.now()]
    return any(bulk_writes._goes_as_it_is(field, bulk_writes._type(field), [one]) for one in examples)

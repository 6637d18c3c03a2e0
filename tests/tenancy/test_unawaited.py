"""Statements that nobody waits for are written all the same, or fail as any others do."""

from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from tenancy.bulk_writes import insert_rows
from tenancy.isolation import activate
from tenancy.unawaited import unawaited
from texting.models import Contact


def contact(harbor, index: bytes) -> Contact:
    return Contact(number="+12125550190", number_index=index, number_masked="")


def test_they_are_written_in_their_order_and_reading_waits_for_them(harbor):
    with activate(harbor.organization):
        before = Contact.objects.count()
        with unawaited():
            insert_rows([contact(harbor, b"a" * 16)])
            insert_rows([contact(harbor, b"b" * 16)])
            assert Contact.objects.count() == before + 2
            with connection.cursor() as cursor:
                cursor.execute("UPDATE texting_contact SET region = 'US' WHERE number_index = %s", [b"a" * 16])
        assert Contact.objects.filter(region="US", number_index=b"a" * 16).exists()


def test_what_the_database_refuses_is_told_at_the_end_and_leaves_the_transaction_usable(harbor):
    with activate(harbor.organization):
        before = Contact.objects.count()
        with pytest.raises(IntegrityError), transaction.atomic(), unawaited():
            insert_rows([contact(harbor, b"a" * 16)])
            insert_rows([contact(harbor, b"a" * 16)])
            insert_rows([contact(harbor, b"c" * 16)])
        assert Contact.objects.count() == before


def test_what_breaks_inside_is_told_as_it_is(harbor):
    with activate(harbor.organization):
        before = Contact.objects.count()
        with pytest.raises(ZeroDivisionError), transaction.atomic(), unawaited():
            insert_rows([contact(harbor, b"a" * 16)])
            _ = 1 / 0
        assert Contact.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_it_needs_a_transaction():
    with pytest.raises(TransactionManagementError), unawaited():
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("goes_on", [True, False], ids=["more is sent", "nothing more is sent"])
def test_what_was_caught_inside_is_told_at_the_end(harbor, goes_on):
    with activate(harbor.organization):
        before = Contact.objects.count()
        with pytest.raises(IntegrityError, match="duplicate key"), transaction.atomic(), unawaited():
            insert_rows([contact(harbor, b"a" * 16)])
            insert_rows([contact(harbor, b"a" * 16)])
            with suppress(IntegrityError):
                Contact.objects.count()
            if goes_on:
                insert_rows([contact(harbor, b"c" * 16)])
        assert Contact.objects.count() == before
        insert_rows([contact(harbor, b"a" * 16)])
        assert Contact.objects.count() == before + 1

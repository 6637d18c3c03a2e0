"""Rows are read as Django reads them, and only those of the active organization."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenancy.bulk_reads import read_rows
from tenancy.isolation import NoOrganization, activate
from tests.cast import Cast, make_cast
from texting import threads
from texting.models import Contact, Line
from texting.phone_numbers import parse

ALL = "SELECT * FROM texting_contact WHERE organization_id = %s ORDER BY id"


@pytest.fixture
def cast(db: None) -> Cast:
    made = make_cast()
    with activate(made.organization):
        threads.contact_for(parse("+12125550100"), name="Zoe Novak")
    return made


def test_a_row_is_what_django_reads(cast: Cast) -> None:
    with activate(cast.organization):
        [ours], [django] = read_rows(Contact, ALL), Contact.objects.all()
        names = [field.attname for field in Contact._meta.concrete_fields]
        assert [getattr(ours, name) for name in names] == [getattr(django, name) for name in names]
        assert ours.name == "Zoe Novak"
        assert (ours._state.adding, ours._state.db) == (False, "default")
        lines = read_rows(Line, "SELECT * FROM texting_line WHERE organization_id = %s ORDER BY id")
        assert [vars(line) | {"_state": None} for line in lines] == [
            vars(line) | {"_state": None} for line in Line.objects.order_by("pk")
        ]


def test_columns_may_come_in_any_order_be_left_out_or_be_news_of_the_next_release(cast: Cast) -> None:
    statement = "SELECT 1 AS new_column, name, id, organization_id FROM texting_contact WHERE organization_id = %s"
    with activate(cast.organization):
        [row] = read_rows(Contact, statement)
        with CaptureQueriesContext(connection) as queries:
            assert row.name == "Zoe Novak"
        assert not queries.captured_queries
        assert row.number == "+12125550100"  # asked for when it is looked at


def test_another_organizations_rows_are_not_found_and_without_one_nothing_is_asked(cast: Cast) -> None:
    with activate(cast.other_organization):
        assert read_rows(Contact, ALL) == []
    with pytest.raises(NoOrganization):
        read_rows(Contact, ALL)

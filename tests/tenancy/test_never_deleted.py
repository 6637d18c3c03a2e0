"""What the application's own role can do in SQL to rows that are never deleted, of an organization that is alive."""

import pytest
from django.db import DatabaseError, connection

from tenancy.isolation import activate
from tenancy.models import AuditEvent, Organization
from tests.texting.desk import desk

__all__ = ["desk"]
pytestmark = pytest.mark.django_db


def _tricked(desk, *statements, values):
    with activate(desk.organization):
        before = AuditEvent.objects.count()
        assert before
    try:
        with activate(desk.organization), connection.cursor() as cursor:
            for one in statements:
                cursor.execute(one, values)
            connection.check_constraints()
    except DatabaseError:
        pass
    with activate(desk.organization):
        return before, AuditEvent.objects.count(), Organization.everyone.get(pk=desk.organization.pk).ended_at


def test_a_temporary_table_in_place_of_the_directory(desk):
    desk.hear()
    before, after, ended = _tricked(
        desk,
        "CREATE TEMP TABLE tenancy_organization (id uuid, ended_at timestamptz) ON COMMIT DROP",
        "INSERT INTO pg_temp.tenancy_organization VALUES (%(id)s, now())",
        "DELETE FROM tenancy_auditevent",
        "DROP TABLE pg_temp.tenancy_organization",
        values={"id": desk.organization.pk},
    )
    assert (after, ended) == (before, None)


def test_an_end_in_the_same_transaction_and_another_row_in_its_place(desk):
    desk.hear()
    before, after, ended = _tricked(
        desk,
        "INSERT INTO tenancy_organization SELECT (json_populate_record(o, json_build_object("
        "'id', gen_random_uuid(), 'slug', 'x-decoy', 'ended_at', now()))).* FROM tenancy_organization o"
        " WHERE id = %(id)s",
        "UPDATE tenancy_organization SET id = '00000000-0000-0000-0000-00000000dead' WHERE id = %(id)s",
        "UPDATE tenancy_organization SET id = %(id)s WHERE slug = 'x-decoy'",
        "DELETE FROM tenancy_auditevent",
        "DELETE FROM tenancy_organization WHERE slug = 'x-decoy'",
        "UPDATE tenancy_organization SET id = %(id)s WHERE id = '00000000-0000-0000-0000-00000000dead'",
        values={"id": desk.organization.pk},
    )
    assert (after, ended) == (before, None)

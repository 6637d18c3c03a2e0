"""The program refuses to run without the wall."""

import sys

import psycopg
import pytest
from django.core.checks import Tags, run_checks
from django.db import connection, connections

from tenancy.checks import keys_are_set, row_security_holds
from tenancy.constraints import RowSecurity

BOTH = ["default", "keys"]


def found(databases=BOTH) -> set[tuple[str, str]]:
    return {(message.id, message.msg) for message in row_security_holds(None, databases=databases)}


@pytest.mark.django_db
def test_the_app_role_on_migrated_databases_passes():
    assert found() == set()
    assert found(None) == set(), "without databases there is nothing to ask"
    ids = [message.id for message in run_checks(tags=[Tags.database], databases=BOTH)]
    assert not [each for each in ids if each and each.startswith("tenancy")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE texting_message NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE texting_message DISABLE ROW LEVEL SECURITY",
        "DROP POLICY texting_message_tenant ON texting_message",
    ],
)
def test_a_table_whose_row_security_is_not_in_force_is_an_error(statement):
    policy = RowSecurity(name="texting_message_tenant").create.split(";")[-1]
    settings = connections["default"].settings_dict
    with psycopg.connect(host=settings["HOST"], dbname=settings["NAME"], user="parley_owner", autocommit=True) as owner:
        owner.execute(statement)
        try:
            assert found() == {("tenancy.E003", "Row security is not in force on the table texting_message.")}
        finally:
            owner.execute("ALTER TABLE texting_message ENABLE ROW LEVEL SECURITY")
            owner.execute("ALTER TABLE texting_message FORCE ROW LEVEL SECURITY")
            if "POLICY" in statement:
                owner.execute(policy % {"name": "texting_message_tenant", "table": "texting_message"})
    assert found() == set()


@pytest.fixture
def as_role(django_db_blocker, transactional_db):
    """Connect as another role, as somebody who set DATABASE_URL carelessly would."""
    original = connection.settings_dict["USER"]

    def change(role: str) -> None:
        connection.close()
        connection.close_pool()
        connection.settings_dict["USER"] = role

    yield change
    change(original)


@pytest.mark.parametrize(("role", "ids"), [("parley_owner", {"E002"}), ("postgres", {"E001", "E002"})])
def test_a_role_that_owns_tables_or_bypasses_the_wall_is_an_error(as_role, role, ids):
    as_role(role)
    assert {each for each, _ in found(["default"])} == {f"tenancy.{each}" for each in ids}


def test_the_owner_may_migrate(as_role, monkeypatch):
    as_role("parley_owner")
    monkeypatch.setattr(sys, "argv", ["manage.py", "migrate"])
    assert found(["default"]) == set()


def test_missing_keys_are_an_error_before_a_deployment(settings):
    assert keys_are_set(None) == []
    settings.ROOT_KEY = settings.AUDIT_SIGNING_KEY = b""
    assert [message.msg for message in keys_are_set(None)] == ["ROOT_KEY is not set.", "AUDIT_SIGNING_KEY is not set."]

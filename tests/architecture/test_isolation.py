"""The database itself keeps organizations apart; read from its own catalogue, so that a new table cannot forget it."""

from uuid import UUID

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, connections, transaction

from tenancy.constraints import SameOrganization
from tenancy.isolation import TenantModel, activate

# Tables with an organization's id that are read before an organization is known: ids, times and switches only.
DIRECTORY_TABLES = {
    "compliance_replykey",
    "texting_sendingturn",
    "accounts_accessrules",
    "accounts_apikey",
    "accounts_integration",
    "accounts_membership",
    "accounts_operatorevent",
    "accounts_session",
    "accounts_signinpolicy",
    "accounts_signinevent",
    "accounts_ssodomain",
    "accounts_ssodoor",
    "compliance_formkey",
    "portal_paymentaccountkey",
    "portal_paymentdue",
    "portal_portallink",
    "texting_attachmentdue",
    "texting_campaignpace",
    "texting_linekey",
    "texting_medialink",
    "texting_outboxentry",
    "texting_pushbell",
    "texting_webhookdue",
    "texting_webhooklane",
}


def catalogue(alias, sql, *parameters):
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def tables_with_an_organization(alias) -> set[str]:
    rows = catalogue(
        alias,
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relkind IN ('r', 'p') AND a.attname = 'organization_id' AND NOT a.attisdropped"
        " AND c.relnamespace = 'public'::regnamespace",
    )
    return {name for (name,) in rows}


@pytest.mark.django_db
@pytest.mark.parametrize("alias", ["default", "keys"])
def test_every_table_of_an_organization_has_forced_row_security(alias):
    rows = catalogue(
        alias,
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,"
        " (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) FROM pg_class c WHERE c.relkind IN ('r', 'p')",
    )
    protected = {name for name, forced, policies in rows if forced and policies == 1}
    expected = tables_with_an_organization(alias)
    assert expected, "the catalogue was read"
    assert expected - protected - DIRECTORY_TABLES == set()
    assert DIRECTORY_TABLES & protected == set(), "take it off the list of directory tables"


def test_directory_tables_hold_ids_times_and_switches():
    """What a customer is called or wrote never stands outside the wall: no sealed column, no free text."""
    from tenancy.encryption import EncryptedTextField

    listed = [model for model in apps.get_models() if model._meta.db_table in DIRECTORY_TABLES]
    assert len(listed) == len(DIRECTORY_TABLES)
    for model in listed:
        fields = model._meta.local_fields
        assert not any(isinstance(field, EncryptedTextField) for field in fields)
        free = {field.name for field in fields if field.get_internal_type() == "TextField"}
        assert free <= {"session_data"}, model


@pytest.mark.django_db
def test_every_reference_between_rows_of_organizations_compares_organizations():
    foreign_keys = catalogue(
        "default",
        "SELECT source.relname, target.relname, array_agg(a.attname::text ORDER BY a.attname) FROM pg_constraint k"
        " JOIN pg_class source ON source.oid = k.conrelid JOIN pg_class target ON target.oid = k.confrelid"
        " JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)"
        " WHERE k.contype = 'f' GROUP BY k.oid, source.relname, target.relname",
    )
    tenant = tables_with_an_organization("default")
    composite = {
        (source, target, column)
        for source, target, columns in foreign_keys
        if "organization_id" in columns
        for column in columns
    }
    lonely = {
        (source, target, columns[0])
        for source, target, columns in foreign_keys
        if len(columns) == 1 and source in tenant and target in tenant
    }
    assert lonely, "the catalogue was read"
    assert lonely - composite == set()


UNCHECKED = {("texting_textword", "organization_id"), ("texting_contactword", "organization_id")}
"""Written by the dozen for each text: row security compares them with the active organization."""


@pytest.mark.django_db
def test_every_reference_is_checked_by_the_database():
    """By Django's own key or by one that compares organizations too (docs/decisions/0413)."""
    rows = catalogue(
        "default",
        "SELECT source.relname, a.attname::text FROM pg_constraint k JOIN pg_class source ON source.oid = k.conrelid"
        " JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) WHERE k.contype = 'f'",
    )
    fields = [
        field
        for model in tenant_models()
        for field in model._meta.concrete_fields
        if field.is_relation and not getattr(model, "in_keys_database", False)
    ]
    references = {(field.model._meta.db_table, field.column) for field in fields}
    assert len(references) > 300, "the models were read"
    assert references - set(rows) == UNCHECKED


@pytest.mark.django_db
def test_what_a_key_compares_besides_cannot_be_missing_where_it_refers_to_something():
    """A key of several columns compares none of them where one is NULL, and so refers to whatever it likes."""
    keys = [
        (model._meta.db_table, constraint.also[0], model._meta.get_field(constraint.field).column)
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, SameOrganization) and constraint.also
    ]
    assert len(keys) >= 2, "the models were read"
    for table, column, reference in keys:
        [(is_forced,)] = catalogue(
            "default",
            "SELECT a.attnotnull FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attname = %s",
            table,
            column,
        )
        rows = catalogue(
            "default",
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'",
            table,
        )
        ways = [way for (check,) in rows if f"({reference} IS NOT NULL)" in check for way in check.split(" OR ")]
        named = [way for way in ways if f"({reference} IS NOT NULL)" in way]
        is_checked = bool(named) and all(f"({column} IS NOT NULL)" in way for way in named)
        assert is_forced or is_checked, (table, column)


@pytest.mark.django_db
@pytest.mark.parametrize("alias", ["default", "keys"])
def test_the_role_of_the_application_owns_nothing_and_bypasses_nothing(alias):
    [(superuser, bypasses)] = catalogue(
        alias, "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert not superuser
    assert not bypasses
    assert catalogue(alias, "SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = current_user") == []


@pytest.mark.django_db
def test_views_obey_the_asking_role():
    views = catalogue(
        "default",
        "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace",
    )
    assert views == []


def tenant_models():
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


@pytest.mark.django_db
def test_raw_sql_without_an_organization_is_an_error_and_not_an_empty_answer(scene):
    """An opt-out list that merely looks empty would let us text someone who said stop."""
    with activate(scene.organization):
        scene.hear("Hello")
        scene.hear("STOP")
        filled = {model._meta.db_table for model in tenant_models() if model.objects.exists()}
    assert {"texting_message", "texting_contact", "compliance_suppression", "compliance_consentevent"} <= filled
    for table in sorted(filled):
        refused = pytest.raises(DatabaseError, match="no organization is active")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')


@pytest.mark.django_db
@pytest.mark.parametrize("alias", ["default", "keys"])
def test_every_policy_asks_the_function_that_raises(alias):
    """Also on tables that are empty now: no policy compares with a setting that may be missing."""
    policies = catalogue(
        alias, "SELECT polrelid::regclass::text, pg_get_expr(polqual, polrelid), polwithcheck IS NULL FROM pg_policy"
    )
    assert policies
    for table, condition, writes_as_it_reads in policies:
        assert "organization_id = ( SELECT current_organization()" in condition, table
        assert writes_as_it_reads, table


@pytest.mark.django_db
def test_a_query_without_an_organization_is_an_error_at_the_line_that_forgot_it():
    from django_scopes.exceptions import ScopeError

    for model in tenant_models():
        with pytest.raises(ScopeError):
            model.objects.count()


@pytest.mark.django_db
def test_no_table_shows_a_row_of_another_organization(scene):
    from tests.texting.conftest import make_scene

    other = make_scene("Northside Plumbing", "northside")
    for one in (scene, other):
        with activate(one.organization):
            one.hear("Hello")
            one.hear("STOP")
    for model in tenant_models():
        with activate(other.organization), connection.cursor() as cursor:
            cursor.execute(f'SELECT DISTINCT organization_id FROM "{model._meta.db_table}"')
            seen: set[UUID] = {row[0] for row in cursor.fetchall()}
            assert seen <= {other.organization.pk}, model

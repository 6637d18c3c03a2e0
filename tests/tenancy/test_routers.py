"""Wrapped keys and what they open never stand in one database."""

import pytest
from django.apps import apps
from django.db import connections, router

from tenancy.models import DataKey, Organization, OrganizationKey

KEY_TABLES = {
    "tenancy_datakey",
    "tenancy_destroyedkey",
    "tenancy_keptform",
    "tenancy_keytidying",
    "tenancy_organizationkey",
}


@pytest.mark.django_db
def test_each_table_stands_in_one_database():
    tables = {
        alias: set(connections[alias].introspection.table_names()) - {"django_migrations"} for alias in connections
    }
    assert tables["keys"] == KEY_TABLES
    assert not KEY_TABLES & tables["default"]
    expected = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    assert expected - KEY_TABLES <= tables["default"]


def test_every_model_is_read_and_written_at_home():
    for model in apps.get_models():
        home = "keys" if model._meta.db_table in KEY_TABLES else "default"
        assert router.db_for_read(model) == router.db_for_write(model) == home
        assert router.allow_migrate_model(home, model)
        assert not router.allow_migrate_model("default" if home == "keys" else "keys", model)


def test_rows_of_two_databases_do_not_refer_to_each_other():
    assert router.allow_relation(DataKey(), OrganizationKey())
    assert router.allow_relation(Organization(), Organization())
    assert not router.allow_relation(DataKey(), Organization())


OF_ALL = {"current_organization", "refuse_change"}
OF_MAIN = {
    "closing_of",
    "owners_agree",
    "refuse_deleting_of_the_living",
    "refuse_end_without_closing",
    "refuse_hasty_closing",
    "refuse_hiding_a_closing",
    "refuse_undoing_an_end",
    "tell_of_closing",
}


@pytest.mark.django_db
@pytest.mark.parametrize(("alias", "more"), [("default", OF_MAIN), ("keys", set())])
def test_both_databases_have_the_functions_of_the_wall(alias, more):
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE 'tests!_%%'"
            " ESCAPE '!'"
        )
        assert {name for (name,) in cursor.fetchall()} == OF_ALL | more

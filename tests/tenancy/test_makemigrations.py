"""What belongs to a new table is said where it is made: each operation of its own costs every migration."""

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.models import Q

from tenancy.constraints import SameOrganization
from tenancy.management.commands.makemigrations import folded

OURS = [app.label for app in apps.get_app_configs() if app.name in {"tenancy", "accounts", "texting", "compliance"}]


def _made() -> CreateModel:
    return CreateModel("Cup", [("id", models.UUIDField(primary_key=True)), ("size", models.IntegerField())])


def test_constraints_and_indexes_of_a_new_table_are_part_of_it() -> None:
    small = models.CheckConstraint(condition=Q(size__lt=9), name="small")
    by_size = models.Index(fields=["size"], name="by_size")
    other = CreateModel("Saucer", [("id", models.UUIDField(primary_key=True))])

    [cup, saucer] = folded([_made(), other, AddConstraint("cup", small), AddIndex("cup", by_size)], "kitchen")

    assert isinstance(cup, CreateModel)
    assert cup.options == {"constraints": [small], "indexes": [by_size]}
    assert isinstance(saucer, CreateModel)
    assert saucer.options == {}


@pytest.mark.parametrize(
    "about",
    [
        AddConstraint("cup", SameOrganization(field="owner", name="owner_org")),
        AddConstraint("cup", models.UniqueConstraint(fields=["size", "owner"], name="once")),
        AddIndex("cup", models.Index(fields=["-owner"], name="by_owner")),
    ],
)
def test_what_is_about_a_later_field_stays_behind_it(about: AddConstraint | AddIndex) -> None:
    operations = [_made(), AddField("cup", "owner", models.UUIDField()), about]

    assert folded(operations, "kitchen") == operations


def test_a_table_of_an_earlier_migration_is_left_alone() -> None:
    alone = AddIndex("cup", models.Index(fields=["size"], name="by_size"))

    assert folded([alone], "kitchen") == [alone]


@pytest.mark.parametrize("label", OURS)
def test_no_migration_keeps_what_could_be_folded(label: str) -> None:
    loader = MigrationLoader(None)
    migrations = [migration for (app, _), migration in loader.disk_migrations.items() if app == label]

    assert migrations
    for migration in migrations:
        assert len(folded(migration.operations, label)) == len(migration.operations), "run makemigrations anew"

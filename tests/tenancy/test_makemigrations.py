"""What belongs to a new table is said where it is made: each operation of its own costs every migration."""

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel, DeleteModel
from django.db.migrations.state import ProjectState
from django.db.models import Q

from tenancy.constraints import SameOrganization
from tenancy.management.commands.makemigrations import folded, together

OURS = [app.label for app in apps.get_app_configs() if app.name in {"accounts", "texting", "compliance", "portal"}]


def _made() -> CreateModel:
    return CreateModel("Cup", [("id", models.UUIDField(primary_key=True)), ("size", models.IntegerField())])


def _to(model: str) -> models.Field:
    return models.ForeignKey(model, models.PROTECT, null=True)


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
def test_what_is_about_a_later_field_stays_behind_all_tables(about: AddConstraint | AddIndex) -> None:
    other = CreateModel("Saucer", [("id", models.UUIDField(primary_key=True))])

    [cup, saucer, left] = folded([_made(), AddField("cup", "owner", models.UUIDField()), about, other], "kitchen")

    assert isinstance(cup, CreateModel)
    assert [name for name, _ in cup.fields] == ["id", "size", "owner"]
    assert saucer == other
    assert left == about


def test_a_migration_that_removes_something_keeps_its_order() -> None:
    operations = [DeleteModel("Saucer"), _made(), AddField("cup", "owner", models.UUIDField())]

    assert folded(operations, "kitchen") == operations


def test_tables_are_made_in_one_step_and_their_models_rendered_once() -> None:
    pointing = CreateModel("Cup", [("id", models.UUIDField(primary_key=True)), ("on", _to("kitchen.Saucer"))])
    pointed_at = CreateModel("Saucer", [("id", models.UUIDField(primary_key=True)), ("under", _to("kitchen.Cup"))])
    [step] = together([pointing, pointed_at])
    state = ProjectState()
    assert not state.apps.get_models()  # rendered once before

    step.state_forwards("kitchen", state)

    assert "apps" not in state.__dict__
    cup = state.apps.get_model("kitchen.Cup")
    assert cup._meta.get_field("on").related_model is state.apps.get_model("kitchen.Saucer")
    assert together([pointing]) == [pointing]


def test_a_table_of_an_earlier_migration_is_left_alone() -> None:
    alone = AddIndex("cup", models.Index(fields=["size"], name="by_size"))

    assert folded([alone], "kitchen") == [alone]


@pytest.mark.parametrize("label", OURS)
def test_no_migration_keeps_what_could_be_done_together(label: str) -> None:
    loader = MigrationLoader(None)
    migrations = [migration for (app, _), migration in loader.disk_migrations.items() if app == label]

    assert migrations
    for migration in migrations:
        assert len(together(folded(migration.operations, label))) == len(migration.operations), "make it anew"

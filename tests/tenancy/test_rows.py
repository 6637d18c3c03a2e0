"""A row that was read is the object that Django itself would make of it."""

import pytest
from django.apps import apps
from django.db import models

from tenancy.encryption import KeyDestroyed
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import TenantModel, activate
from tenancy.models import AuditEvent
from tenancy.rows import new_row
from texting.models import Contact, Conversation, Decision, Message

from .conftest import NOON

OURS = [model for model in apps.get_models() if issubclass(model, TenantModel)]


def as_django_reads(row: models.Model) -> models.Model:
    """The same row, made by `Model.from_db`."""
    fields = row._meta.concrete_fields
    values = type(row)._base_manager.filter(pk=row.pk).values_list(*(field.attname for field in fields)).get()
    return models.Model.from_db.__func__(type(row), "default", [field.attname for field in fields], list(values))


def plain(row: models.Model) -> dict[str, object]:
    """What stands in an object, what is beside its encrypted columns in parts."""
    kept = {name: value for name, value in row.__dict__.items() if name != "_state" and not name.startswith("_stored_")}
    sealed = {name: value.sealed for name, value in row.__dict__.items() if name.startswith("_stored_")}
    return {**kept, **sealed, "state": (row._state.adding, row._state.db, row._state.fields_cache)}


@pytest.mark.parametrize("model", [Contact, Conversation, Message])
def test_it_holds_what_djangos_holds(model, harbor):
    with activate(harbor.organization):
        message = harbor.add_message("Hello", at=NOON)
        row = model.objects.order_by("-pk").first()
        assert plain(row) == plain(as_django_reads(row))
        assert type(row) is model
        read = Message.objects.get(pk=message.pk)
        assert read.body == "Hello"
        assert read.conversation == harbor.conversation
        read.body = "Hello again"
        read.save()
        assert Message.objects.get(pk=message.pk).body == "Hello again"


def test_what_was_not_read_is_read_when_it_is_looked_at(harbor, django_assert_num_queries):
    with activate(harbor.organization):
        harbor.add_message("Hello", at=NOON)
        [row] = Message.objects.only("status")
        assert row.get_deferred_fields() >= {"body", "created_at", "line_id"}
        with django_assert_num_queries(3):  # of these two, and whose keys they are
            assert row.body == "Hello"
            assert row.line_id == harbor.line.pk
        joined = Message.objects.select_related("conversation__contact").get()
        with django_assert_num_queries(0):
            assert joined.conversation.contact.pk == harbor.contact.pk
        joined.conversation_id = harbor.line.pk
        assert not Message._meta.get_field("conversation").is_cached(joined)


def test_a_destroyed_key_shows_when_it_is_read(harbor):
    with activate(harbor.organization):
        harbor.add_message("Hello", at=NOON)
        destroy_keys("body", NOON.date().isoformat(), reason="test")
        with pytest.raises(KeyDestroyed):
            _ = Message.objects.get().body


@pytest.mark.parametrize("model", [AuditEvent, Contact, Conversation, Decision, Message])
def test_a_new_one_holds_what_djangos_holds(model, harbor):
    """What is made anew for each (ids, moments) was made by the same functions; lists are each row's own."""
    given = {"line_id": harbor.line.pk} if model in {Conversation, Message} else {}
    with activate(harbor.organization):
        ours, theirs, another = new_row(model, given), model(**given), new_row(model, given)
    made = {field.attname for field in model._meta.concrete_fields if field.has_default() and callable(field.default)}
    assert made >= {"id", "organization_id"}
    assert ours.organization_id == harbor.organization.pk
    assert ours.pk != another.pk
    assert {type(ours.__dict__[name]) for name in made} == {type(theirs.__dict__[name]) for name in made}
    assert {**plain(ours), **dict.fromkeys(made)} == {**plain(theirs), **dict.fromkeys(made)}
    shared = [name for name in made if isinstance(ours.__dict__[name], list)]
    assert all(ours.__dict__[name] is not another.__dict__[name] for name in shared)


def test_a_new_one_has_the_rows_that_it_was_made_with_and_no_other_columns(harbor, django_assert_num_queries):
    with activate(harbor.organization), django_assert_num_queries(0):
        row = new_row(Message, {"line_id": harbor.line.pk, "author_id": None}, {"line": harbor.line, "author": None})
        assert row.line is harbor.line
        assert row.author is None
        row.line_id = harbor.contact.pk
        assert not Message._meta.get_field("line").is_cached(row)
        with pytest.raises(TypeError, match="line"):
            new_row(Message, {"line": harbor.line})


def test_nobody_listens_to_rows_being_made():
    """`tests/architecture/test_layers.py` sees to signals."""
    for model in OURS:
        assert model.__init__ is models.Model.__init__

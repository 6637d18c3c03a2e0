"""One door, two guards: what is inside an organization cannot be reached from outside of it."""

import threading

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, connections, transaction
from django_scopes.exceptions import ScopeError

from tenancy import isolation
from tenancy.isolation import (
    NestedOrganization,
    NoOrganization,
    activate,
    before_commit,
    current_organization_id,
    kept_until_commit,
)
from tenancy.models import AuditEvent, AuditHead, DataKey, Organization
from texting.models import Contact, Message

from .conftest import make_business

REFUSED = "no organization is active"


def ask(sql: str, *parameters: object, alias: str = "default") -> list[tuple]:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def test_each_organization_sees_its_own_rows_only(harbor, northside):
    with activate(harbor.organization):
        assert Contact.objects.get().pk == harbor.contact.pk
        assert ask("SELECT id FROM texting_contact") == [(harbor.contact.pk,)]
    with activate(northside.organization):
        assert Contact.objects.get().pk == northside.contact.pk
        assert not Contact.objects.filter(pk=harbor.contact.pk).exists()


def test_the_orm_refuses_a_query_without_an_organization(harbor):
    with pytest.raises(ScopeError):
        Contact.objects.count()


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_raw_sql_on_a_new_connection_and_after_an_organization_left():
    """Never set, the setting is absent; after a transaction that set it, it is the empty string. Both must raise."""
    business = make_business("Harbor Dental", "harbor")
    with activate(business.organization):
        business.add_message("Hello")
    connection.close()
    connection.close_pool()
    for setting in (None, ""):
        assert ask("SELECT current_setting('app.organization_id', true)") == [(setting,)]
        for statement in (
            "SELECT * FROM texting_contact",
            "UPDATE texting_contact SET number_masked = 'x'",
            "DELETE FROM texting_message",
            f"SELECT * FROM texting_contact WHERE organization_id = '{business.organization.pk}'",
        ):
            with pytest.raises(ProgrammingError, match=REFUSED):
                ask(statement)
        with activate(business.organization):
            assert len(ask("SELECT * FROM texting_contact")) == 1


def test_wrapped_keys_stand_behind_the_same_wall(harbor):
    assert DataKey.in_keys_database
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic(using="keys"):
        list(DataKey.objects.all())
    with transaction.atomic(using="keys"):
        isolation.tell_database("keys", harbor.organization.pk)
        owners = {key.organization_id for key in DataKey.objects.all()}
    assert owners == {harbor.organization.pk}


@pytest.mark.parametrize("how", ["insert", "update"])
def test_no_row_can_be_written_into_another_organization(harbor, northside, how):
    with (
        activate(harbor.organization),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        if how == "insert":
            AuditHead.objects.create(organization_id=northside.organization.pk)
        else:
            ask("UPDATE texting_contact SET organization_id = %s", northside.organization.pk)


def test_rows_of_another_organization_cannot_be_changed_or_deleted(harbor, northside):
    with activate(harbor.organization):
        ask("UPDATE texting_contact SET number_masked = 'taken' WHERE id = %s", northside.contact.pk)
        ask("DELETE FROM texting_conversation WHERE id = %s", northside.conversation.pk)
    with activate(northside.organization):
        assert Contact.objects.get().number_masked == "(masked)"
        assert northside.conversation.__class__.objects.count() == 1


def test_a_reference_to_another_organization_is_refused(harbor, northside):
    """Row security does not check foreign keys; the composite one does."""
    with activate(harbor.organization), pytest.raises(IntegrityError, match="_org"), transaction.atomic():
        harbor.add_message("Hello", contact=northside.contact)
        ask("SET CONSTRAINTS ALL IMMEDIATE")
    with activate(harbor.organization):
        harbor.add_message("Hello")
        ask("SET CONSTRAINTS ALL IMMEDIATE")
        assert Message.objects.count() == 1


def test_a_second_organization_inside_the_first_is_refused(harbor, northside):
    with activate(harbor.organization):
        with pytest.raises(NestedOrganization), activate(northside.organization):
            pytest.fail("it was let in")
        with activate(harbor.organization.pk) as same:
            assert same == current_organization_id() == harbor.organization.pk
        assert Contact.objects.count() == 1


def test_an_error_rolls_everything_back_and_leaves_no_organization_behind(harbor):
    with pytest.raises(ZeroDivisionError), activate(harbor.organization):
        harbor.add_message("Hello")
        raise ZeroDivisionError
    with pytest.raises(NoOrganization):
        current_organization_id()
    with pytest.raises(DatabaseError), transaction.atomic():
        ask("SELECT * FROM texting_contact")
    with activate(harbor.organization):
        assert not Message.objects.exists()


def test_the_enclosing_transaction_does_not_keep_the_organization(harbor):
    with transaction.atomic():
        with activate(harbor.organization):
            assert Contact.objects.exists()
        with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
            ask("SELECT * FROM texting_contact")


def test_last_things_run_in_order_inside_the_transaction_and_may_add_more(harbor):
    ran = []
    with activate(harbor.organization):
        before_commit(lambda: ran.append("very last"), last=True)
        before_commit(lambda: ran.append(f"first, of {Contact.objects.count()} contact"))
        before_commit(lambda: before_commit(lambda: ran.append("added")))
    assert ran == ["first, of 1 contact", "added", "very last"]
    with pytest.raises(NoOrganization):
        before_commit(lambda: None)


def test_last_things_do_not_run_when_the_transaction_is_given_up(harbor):
    ran = []
    with activate(harbor.organization):
        before_commit(lambda: ran.append("no"))
        harbor.add_message("Hello")
        transaction.set_rollback(True)
    with pytest.raises(ZeroDivisionError), activate(harbor.organization):
        before_commit(lambda: ran.append("no"))
        raise ZeroDivisionError
    assert ran == []
    with activate(harbor.organization):
        assert not Message.objects.exists()


def test_what_is_kept_until_commit_belongs_to_one_transaction(harbor):
    with activate(harbor.organization):
        kept_until_commit(list).append("mine")
        assert kept_until_commit(list) == ["mine"]
    with activate(harbor.organization):
        assert kept_until_commit(list) == []


@pytest.mark.parametrize("change", ["UPDATE tenancy_auditevent SET event = 'x'", "DELETE FROM tenancy_auditevent"])
def test_a_log_can_be_added_to_and_read_but_not_changed(harbor, change):
    with activate(harbor.organization):
        AuditEvent.objects.create(sequence=1, event="a:b", previous_hash=bytes(32), hash=bytes(32))
        with pytest.raises(ProgrammingError, match="never changed or deleted"), transaction.atomic():
            ask(change)
        assert AuditEvent.objects.get().event == "a:b"


@pytest.mark.django_db(transaction=True)
def test_threads_of_different_organizations_do_not_see_each_other():
    businesses = [make_business(f"Business {number}", f"business-{number}") for number in range(2)]
    mistakes: list[object] = []

    def work(number: int) -> None:
        mine = businesses[number % 2]
        try:
            for _ in range(20):
                with activate(mine.organization):
                    Contact.objects.filter(pk=mine.contact.pk).update(number_masked=f"{number % 2}")
                    seen = list(Contact.objects.values_list("pk", flat=True))
                if seen != [mine.contact.pk]:
                    mistakes.append(seen)
        except Exception as error:
            mistakes.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert mistakes == []


@pytest.mark.django_db
def test_organizations_themselves_are_a_directory():
    Organization.objects.create(name="Harbor Dental", slug="harbor")
    assert Organization.objects.get().slug == "harbor"

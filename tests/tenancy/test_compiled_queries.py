"""A query that is compiled once answers each time like the one that Django would write."""

from threading import Thread
from uuid import uuid4

import pytest
from django.db import connections
from django.db.models import DateTimeField, UUIDField
from django.utils import timezone

from accounts.models import Membership, Team
from tenancy.compiled_queries import CompiledQuery, Given
from tenancy.isolation import activate
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


def _memberships():
    found = Membership.objects.select_related("user", "organization__access_rules")
    return found.filter(
        organization=Given("organization", UUIDField()), joined_at__lt=Given("before", DateTimeField()), is_active=True
    ).order_by("user__email")


def _plain(organization, before):
    found = Membership.objects.select_related("user", "organization__access_rules")
    return list(found.filter(organization=organization, joined_at__lt=before, is_active=True).order_by("user__email"))


def test_each_call_answers_for_its_own_values(cast, django_assert_num_queries):
    ask, now = CompiledQuery(_memberships), timezone.now()
    for organization in (cast.organization, cast.other_organization, cast.organization):
        with django_assert_num_queries(1):
            found = ask(organization=organization.pk, before=now)
            seen = [(one.pk, one.user.email, one.organization.name) for one in found]
        assert seen == [(one.pk, one.user.email, one.organization.name) for one in _plain(organization, now)]
        assert seen, "a query that finds nothing would be the same as any other"
    earliest = min(one.joined_at for one in found)
    assert ask(organization=cast.organization.pk, before=earliest) == []
    assert ask(organization=uuid4(), before=now) == []


def test_a_value_that_is_missing_or_unknown_is_an_error(cast):
    ask = CompiledQuery(_memberships)
    with pytest.raises(KeyError, match="before"):
        ask(organization=cast.organization.pk)
    with pytest.raises(TypeError, match="after"):
        ask(organization=cast.organization.pk, before=timezone.now(), after=1)


def test_a_query_of_one_organizations_rows_is_refused(cast):
    """The organization that is active when it is first asked would stay in it."""
    ask = CompiledQuery(lambda: Team.objects.order_by("name"))
    with activate(cast.organization), pytest.raises(TypeError, match="Team"):
        ask()


@pytest.mark.django_db(transaction=True)
def test_another_thread_asks_on_its_own_connection():
    ask, seen = CompiledQuery(_memberships), []

    def other():
        seen.append(ask(organization=uuid4(), before=timezone.now()))
        connections.close_all()

    ask(organization=uuid4(), before=timezone.now())
    thread = Thread(target=other)
    thread.start()
    thread.join()
    assert seen == [[]]

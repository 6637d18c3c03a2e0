"""Holds placed in a line, and two customers to hold."""

import pytest
from django.utils import timezone

from tenancy.isolation import activate
from tests.retention.placed import place_hold
from tests.texting.desk import FIRST, SECOND
from texting.models import Note


@pytest.fixture
def hold(desk):
    """hold(about=number): an admin's hold, in the active organization."""

    def place(*scopes, member=None, **wanted):
        return place_hold(member or desk.cast.admin, *scopes, **wanted)

    return place


@pytest.fixture
def two(desk):
    """Two customers, the first on two lines; the second's conversation is resolved. With a note in the first."""
    one = desk.hear("About my crown", number=FIRST)
    billing = desk.hear("About the bill", number=FIRST, line=desk.billing_line)
    other = desk.resolve(desk.hear("About my braces", number=SECOND))
    with activate(desk.organization):
        Note.objects.create(
            conversation=one, contact_id=one.contact_id, author=desk.cast.agent, body="VIP", created_at=timezone.now()
        )
        yield one, billing, other

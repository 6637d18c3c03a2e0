"""A simulated line of the cast's front desk, and one of the other organization."""

import pytest

from accounts.models import Team
from tenancy.isolation import activate
from tenancy.models import Organization
from tests.cast import Cast, cast
from texting.models import Line, LineKey
from texting.providers.base import Credentials

__all__ = ["cast"]


def make_line(organization: Organization, team: Team | None, *, name: str, number: str) -> Line:
    """A simulated line; of a new team when none is given."""
    with activate(organization):
        line = Line.objects.create(
            name=name,
            number=number,
            team=team or Team.objects.create(name=f"Team of {name}"),
            provider="simulator",
            credentials=Credentials(account="sim", secret=f"secret of {name}").to_json(),
        )
        LineKey.objects.create(line_id=line.pk, organization=organization)
    return line


@pytest.fixture
def line(cast: Cast) -> Line:
    return make_line(cast.organization, cast.front_desk, name="Main line", number="+12125550110")


@pytest.fixture
def billing_line(cast: Cast) -> Line:
    return make_line(cast.organization, cast.billing, name="Billing line", number="+12125550120")


@pytest.fixture
def other_line(cast: Cast) -> Line:
    return make_line(cast.other_organization, None, name="Dispatch", number="+13125550150")

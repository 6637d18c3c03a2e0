"""The demo that `make up` builds, for journeys that begin where a newcomer begins."""

from dataclasses import dataclass

import pytest

from accounts.models import Membership
from compliance.models import HoursRules
from config.demo.building import build_all
from tenancy.isolation import activate
from tenancy.models import Organization
from texting.models import Conversation

PASSWORD = "seven quiet harbours"


@dataclass(frozen=True)
class Demo:
    """Both organizations. Made once for all journeys, so each leaves it as one week of use would."""

    harbor: Organization
    northside: Organization

    def member(self, email: str) -> Membership:
        """One of its people."""
        return Membership.objects.select_related("organization", "user").get(user__email=email)

    def conversation_with(self, name: str) -> Conversation:
        """A conversation of Harbor Dental."""
        with activate(self.harbor):
            rows = Conversation.objects.select_related("contact")
            return next(row for row in rows if row.contact.name == name)


@pytest.fixture(scope="session")
def demo(live_system: str, django_db_blocker: object) -> Demo:
    with django_db_blocker.unblock():
        build_all(PASSWORD)
        for organization in Organization.objects.filter(slug__in=("harbor-dental", "northside-plumbing")):
            with activate(organization):  # journeys are walked at any hour
                HoursRules.objects.create(only_warns=True)
        return Demo(*(Organization.objects.get(slug=slug) for slug in ("harbor-dental", "northside-plumbing")))

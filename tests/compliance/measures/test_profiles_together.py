"""A profile and a weaker setting at the same moment: whichever comes first, the setting ends up strong."""

import threading
from datetime import timedelta

from django.db import connections

from accounts import access_rules
from accounts.models import AccessRules, SessionProfile
from accounts.setting_floors import TooWeak
from compliance.measures.profiles import taking
from compliance.measures.profiles.rules import PROFILES
from tenancy.isolation import activate
from tests.texting.desk import busy_desk

__all__ = ["busy_desk"]


def test_a_weaker_setting_waits_for_the_profile_that_is_being_taken_on(busy_desk):
    desk, begun, refused = busy_desk, threading.Event(), []

    def weaken() -> None:
        try:
            with activate(desk.organization):
                begun.set()
                long = {"idle": timedelta(hours=9), "longest": timedelta(hours=9)}
                access_rules.set_limits(actor=desk.cast.admin, profile=SessionProfile.OWN, **long)
        except TooWeak:
            refused.append(True)
        finally:
            connections.close_all()

    other = threading.Thread(target=weaken)
    with activate(desk.organization):
        taking.take(actor=desk.cast.owner, profile=PROFILES["hipaa"])
        other.start()
        assert begun.wait(20)
        other.join(0.3)
        assert other.is_alive(), "it waits"
    other.join(20)
    assert refused == [True]
    assert AccessRules.objects.get(organization=desk.organization).idle == timedelta(minutes=15)

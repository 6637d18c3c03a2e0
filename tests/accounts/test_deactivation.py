"""Deactivating somebody holds up nobody else."""

import threading

import pytest
from django.db import connections

from accounts import deactivation
from accounts.models import TeamMember
from tenancy.isolation import activate
from tests.cast import make_cast


@pytest.mark.django_db(transaction=True)
def test_owners_go_on_working_while_somebody_is_deactivated():
    """Whoever waited at the commit would hold the audit log's head, which the deactivation needs next."""
    cast = make_cast()
    saved = threading.Event()

    def join_a_team():
        try:
            with activate(cast.organization):
                TeamMember.objects.create(team=cast.billing, membership=cast.owner)
            saved.set()
        finally:
            connections.close_all()

    owner = threading.Thread(target=join_a_team)
    with activate(cast.organization):
        deactivation.deactivate(actor=cast.admin, member=cast.agent)
        owner.start()
        in_time = saved.wait(10)
    owner.join()
    assert in_time

"""Conversations shared out: only what is nobody's, and to each in turn."""

import pytest
from django.utils import timezone

from accounts.models import Membership, TeamMember
from tenancy.isolation import activate
from tests.compliance.automations.making import acts, rule, work
from tests.texting.desk import desk

__all__ = ["desk"]


@pytest.fixture
def two(desk):
    """Both agents and the owner are of the line's team and there."""
    with activate(desk.organization):
        for member in (desk.cast.agent, desk.cast.second_agent, desk.cast.owner):
            TeamMember.objects.get_or_create(team_id=desk.line.team_id, membership=member)
            Membership.objects.filter(pk=member.pk).update(last_seen_at=timezone.now())
    return desk


def test_what_a_colleague_has_stays_theirs(two):
    desk = two
    place = desk.take(desk.hear("Hello"), desk.cast.agent)
    rule(desk, assign="share")
    desk.hear("And another thing")
    work(desk)
    assert desk.fresh(place).assignee_id == desk.cast.agent.pk
    assert acts(desk) == [("assign", "refused", "assign.taken")]

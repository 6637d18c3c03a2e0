"""Conversations shared out: only what is nobody's, and to each in turn."""

import pytest
from django.utils import timezone

from accounts.models import Membership, TeamMember
from tenancy.isolation import activate
from tests.compliance.automations.making import acts, rule, work
from tests.texting.desk import desk
from texting import conversations

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


def test_where_work_is_quick_everybody_gets_some_in_turn(two):
    """The owner's own rule gives to the owner, too: that they take it themselves is how that is written down."""
    desk = two
    rule(desk, assign="share")
    got = []
    for at in range(6):
        place = desk.hear("Hello", number=f"+1212555018{at}")
        work(desk)
        place = desk.fresh(place)
        got.append(place.assignee_id)
        with activate(desk.organization):
            conversations.mark_read(member=desk.cast.owner, conversation=place)
            conversations.resolve(member=desk.cast.owner, conversation=place)
    assert set(got[:3]) == {desk.cast.agent.pk, desk.cast.second_agent.pk, desk.cast.owner.pk}
    assert got[3:] == got[:3]

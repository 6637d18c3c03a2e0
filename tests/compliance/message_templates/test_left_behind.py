"""Own templates of somebody who may have none any more go to a colleague or a team, or are archived."""

import pytest
from django.urls import reverse

from accounts.models import MembershipRole, Role
from accounts.permissions import MissingPermission
from compliance.content_types.kinds import ContentType
from compliance.message_templates import left_behind, writing
from compliance.message_templates.writing import NotNow, Wish
from compliance.models import MessageTemplate
from tenancy.isolation import activate
from tests.texting.desk import desk

__all__ = ["desk"]

ADDRESS = "hand_on_left_behind"


@pytest.fixture
def mine(desk) -> MessageTemplate:
    """The agent's, who then loses the right."""
    with activate(desk.organization):
        wish = Wish("Secret name", ContentType.REPLY, {"en": "Secret words."}, own=True)
        made = writing.create(actor=desk.cast.agent, wish=wish)
        writing.publish(actor=desk.cast.agent, template=made)
        assert left_behind.left_behind() == []
        MembershipRole.objects.filter(membership=desk.cast.agent).delete()
    return made


def now(desk, template) -> MessageTemplate:
    with activate(desk.organization):
        return MessageTemplate.objects.get(pk=template.pk)


def shown(desk) -> str:
    return desk.as_(desk.cast.admin).get(reverse("message_templates")).content.decode()


def post(desk, member=None, **said):
    values = {"owner": desk.cast.agent.pk, "to": "", **said}
    return desk.as_(member or desk.cast.admin).post(reverse(ADDRESS), values, follow=True).content.decode()


def test_an_admin_sees_whose_they_are_and_not_what_they_say_and_archives_them_once(desk, mine):
    page = shown(desk)
    assert "Left behind" in page
    assert desk.cast.agent.user.name in page
    assert "Secret" not in page
    assert "1 template was archived." in post(desk)
    assert now(desk, mine).archived_by == desk.cast.admin
    assert "That has changed meanwhile" in post(desk)
    assert "Left behind" not in shown(desk)


def test_a_colleague_gets_them_as_they_are_and_a_team_as_a_draft(desk, mine):
    other = desk.cast.second_agent
    post(desk, to=f"member:{other.pk}")
    row = now(desk, mine)
    assert (row.owner, row.version, row.archived_at) == (other, 1, None)
    with activate(desk.organization):
        MembershipRole.objects.filter(membership=other).delete()
    post(desk, owner=other.pk, to=f"team:{desk.line.team_id}")
    with activate(desk.organization):
        draft = MessageTemplate.objects.get(owner=None)
    assert (draft.team_id, draft.version, now(desk, mine).archived_at is not None) == (desk.line.team_id, 0, True)


@pytest.mark.parametrize("to", ["member:", "team:", "nobody", "member:00000000-0000-0000-0000-000000000000", "\x00"])
def test_what_is_nobody_changes_nothing(desk, mine, to):
    assert "That has changed meanwhile" in post(desk, to=to)
    assert now(desk, mine).archived_at is None


def test_who_lost_it_too_strangers_and_whoever_does_not_manage_are_refused(desk, mine):
    assert "That has changed meanwhile" in post(desk, to=f"member:{desk.cast.agent.pk}")
    assert "That has changed meanwhile" in post(desk, owner="x")
    assert "That has changed meanwhile" in post(desk, owner=desk.cast.outsider.pk)
    assert "That has changed meanwhile" in post(desk, to=f"member:{desk.cast.outsider.pk}")
    assert "That has changed meanwhile" in post(desk, member=desk.cast.outsider)
    assert desk.as_(desk.cast.supervisor).post(reverse(ADDRESS), {}).status_code == 403
    with activate(desk.organization), pytest.raises(MissingPermission):
        left_behind.hand_on(actor=desk.cast.supervisor, owner_id=desk.cast.agent.pk)
    assert now(desk, mine).archived_at is None


def test_who_gets_the_right_back_has_them_again(desk, mine):
    with activate(desk.organization):
        role = next(one for one in Role.objects.all() if one.name == "Agent")
        MembershipRole.objects.create(membership=desk.cast.agent, role=role)
        assert left_behind.left_behind() == []
        with pytest.raises(NotNow):
            left_behind.hand_on(actor=desk.cast.admin, owner_id=desk.cast.agent.pk)
    assert now(desk, mine).archived_at is None

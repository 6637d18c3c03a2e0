"""Inviting, changing and deactivating people."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import deactivation, invitations, roles, teams
from accounts.deactivation import LastOwner, OwnMembership
from accounts.invitations import AlreadyMember, WorksElsewhere
from accounts.models import Invitation, Membership, MembershipRole, Role, Session, Team, TotpDevice, User
from accounts.permissions import MissingPermission, Permission
from accounts.roles import give_role
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.codes import with_app
from tests.cast import PASSPHRASE, role_of, signed_in

NEW_PASSWORD = "four brave otters swim"


def kinds(organization) -> list[str]:
    with activate(organization):
        return list(AuditEvent.objects.order_by("sequence").values_list("event", flat=True))


def invite_as_admin(client, cast, **typed):
    role = role_of(cast.organization, typed.pop("role", "agent"))
    form = {"name": "Nia Duarte", "email": "Nia@harbor.example", "roles": str(role.pk), **typed}
    return signed_in(client, cast.admin).post("/settings/people/invite/", form)


def link_in(answer) -> str:
    return re.search(r"/join/[\w-]{40,}/", answer.content.decode()).group()


def test_the_list_shows_everybody_with_role_team_and_state(cast, client):
    page = signed_in(client, cast.admin).get("/settings/people/").content.decode()
    for words in ("Olga Brandt", "Owner", "Lev Moreau", "Deactivated", "Front desk, ", "Auditor", "Never"):
        assert words in page.replace("Billing, Front desk", "Front desk, Billing")
    assert "Oscar Outsider" not in page


def test_whoever_is_invited_chooses_a_password_and_is_in(cast, client):
    answer = invite_as_admin(client, cast, teams=[str(cast.billing.pk)])
    assert answer.status_code == 200
    newcomer = type(client)()
    assert newcomer.get(link_in(answer))["Location"] == "/join/"
    assert "Join Harbor Dental" in newcomer.get("/join/").content.decode()
    done = newcomer.post("/join/", {"new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD})
    assert done["Location"] == "/sign-in/"
    entered = newcomer.post("/sign-in/", {"email": "nia@harbor.example", "password": NEW_PASSWORD})
    assert entered["Location"] == "/"
    member = Membership.objects.get(user__email="nia@harbor.example")
    assert member.is_active
    with activate(cast.organization):
        assert member.team_ids == {cast.billing.pk}
        assert member.may(Permission.MESSAGES_SEND)
    log = kinds(cast.organization)
    assert [kind for kind in log if kind.startswith("member:")] == ["member:changed", "member:invited", "member:joined"]


def test_an_invited_person_is_not_in_before_the_link_was_used(cast, client):
    invite_as_admin(client, cast)
    member = Membership.objects.get(user__email="nia@harbor.example")
    assert not member.is_active
    assert member.joined_at is None
    assert not member.user.has_usable_password()


def test_the_form_offers_the_usual_role_and_not_the_most_powerful(cast, client):
    page = signed_in(client, cast.admin).get("/settings/people/invite/")
    assert page.context["form"].initial["roles"] == [role_of(cast.organization, "agent")]


def test_a_link_works_once(cast, client):
    link = link_in(invite_as_admin(client, cast))
    first, second = type(client)(), type(client)()
    first.get(link)
    second.get(link)
    typed = {"new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD}
    assert first.post("/join/", typed).status_code == 302
    assert (
        second.post("/join/", {"new_password": "another one of mine", "repeated": "another one of mine"}).status_code
        == 404
    )
    assert second.get(link, follow=True).status_code == 404
    assert User.objects.get(email="nia@harbor.example").check_password(NEW_PASSWORD)


def test_a_link_ends_after_a_week(cast, client):
    link = link_in(invite_as_admin(client, cast))
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert type(client)().get(link, follow=True).status_code == 404


def test_a_new_link_ends_the_old_one(cast, client):
    old = link_in(invite_as_admin(client, cast))
    early = type(client)()
    early.get(old)
    member = Membership.objects.get(user__email="nia@harbor.example")
    new = link_in(client.post(f"/settings/people/{member.pk}/link/"))
    assert early.get("/join/").status_code == 404
    assert type(client)().get(old, follow=True).status_code == 404
    assert type(client)().get(new, follow=True).status_code == 200


def test_the_database_does_not_know_the_link(cast, client):
    token = link_in(invite_as_admin(client, cast)).split("/")[2]
    kept = Invitation.objects.values_list("token_hash", flat=True).get()
    assert token.encode() not in bytes(kept)


def test_a_weak_password_is_refused_with_its_reason(cast, client):
    newcomer = type(client)()
    newcomer.get(link_in(invite_as_admin(client, cast)))
    for weak, reason in (
        ("short", "at least 15 characters"),
        ("harbor dental duarte", "nothing to do with your name"),
    ):
        answer = newcomer.post("/join/", {"new_password": weak, "repeated": weak})
        assert answer.status_code == 422
        assert reason in answer.content.decode()
    differing = newcomer.post("/join/", {"new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD + "!"})
    assert differing.status_code == 422
    assert not Membership.objects.get(user__email="nia@harbor.example").is_active


def test_somebody_who_signs_in_elsewhere_already_proves_their_password(cast, client):
    answer = invite_as_admin(client, cast, email="oscar@northside.example", name="Made-up name")
    oscar = type(client)()
    oscar.get(link_in(answer))
    assert "signs in to Parley already" in oscar.get("/join/").content.decode()
    assert oscar.post("/join/", {"password": "not his password"}).status_code == 422
    assert oscar.post("/join/", {"password": PASSPHRASE})["Location"] == "/sign-in/"
    assert Membership.objects.get(user=cast.outsider.user_id, organization=cast.organization).is_active
    assert User.objects.get(pk=cast.outsider.user_id).name == "Oscar Outsider"


def test_an_invitation_tells_the_admin_nothing_about_a_stranger(cast, client):
    known = invite_as_admin(client, cast, email="oscar@northside.example", name="Somebody").content.decode()
    unknown = invite_as_admin(client, cast, email="nobody@northside.example", name="Somebody").content.decode()
    assert "Oscar" not in known

    def shape(page):
        varies = r"/join/[\w-]+/|oscar@|nobody@|value=\"\w{64}\"|content=\"\w{64}\"|seconds=\"\d+\""
        return re.sub(varies, "", page)

    assert shape(known) == shape(unknown)
    people = client.get("/settings/people/").content.decode()
    assert "Oscar" not in people
    assert "oscar@northside.example" in people


def test_guessing_the_password_on_a_link_is_limited_like_sign_in(cast, client):
    answer = invite_as_admin(client, cast, email="oscar@northside.example")
    oscar = type(client)()
    oscar.get(link_in(answer))
    answers = [oscar.post("/join/", {"password": "a guess"}).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_inviting_somebody_twice_says_so(cast, client):
    assert invite_as_admin(client, cast, email="agent@harbor.example").status_code == 422
    assert invite_as_admin(client, cast, email="leaver@harbor.example").status_code == 422


def test_nobody_invites_people_who_may_do_more_than_they(cast):
    with activate(cast.organization):
        weak = Role.objects.create(name="People only", permissions=[Permission.PEOPLE_INVITE.value])
        give_role(member=cast.agent, role=weak)
        admin_role = Role.objects.get(built_in="admin")
        with pytest.raises(MissingPermission):
            invitations.invite(actor=cast.agent, email="x@harbor.example", name="X", roles=[admin_role])
        with pytest.raises(MissingPermission):
            invitations.invite(actor=cast.auditor, email="x@harbor.example", name="X", roles=[weak])
    assert not User.objects.filter(email="x@harbor.example").exists()


def test_an_admin_changes_role_and_teams_and_it_counts_at_once(cast, client):
    signed_in(client, cast.admin)
    typed = {"roles": str(role_of(cast.organization, "supervisor").pk), "teams": [str(cast.billing.pk)]}
    agent = signed_in(type(client)(), cast.agent)
    assert agent.get("/settings/audit/").status_code == 403
    assert client.post(f"/settings/people/{cast.agent.pk}/change/", typed).status_code == 302
    assert agent.get("/settings/audit/").status_code == 200
    with activate(cast.organization):
        assert Membership.objects.get(pk=cast.agent.pk).team_ids == {cast.billing.pk}
        changes = AuditEvent.objects.filter(event=AuditKind.MEMBER_CHANGED, actor_id=cast.admin.pk)
        assert {str(change.object_id) for change in changes} == {str(cast.agent.pk)}
        assert changes.count() == 2


def test_changing_a_role_asks_again_who_is_there(cast, client):
    signed_in(client, cast.admin, minutes_ago=30)
    answer = client.post(
        f"/settings/people/{cast.agent.pk}/change/", {"roles": str(role_of(cast.organization, "admin").pk)}
    )
    assert answer["Location"].startswith("/confirm/")
    with activate(cast.organization):
        assert not cast.agent.may(Permission.PEOPLE_MANAGE)


def test_a_role_of_another_organization_cannot_be_given(cast, client):
    foreign = role_of(cast.other_organization, "admin")
    answer = signed_in(client, cast.admin).post(f"/settings/people/{cast.agent.pk}/change/", {"roles": str(foreign.pk)})
    assert answer.status_code == 422


def test_an_admin_cannot_change_an_owner(cast, client):
    signed_in(client, cast.admin)
    typed = {"roles": str(role_of(cast.organization, "auditor").pk)}
    assert client.post(f"/settings/people/{cast.owner.pk}/change/", typed).status_code == 403
    assert client.post(f"/settings/people/{cast.owner.pk}/deactivate/").status_code == 403
    assert client.post(f"/settings/people/{cast.owner.pk}/reset/").status_code == 403
    with activate(cast.organization):
        assert MembershipRole.objects.get(membership=cast.owner).role.built_in == "admin"


def test_nobody_grants_a_role_that_holds_more_than_theirs(cast):
    with activate(cast.organization):
        give_role(member=cast.agent, role=Role.objects.create(name="HR", permissions=["people:manage"]))
        with pytest.raises(MissingPermission):
            roles.set_roles(actor=cast.agent, member=cast.agent, roles=[Role.objects.get(built_in="admin")])
        with pytest.raises(MissingPermission):
            roles.set_roles(actor=cast.agent, member=cast.admin, roles=[Role.objects.get(name="HR")])


def test_deactivating_ends_every_session_at_the_next_click(cast, client):
    leaver = signed_in(type(client)(), cast.agent)
    signed_in(type(client)(), cast.agent)
    assert leaver.get("/settings/account/").status_code == 200
    where = f"/settings/people/{cast.agent.pk}/deactivate/"
    answer = signed_in(client, cast.admin).post(where, {"how": "now"}, follow=True)
    assert "Amelia Okafor is deactivated." in answer.content.decode()
    assert leaver.get("/settings/account/").status_code == 302
    assert not Session.objects.filter(membership=cast.agent).exists()
    assert (
        type(client)().post("/sign-in/", {"email": "agent@harbor.example", "password": PASSPHRASE}).status_code == 422
    )
    assert AuditKind.MEMBER_DEACTIVATED.value in kinds(cast.organization)


def test_deactivation_in_one_organization_leaves_the_other_alone(cast, client):
    from accounts.founding import add_member

    both = add_member(organization=cast.organization, user=cast.outsider.user, role="agent")
    here, there = signed_in(type(client)(), both), signed_in(type(client)(), cast.outsider)
    with activate(cast.organization):
        deactivation.deactivate(actor=cast.admin, member=both)
    assert here.get("/settings/account/").status_code == 302
    assert there.get("/settings/account/").status_code == 200


def test_a_session_that_begins_while_the_member_is_deactivated_does_not_count(cast, client):
    """Its row may be written after the sessions were deleted; the epoch it carries is the old one."""
    with activate(cast.organization):
        stale = Membership.objects.select_related("user").get(pk=cast.agent.pk)
        deactivation.deactivate(actor=cast.admin, member=cast.agent)
        deactivation.reactivate(actor=cast.admin, member=cast.agent)
    assert signed_in(client, stale).get("/settings/account/").status_code == 302
    assert signed_in(client, cast.agent).get("/settings/account/").status_code == 200


def test_the_last_owner_stays(cast):
    second = Membership.objects.get(pk=cast.admin.pk)
    with activate(cast.organization):
        with pytest.raises(OwnMembership):
            deactivation.deactivate(actor=cast.owner, member=cast.owner)
        Membership.objects.filter(pk=second.pk).update(is_owner=True)
        second.refresh_from_db()
        deactivation.deactivate(actor=cast.owner, member=second)
        with pytest.raises((LastOwner, MissingPermission)):
            deactivation.deactivate(actor=second, member=cast.owner)
        cast.admin.is_owner = True  # somebody whose rights were read a moment ago
        with pytest.raises(LastOwner):
            deactivation.deactivate(actor=cast.admin, member=cast.owner)
    assert Membership.objects.get(pk=cast.owner.pk).is_active


def test_nobody_deactivates_themselves(cast, client):
    signed_in(client, cast.admin).post(f"/settings/people/{cast.admin.pk}/deactivate/", {"how": "now"})
    assert Membership.objects.get(pk=cast.admin.pk).is_active


def test_a_deactivated_person_comes_back_with_their_role(cast, client):
    signed_in(client, cast.admin).post(f"/settings/people/{cast.leaver.pk}/reactivate/")
    back = type(client)().post("/sign-in/", {"email": "leaver@harbor.example", "password": PASSPHRASE})
    assert back.status_code == 302
    with activate(cast.organization):
        assert Membership.objects.get(pk=cast.leaver.pk).may(Permission.MESSAGES_SEND)


def test_an_invited_person_cannot_be_switched_on_without_the_link(cast, client):
    invite_as_admin(client, cast)
    member = Membership.objects.get(user__email="nia@harbor.example")
    client.post(f"/settings/people/{member.pk}/reactivate/")
    assert not Membership.objects.get(pk=member.pk).is_active


def test_a_lost_password_and_phone_are_reset_with_a_link(cast, client):
    with_app(cast.agent.user)
    agent = signed_in(type(client)(), cast.agent)
    answer = signed_in(client, cast.admin).post(f"/settings/people/{cast.agent.pk}/reset/")
    assert agent.get("/settings/account/").status_code == 302
    assert not TotpDevice.objects.filter(user=cast.agent.user).exists()
    refused = agent.post("/sign-in/", {"email": "agent@harbor.example", "password": PASSPHRASE})
    assert refused.status_code == 422
    agent.get(link_in(answer))
    agent.post("/join/", {"new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD})
    entered = agent.post("/sign-in/", {"email": "agent@harbor.example", "password": NEW_PASSWORD})
    assert entered["Location"] == "/"


def test_one_organization_cannot_take_over_a_sign_in_that_another_relies_on(cast, client):
    from accounts.founding import add_member

    both = add_member(organization=cast.organization, user=cast.outsider.user, role="agent")
    with activate(cast.organization), pytest.raises(WorksElsewhere):
        invitations.reset_sign_in(actor=cast.admin, member=both)
    answer = signed_in(client, cast.admin).post(f"/settings/people/{both.pk}/reset/", follow=True)
    assert "Nothing is taken away before all have agreed" in answer.content.decode()
    assert User.objects.get(pk=both.user_id).check_password(PASSPHRASE)


def test_an_invitation_from_elsewhere_does_not_keep_a_person_from_being_helped(cast):
    with activate(cast.other_organization):
        role = Role.objects.get(built_in="agent")
        invitations.invite(actor=cast.outsider, email="agent@harbor.example", name="X", roles=[role])
    with activate(cast.organization):
        assert invitations.reset_sign_in(actor=cast.admin, member=cast.agent)


def test_a_deactivated_person_does_not_come_back_by_a_reset(cast, client):
    answer = signed_in(client, cast.admin).post(f"/settings/people/{cast.leaver.pk}/reset/", follow=True)
    assert "Only the sign-in of an active person" in answer.content.decode()
    assert not Invitation.objects.exists()
    assert User.objects.get(pk=cast.leaver.user_id).check_password(PASSPHRASE)


def test_somebody_who_joined_gets_no_new_link(cast):
    with activate(cast.organization), pytest.raises(AlreadyMember):
        invitations.renew_link(actor=cast.admin, member=cast.agent)


def test_teams_of_another_organization_cannot_be_joined(cast):
    with activate(cast.other_organization):
        foreign = Team.objects.create(name="Plumbers")
    with activate(cast.organization):
        with pytest.raises(MissingPermission):
            teams.set_teams(actor=cast.agent, member=cast.agent, teams=[cast.billing])
        assert not Team.objects.filter(pk=foreign.pk).exists()


def test_the_page_of_a_person_says_why_somebody_cannot_be_changed(cast, client):
    page = signed_in(client, cast.admin).get(f"/settings/people/{cast.owner.pk}/").content.decode()
    assert "may do more than you" in page
    assert "Deactivate" not in page


def test_nobody_moves_somebody_who_may_do_more_between_teams(cast):
    with activate(cast.organization):
        manager = Role.objects.create(name="Manager", permissions=["people:manage"])
        give_role(member=cast.auditor, role=manager)
        with pytest.raises(MissingPermission):
            teams.set_teams(actor=cast.auditor, member=cast.supervisor, teams=[])
        assert cast.supervisor.team_ids

"""A link of one organization opens nothing in another one."""

from accounts import invitations
from accounts.models import Membership, User
from accounts.sessions import key_hash
from tenancy.isolation import activate
from tests.cast import PASSPHRASE, role_of

NEW_PASSWORD = "four brave otters swim"
CHOICE = {"new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD}


def invited_by_the_outsider(cast, user: User) -> str:
    """The token of a link into the other organization, as its owner is shown it."""
    role = role_of(cast.other_organization, "agent")
    with activate(cast.other_organization):
        return invitations.invite(actor=cast.outsider, email=user.email, name="Somebody", roles=[role]).token


def reset_by_the_admin(cast, member: Membership) -> str:
    with activate(cast.organization):
        return invitations.reset_sign_in(actor=cast.admin, member=member)


def test_a_link_of_another_organization_sets_no_password_while_a_sign_in_is_being_reset(cast, client):
    reset_by_the_admin(cast, cast.agent)
    client.get(f"/join/{invited_by_the_outsider(cast, cast.agent.user)}/")
    client.post("/join/", CHOICE)
    client.post("/join/", {"password": NEW_PASSWORD})
    assert not User.objects.get(pk=cast.agent.user_id).has_usable_password()
    assert not Membership.objects.get(user=cast.agent.user, organization=cast.other_organization).is_active


def test_the_reset_link_still_sets_the_password_and_then_the_other_link_takes_it(cast, client):
    own = reset_by_the_admin(cast, cast.agent)
    other = invited_by_the_outsider(cast, cast.agent.user)
    client.get(f"/join/{own}/")
    assert client.post("/join/", CHOICE)["Location"] == "/sign-in/"
    client.get(f"/join/{other}/")
    assert client.post("/join/", {"password": NEW_PASSWORD})["Location"] == "/sign-in/"
    assert Membership.objects.filter(user=cast.agent.user, is_active=True).count() == 2


def test_a_link_opened_before_somebody_chose_a_password_does_not_replace_it(cast):
    role = role_of(cast.organization, "agent")
    with activate(cast.organization):
        token = invitations.invite(actor=cast.admin, email="nia@harbor.example", name="Nia", roles=[role]).token
    opened = invitations.open_invitation(key_hash(token))
    user = opened.membership.user
    chosen_meanwhile = User.objects.get(pk=user.pk)
    chosen_meanwhile.set_password(PASSPHRASE)
    chosen_meanwhile.save()
    assert invitations.accept(invitation=opened, new_password=NEW_PASSWORD) is None
    assert User.objects.get(pk=user.pk).check_password(PASSPHRASE)

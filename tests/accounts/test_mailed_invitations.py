"""An invitation goes by mail; what the mailbox proves, and what it does not open."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import invitations, inviting_many
from accounts.inviting_many import Verdict
from accounts.models import Invitation, Membership, OutgoingMail, User
from accounts.permissions import MissingPermission
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.test_people import NEW_PASSWORD, invite_as_admin, link_in
from tests.cast import PASSPHRASE, role_of, signed_in
from tests.mailed import link_to, mails_to

NIA = "nia@harbor.example"
CHOICE = {"new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD}


def newcomer(link: str) -> Client:
    client = Client()
    assert client.get(link)["Location"] == "/join/"
    return client


def test_the_mailed_link_lets_in_and_proves_the_address(cast, client):
    answer = invite_as_admin(client, cast)
    assert "A mail is on its way" in answer.content.decode()
    [text] = mails_to(NIA)
    assert text.startswith("Join Harbor Dental on Parley\n")
    assert "Ada Lindqvist invites you" in text
    assert link_in(answer) not in text, "the link that the admin sees proves nothing"
    assert newcomer(link_to(NIA)).post("/join/", CHOICE)["Location"] == "/sign-in/"
    user = User.objects.get(email=NIA)
    assert user.email_proved_at is not None
    assert newcomer_is_closed(link_in(answer)), "using one link ends the other"


def newcomer_is_closed(link: str) -> bool:
    client = Client()
    client.get(link)
    return client.get("/join/").status_code == 404


def test_the_copied_link_lets_in_and_proves_nothing(cast, client):
    link = link_in(invite_as_admin(client, cast))
    mailed = link_to(NIA)
    assert newcomer(link).post("/join/", CHOICE)["Location"] == "/sign-in/"
    assert User.objects.get(email=NIA).email_proved_at is None
    assert newcomer_is_closed(mailed)


def test_sending_again_ends_both_links_before(cast, client):
    copied = link_in(invite_as_admin(client, cast))
    mailed = link_to(NIA)
    member = Membership.objects.get(user__email=NIA)
    client.post(f"/settings/people/{member.pk}/link/")
    assert newcomer_is_closed(copied)
    assert newcomer_is_closed(mailed)
    assert len(mails_to(NIA)) == 2
    assert not newcomer_is_closed(link_to(NIA))


def test_an_address_that_got_enough_mails_still_gets_a_link_to_copy(cast, client):
    invite_as_admin(client, cast)
    member = Membership.objects.get(user__email=NIA)
    for _ in range(5):
        page = client.post(f"/settings/people/{member.pk}/link/")
    assert OutgoingMail.objects.count() == 5
    assert "several mails within an hour" in page.content.decode()
    assert not newcomer_is_closed(link_in(page))


def test_a_withdrawn_invitation_is_gone_with_whoever_was_never_here(cast, client):
    copied = link_in(invite_as_admin(client, cast))
    mailed = link_to(NIA)
    member = Membership.objects.get(user__email=NIA)
    assert client.post(f"/settings/people/{member.pk}/withdraw/")["Location"] == "/settings/people/"
    assert newcomer_is_closed(copied)
    assert newcomer_is_closed(mailed)
    assert not User.objects.filter(email=NIA).exists()
    with activate(cast.organization):
        event = AuditEvent.objects.get(event=AuditKind.MEMBER_INVITATION_WITHDRAWN)
    assert (event.actor_id, event.object_id) == (cast.admin.pk, str(member.pk))
    assert invite_as_admin(client, cast).status_code == 200, "they can be invited again"


def test_somebody_who_joined_or_has_another_organization_is_not_forgotten(cast, client):
    with activate(cast.organization), pytest.raises(invitations.AlreadyMember):
        invitations.withdraw(actor=cast.admin, member=cast.agent)
    invite_as_admin(client, cast, email=cast.outsider.user.email)
    invited = Membership.objects.get(user=cast.outsider.user, organization=cast.organization)
    client.post(f"/settings/people/{invited.pk}/withdraw/")
    assert User.objects.get(pk=cast.outsider.user_id).check_password(PASSPHRASE)
    assert Membership.objects.filter(user=cast.outsider.user).count() == 1


def test_nobody_withdraws_the_invitation_of_somebody_who_may_do_more(cast):
    with activate(cast.organization):
        role = role_of(cast.organization, "admin")
        invited = invitations.invite(actor=cast.owner, email=NIA, name="Nia", roles=[role]).member
        with pytest.raises(MissingPermission):
            invitations.withdraw(actor=cast.agent, member=invited)
        assert Invitation.objects.filter(membership=invited).exists()


# --- Somebody of another organization ---


def test_a_person_of_another_organization_joins_with_the_password_they_have(cast, client):
    address = cast.outsider.user.email
    invite_as_admin(client, cast, email=address)
    outsider = newcomer(link_to(address))
    assert "signs in to Parley already" in outsider.get("/join/").content.decode()
    assert outsider.post("/join/", CHOICE).status_code == 422, "no password can be set by another organization"
    assert outsider.post("/join/", {"password": "not the password"}).status_code == 422
    assert not Membership.objects.get(user__email=address, organization=cast.organization).is_active
    assert outsider.post("/join/", {"password": PASSPHRASE})["Location"] == "/sign-in/"
    assert User.objects.get(email=address).check_password(PASSPHRASE)
    assert Membership.objects.filter(user__email=address, is_active=True).count() == 2


def test_whoever_is_signed_in_here_joins_with_one_click_and_switches(cast, client):
    invite_as_admin(client, cast, email=cast.outsider.user.email)
    outsider = signed_in(Client(), cast.outsider)
    outsider.get(link_to(cast.outsider.user.email))
    assert "You are signed in as" in outsider.get("/join/").content.decode()
    assert outsider.post("/join/")["Location"] == "/"
    outsider.post(f"/organization/{cast.organization.pk}/")
    assert "Harbor Dental" in outsider.get("/settings/account/").content.decode()


def test_being_signed_in_as_somebody_else_or_without_the_second_factor_is_no_proof(cast, client):
    invite_as_admin(client, cast, email=cast.outsider.user.email)
    link = link_to(cast.outsider.user.email)
    for browser in (signed_in(Client(), cast.agent), signed_in(Client(), cast.outsider, factors=("password",))):
        browser.get(link)
        assert browser.post("/join/").status_code == 422
    assert Membership.objects.filter(user=cast.outsider.user, is_active=True).count() == 1


# --- Many at once ---


LIST = f"""Name;E-Mail
Nia Duarte;{NIA}
"Bo, Castellanos" <second_agent@harbor.example>
;NIA@harbor.example
nobody
oscar@northside.example
"""


def test_a_list_is_read_line_by_line(cast):
    with activate(cast.organization):
        lines = inviting_many.read(LIST)
    assert [(line.name, line.verdict) for line in lines] == [
        ("Nia Duarte", Verdict.GOOD),
        ("Bo, Castellanos", Verdict.KNOWN),
        ("NIA", Verdict.TWICE),
        ("nobody", Verdict.NO_ADDRESS),
        ("oscar", Verdict.GOOD),
    ]


def test_odd_lists_are_read_to_their_end(cast):
    with activate(cast.organization):
        assert inviting_many.read("") == []
        assert inviting_many.read("Name,E-mail\n") == []
        many = inviting_many.read("".join(f"p{number}@harbor.example\n" for number in range(500)))
        assert sum(line.verdict is Verdict.GOOD for line in many) == 200
        [line] = inviting_many.read('"a@b.example\nBcc: x')[:1]
        assert line.verdict in {Verdict.GOOD, Verdict.NO_ADDRESS}
        assert inviting_many.read("=cmd|' /C calc'!A0\ta@b.example")[0].email == "a@b.example"


def test_nothing_is_sent_before_the_preview_was_agreed_to(cast, client):
    form = {"text": LIST, "roles": str(role_of(cast.organization, "agent").pk), "teams": [str(cast.billing.pk)]}
    signed_in(client, cast.admin)
    preview = client.post("/settings/people/invite/many/", form).content.decode()
    assert "Invite 2 people" in preview
    assert "Is in the list of people already" in preview
    assert not OutgoingMail.objects.exists()
    assert not User.objects.filter(email=NIA).exists()
    assert client.post("/settings/people/invite/many/", {**form, "send": "1"})["Location"] == "/settings/people/"
    assert len(mails_to(NIA)) == 1
    assert len(mails_to("oscar@northside.example")) == 1
    with activate(cast.organization):
        assert Membership.objects.get(user__email=NIA).team_ids == {cast.billing.pk}
    client.post("/settings/people/invite/many/", {**form, "send": "1"})
    assert len(mails_to(NIA)) == 1, "twice invites nobody twice"


def test_a_file_of_another_encoding_is_read_and_one_that_is_none_is_refused(cast, client):
    signed_in(client, cast.admin)
    role = str(role_of(cast.organization, "agent").pk)
    for raw, status in (
        ("Müller;m@harbor.example".encode("cp1252"), 200),
        ("\ufeffMüller;m@harbor.example".encode(), 200),
        (b"\x89PNG\r\n\x00\x00", 422),
        (b"x" * 60_000, 422),
    ):
        file = SimpleUploadedFile("people.csv", raw)
        page = client.post("/settings/people/invite/many/", {"file": file, "roles": role})
        assert page.status_code == status
        assert status == 422 or "Müller" in page.content.decode()


def test_an_organization_invites_so_many_a_day(cast, client, monkeypatch):
    monkeypatch.setattr(invitations, "MAILS_A_DAY", 1)
    assert invite_as_admin(client, cast).status_code == 200
    assert invite_as_admin(client, cast, email="other@harbor.example").status_code == 422
    assert not User.objects.filter(email="other@harbor.example").exists()

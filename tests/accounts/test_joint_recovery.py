"""A sign-in that opens two organizations is reset by both, and by neither who holds the link nor who has a code."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import deactivation, invitations, joint_recovery
from accounts.founding import add_member
from accounts.models import (
    Invitation,
    Membership,
    OutgoingMail,
    RecoveryAgreement,
    RecoveryRequest,
    Session,
    TotpDevice,
    User,
)
from accounts.tasks import forget_what_ended
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.codes import with_app
from tests.accounts.scim.conftest import connect
from tests.accounts.test_people import NEW_PASSWORD, link_in
from tests.cast import PASSPHRASE, person, signed_in

CHOICE = {"new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD}


@pytest.fixture
def here(cast) -> Membership:
    """Amelia at Harbor Dental; she also works at Northside."""
    with_app(cast.agent.user)
    signed_in(Client(), cast.agent)
    return cast.agent


@pytest.fixture
def there(cast, here) -> Membership:
    return add_member(organization=cast.other_organization, user=here.user, role="agent")


def reset(by: Membership, member: Membership):
    return signed_in(Client(), by).post(f"/settings/people/{member.pk}/reset/", follow=True)


def answer(by: Membership, member: Membership, said: str):
    return signed_in(Client(), by).post(f"/settings/people/{member.pk}/recovery/", {"answer": said}, follow=True)


def code_in(page) -> str:
    found = re.search(r'id="code"[^>]*>([a-z2-7-]{19})<', page.content.decode())
    assert found, page.content.decode()
    return found[1]


def untouched(member: Membership) -> bool:
    user = User.objects.get(pk=member.user_id)
    return user.check_password(PASSPHRASE) and TotpDevice.objects.filter(user=user).exists()


def joins(link: str, **typed: str):
    browser = Client()
    browser.get(link)
    return browser.post("/join/", {**CHOICE, **typed})


def kinds(organization) -> list[str]:
    with activate(organization):
        found = AuditEvent.objects.filter(event__startswith="sign_in:reset").order_by("sequence")
        return list(found.values_list("event", flat=True))


def test_both_agree_and_the_person_needs_the_link_of_one_and_the_code_of_the_other(cast, here, there):
    assert "Nothing is taken away before all have agreed" in reset(cast.admin, here).content.decode()
    assert untouched(here)
    assert Session.objects.filter(user=here.user_id).exists()
    told = set(OutgoingMail.objects.values_list("kind", flat=True))
    assert told == {"recovery_begun", "recovery_asked"}
    assert "have not all agreed" in reset(cast.admin, here).content.decode()
    page = signed_in(Client(), cast.outsider).get(f"/settings/people/{there.pk}/").content.decode()
    assert "Another organization asks" in page
    assert "Harbor" not in page, "who asks is not told"
    code = code_in(answer(cast.outsider, there, "agree"))
    assert untouched(here)
    ours = signed_in(Client(), cast.admin).get(f"/settings/people/{here.pk}/").content.decode()
    assert "Reset now" in ours
    assert "Northside" not in ours
    link = link_in(reset(cast.admin, here))
    assert not TotpDevice.objects.filter(user=here.user_id).exists()
    assert not Session.objects.filter(user=here.user_id).exists()
    for wrong in ({}, {"codes": ""}, {"codes": "aaaa-bbbb-cccc-dddd"}, {"codes": code[:-1]}, {"codes": "x" * 601}):
        assert joins(link, **wrong).status_code == 422, wrong
        assert not User.objects.get(pk=here.user_id).has_usable_password()
    assert joins(link, codes=f" {code.upper()} ").status_code == 302
    assert User.objects.get(pk=here.user_id).check_password(NEW_PASSWORD)
    assert not RecoveryRequest.objects.exists()
    assert joins(link, codes=code).status_code == 404, "once"
    assert kinds(cast.organization) == ["sign_in:reset_asked", "sign_in:reset"]
    assert kinds(cast.other_organization) == ["sign_in:reset_asked", "sign_in:reset_agreed", "sign_in:reset"]


def test_no_organization_puts_a_person_out_of_another_by_asking_or_inviting(cast, here, there):
    reset(cast.admin, here)
    assert reset(cast.admin, here).status_code == 200
    assert untouched(here)
    answer(cast.outsider, there, "refuse")
    assert not RecoveryRequest.objects.exists()
    assert "Nothing is asked" in answer(cast.outsider, there, "agree").content.decode()
    for _round in range(4):
        reset(cast.admin, here)
        RecoveryRequest.objects.all().delete()
    assert "several times today" in reset(cast.admin, here).content.decode()
    assert untouched(here)


def test_who_asks_cannot_agree_for_the_others(cast, here, there):
    reset(cast.admin, here)
    for member, by in ((here, cast.admin), (there, cast.admin), (here, cast.outsider)):
        page = answer(by, member, "agree")
        assert 'id="code"' not in page.content.decode()
    third = add_member(organization=cast.other_organization, user=person("rae@x.example", "Rae"), role="agent")
    assert (
        signed_in(Client(), third).post(f"/settings/people/{there.pk}/recovery/", {"answer": "agree"}).status_code
        == 403
    )
    own = signed_in(Client(), here).post(f"/settings/people/{here.pk}/recovery/", {"answer": "agree"})
    assert own.status_code == 403
    assert not RecoveryAgreement.objects.exists()
    stale = signed_in(Client(), cast.outsider, minutes_ago=11)
    path = f"/settings/people/{there.pk}/recovery/"
    assert stale.post(path, {"answer": "agree"})["Location"].startswith("/confirm/")
    assert signed_in(Client(), cast.outsider).post(path, {"answer": "perhaps"}).status_code == 302
    assert RecoveryRequest.objects.count() == 1
    assert not RecoveryAgreement.objects.exists()


def test_an_organization_that_comes_later_or_whose_admin_left_has_a_say_as_well(cast, here, there):
    reset(cast.admin, here)
    code = code_in(answer(cast.outsider, there, "agree"))
    link = link_in(reset(cast.admin, here))
    RecoveryAgreement.objects.all().delete()  # as when the admin who agreed leaves
    assert joins(link, codes=code).status_code == 422
    again = code_in(answer(cast.outsider, there, "agree"))
    assert joins(link, codes=code).status_code == 422, "the earlier code counts no more"
    assert joins(link, codes=again).status_code == 302


def test_codes_cannot_be_tried_through_the_link(cast, here, there):
    reset(cast.admin, here)
    code = code_in(answer(cast.outsider, there, "agree"))
    link = link_in(reset(cast.admin, here))
    answers = [joins(link, codes="aaaa-bbbb-cccc-dddd").status_code for _ in range(12)]
    assert answers[:10] == [422] * 10
    assert answers[-1] == joins(link, codes=code).status_code == 429


def test_taking_it_back_or_letting_it_end_ends_the_link_too(cast, here, there):
    reset(cast.admin, here)
    code = code_in(answer(cast.outsider, there, "agree"))
    link = link_in(reset(cast.admin, here))
    answer(cast.admin, here, "take_back")
    assert joins(link, codes=code).status_code == 404
    assert not Invitation.objects.exists()
    reset(cast.admin, here)
    answer(cast.outsider, there, "agree")
    link = link_in(reset(cast.admin, here))
    RecoveryRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    forget_what_ended()
    assert joins(link, codes=code).status_code == 404


def test_who_was_deactivated_elsewhere_has_one_organization_and_who_is_suspended_has_two(cast, here, there):
    Membership.objects.filter(pk=there.pk).update(is_active=False, suspended_at=timezone.now())
    reset(cast.admin, here)
    assert untouched(here)
    assert code_in(answer(cast.outsider, there, "agree"))
    RecoveryRequest.objects.all().delete()
    Membership.objects.filter(pk=there.pk).update(suspended_at=None)
    assert "/join/" in link_in(reset(cast.admin, here))
    assert not untouched(here)


def test_a_directory_brings_nobody_back_whose_sign_in_was_reset_elsewhere_meanwhile(cast, here, there):
    """Else an admin here waits until somebody is on leave there, resets their sign-in alone, and comes back as they."""
    company = connect(cast.outsider)
    made = company.add(here.user.email)
    switch = {"op": "replace", "path": "active"}
    assert company.patch(f"Users/{made['id']}", {**switch, "value": False}).status_code == 200
    assert company.patch(f"Users/{made['id']}", {**switch, "value": True}).status_code == 200
    company.patch(f"Users/{made['id']}", {**switch, "value": False})
    link = link_in(reset(cast.admin, here))
    assert joins(link).status_code == 302
    with activate(cast.other_organization), pytest.raises(deactivation.GoneFromDirectory):
        deactivation.reactivate(actor=cast.outsider, member=there)
    assert company.patch(f"Users/{made['id']}", {**switch, "value": True}).json()["active"] is False
    there.refresh_from_db()
    assert not there.is_active
    with activate(cast.other_organization):
        deactivation.reactivate(actor=cast.outsider, member=there)
    there.refresh_from_db()
    assert there.is_active, "an admin decides"


def test_both_asking_at_once_is_asked_once(cast, here, there):
    reset(cast.admin, here)
    with pytest.raises(joint_recovery.AskedAlready):
        joint_recovery.ask(actor=cast.outsider, member=there)
    assert RecoveryRequest.objects.count() == 1
    assert "have not all agreed" not in reset(cast.outsider, there).content.decode()
    assert untouched(here)


def test_an_operators_sign_in_is_not_an_admins_to_reset(cast, here):
    User.objects.filter(pk=here.user_id).update(is_operator=True)
    assert "cannot be reset from here" in reset(cast.owner, here).content.decode()
    assert untouched(here)


def test_leaving_ends_what_the_leaver_asked_for_and_agreed_to(cast, here, there):
    reset(cast.admin, here)
    answer(cast.outsider, there, "agree")
    with activate(cast.organization):
        deactivation.deactivate(actor=cast.owner, member=cast.admin)
    assert not RecoveryRequest.objects.exists()
    assert not RecoveryAgreement.objects.exists()
    reset(cast.owner, here)
    with activate(cast.organization):
        deactivation.deactivate(actor=cast.owner, member=Membership.objects.get(pk=here.pk))
    assert not RecoveryRequest.objects.exists()
    assert AuditKind.SIGN_IN_RESET_ASKED in kinds(cast.organization)
    assert invitations.LINK_LIFE >= joint_recovery.LIFE

"""Everything ends in one transaction, and the receipt says what."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from accounts import deactivation, integrations, mailed_links, ownership
from accounts.deactivation import AlreadyEnded, By, CannotTakeOver, LastOwner, OwnMembership
from accounts.invitations import open_invitation
from accounts.leaving import plans
from accounts.leaving.steps import steps
from accounts.leaving.trying import CannotBeTried, try_doors
from accounts.mailed_links import Purpose
from accounts.models import (
    ApiKey,
    BreakGlass,
    DirectoryToken,
    DoorTrial,
    Enforced,
    Invitation,
    MailedLink,
    Membership,
    OffboardingReceipt,
    RememberedDevice,
    Session,
    SignInPolicy,
    SsoDoor,
    User,
)
from accounts.permissions import MissingPermission
from accounts.scim import connecting
from accounts.sessions import session_with
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.codes import with_app
from tests.accounts.leaving.conftest import hashed
from tests.accounts.saml.office import open_office
from tests.cast import signed_in
from texting.live.access import claims_hold


def leave(cast, member, **more) -> OffboardingReceipt:
    with activate(cast.organization):
        return deactivation.deactivate(actor=cast.owner, member=member, **more)


def ended(receipt: OffboardingReceipt) -> dict[str, list[dict[str, str]]]:
    with activate(receipt.organization_id):
        details = json.loads(OffboardingReceipt.objects.get(pk=receipt.pk).details)
    return {one["name"]: one["items"] for one in details["steps"]}


def test_every_door_that_was_open_is_closed_and_stands_on_the_receipt(cast, holder):
    assert session_with(hashed(holder.session_key))
    with activate(cast.organization):
        assert claims_hold(holder.live)
    assert open_invitation(hashed(holder.invitation))
    assert mailed_links.opened(Purpose.PASSWORD, hashed(holder.password_link))
    assert integrations.opened_by(holder.api_key, "198.51.100.7")
    assert connecting.opened_by(holder.directory_token, None)

    items = ended(leave(cast, holder.member))

    assert session_with(hashed(holder.session_key)) is None
    with activate(cast.organization):
        assert not claims_hold(holder.live)
    assert open_invitation(hashed(holder.invitation)) is None
    assert mailed_links.opened(Purpose.PASSWORD, hashed(holder.password_link)) is None
    assert integrations.opened_by(holder.api_key, "198.51.100.7") is None
    assert connecting.opened_by(holder.directory_token, None) is None
    counts = {name: len({item["id"] for item in found}) for name, found in items.items()}
    assert counts == {
        "sign_in": 1,
        "single_sign_on": 0,
        "live_streams": 2,
        "sessions": 2,
        "remembered_devices": 1,
        "push_devices": 1,
        "links_to_them": 0,
        "password_links": 1,
        "links_from_them": 1,
        "api_keys": 1,
        "directory_tokens": 1,
        "queued_texts": 0,
        "scheduled_texts": 0,
        "exports": 0,
        "standing_runs": 0,
        "own_templates": 0,
        "calling_numbers": 0,
        "planned_calls": 0,
        "escalations": 0,
        "conversations": 0,
        "announcements": 0,
        "automations": 0,
    }


def test_a_receipt_holds_no_secret(cast, holder):
    receipt = leave(cast, holder.member)
    with activate(cast.organization):
        text = OffboardingReceipt.objects.get(pk=receipt.pk).details
    for secret in (holder.session_key, holder.invitation, holder.password_link, holder.api_key, holder.directory_token):
        assert secret not in text


def test_what_others_hold_stays(cast, holder):
    bystander = signed_in(Client(), cast.agent)
    with activate(cast.organization):
        wish = integrations.Wish("Till", frozenset(), None)
        theirs = integrations.create(actor=cast.owner, wish=wish).secret
    leave(cast, holder.member)
    assert bystander.get("/settings/account/").status_code == 200
    assert integrations.opened_by(theirs, None)
    assert Membership.objects.get(pk=holder.invited.pk).joined_at is None  # still on the list, to be sent a new link


def test_the_person_invited_gets_a_new_link_from_somebody_else(cast, holder, client):
    leave(cast, holder.member)
    page = signed_in(client, cast.owner).post(f"/settings/people/{holder.invited.pk}/link/")
    assert page.status_code == 200
    assert Invitation.objects.get(membership=holder.invited).made_by_id == cast.owner.pk


def test_a_trial_finds_every_door_closed(cast, holder):
    receipt = leave(cast, holder.member)
    with activate(cast.organization):
        trial = try_doors(receipt)
    tried = {one["step"]: one["tried"] for one in trial.found}
    assert [one["step"] for one in trial.found] == [step.name for step in steps()]
    assert all(one["open"] == 0 and not one["failed"] for one in trial.found)
    assert tried["sessions"] == 2
    assert tried["live_streams"] == 2
    assert tried["links_from_them"] == 2  # the copied link and the mailed one
    assert (
        tried["remembered_devices"]
        == tried["push_devices"]
        == tried["api_keys"]
        == tried["directory_tokens"]
        == tried["password_links"]
        == tried["sign_in"]
        == 1
    )


def revived_key(cast, holder):
    ApiKey.objects.filter(made_by=holder.member).update(ends_at=None)
    return "api_keys"


def revived_link(cast, holder):
    with activate(cast.organization):
        Invitation.objects.create(
            membership=holder.invited, token_hash=hashed(holder.invitation), expires_at="2999-01-01T00:00Z"
        )
    return "links_from_them"


def revived_device(cast, holder):
    member = Membership.objects.get(pk=holder.member.pk)
    RememberedDevice.objects.create(membership=member, token_hash=hashed("r" * 43), factor="totp", epoch=member.epoch)
    return "remembered_devices"


def revived_token(cast, holder):
    with activate(cast.organization):
        DirectoryToken.objects.filter(made_by=holder.member).update(ends_at=timezone.now() + timedelta(days=1))
    return "directory_tokens"


def revived_password_link(cast, holder):
    later, user = timezone.now() + timedelta(hours=1), User.objects.get(pk=holder.member.user_id)
    link = MailedLink(purpose=Purpose.PASSWORD, user=user, epoch=user.auth_epoch, payload="{}", expires_at=later)
    link.token_hash = hashed(holder.password_link)
    link.save(force_insert=True)
    return "password_links"


@pytest.mark.parametrize("reopen", [revived_key, revived_link, revived_device, revived_token, revived_password_link])
def test_a_trial_tells_of_a_door_that_stands_open(cast, holder, reopen):
    SignInPolicy.objects.update_or_create(organization=cast.organization, defaults={"remember_days": 7})
    with_app(holder.member.user)
    receipt = leave(cast, holder.member)
    step = reopen(cast, holder)
    with activate(cast.organization):
        trial = try_doors(receipt)
    assert [one["step"] for one in trial.found if one["open"]] == [step]
    with activate(cast.organization):
        assert AuditEvent.objects.filter(event=AuditKind.RECEIPT_TRIED.value).exists()


def test_the_session_of_somebody_let_in_behind_our_back_is_found(cast, holder):
    """The switch was turned in the database: the trial says which doors that opened."""
    receipt = leave(cast, holder.member)
    Membership.objects.filter(pk=holder.member.pk).update(is_active=True)
    signed_in(Client(), Membership.objects.select_related("user").get(pk=holder.member.pk))
    with activate(cast.organization), pytest.raises(CannotBeTried):
        try_doors(receipt)


def test_a_receipt_cannot_be_changed_or_deleted(cast):
    receipt = leave(cast, cast.agent)
    with activate(cast.organization):
        trial = try_doors(receipt)
    for model, pk in ((OffboardingReceipt, receipt.pk), (DoorTrial, trial.pk)):
        for act in ("update", "delete"):
            with pytest.raises(DatabaseError), transaction.atomic(), activate(cast.organization):
                rows = model.objects.filter(pk=pk)
                rows.update(at="2020-01-01T00:00Z") if act == "update" else rows._raw_delete("default")


def test_the_log_names_the_receipt_and_what_ended(cast, holder):
    receipt = leave(cast, holder.member)
    with activate(cast.organization):
        event = AuditEvent.objects.get(event=AuditKind.MEMBER_DEACTIVATED.value)
        details = json.loads(event.details)
    assert event.actor_id == cast.owner.pk
    assert details["receipt"] == str(receipt.pk)
    assert details["sessions_ended"] == 2
    assert details["ended"]["api_keys"] == 1


def test_suspending_closes_the_same_doors_and_looks_different(cast, holder):
    with activate(cast.organization):
        receipt = deactivation.suspend(actor=cast.owner, member=holder.member)
    assert receipt.kind == OffboardingReceipt.Kind.SUSPENDED
    assert session_with(hashed(holder.session_key)) is None
    assert integrations.opened_by(holder.api_key, None) is None
    assert Membership.objects.get(pk=holder.member.pk).state == "Suspended"
    with activate(cast.organization):
        deactivation.reactivate(actor=cast.owner, member=holder.member)
    back = Membership.objects.get(pk=holder.member.pk)
    assert back.state == "Active"
    with activate(cast.organization):
        assert back.permissions
    assert integrations.opened_by(holder.api_key, None) is None
    assert not Session.objects.filter(membership=back).exists()


def test_somebody_suspended_can_be_deactivated_and_nobody_twice(cast):
    with activate(cast.organization):
        deactivation.suspend(actor=cast.owner, member=cast.agent)
        with pytest.raises(AlreadyEnded):
            deactivation.suspend(actor=cast.owner, member=cast.agent)
        deactivation.deactivate(actor=cast.owner, member=cast.agent)
        with pytest.raises(AlreadyEnded):
            deactivation.deactivate(actor=cast.owner, member=cast.agent)
        assert OffboardingReceipt.objects.count() == 2
    assert Membership.objects.get(pk=cast.agent.pk).state == "Deactivated"


@pytest.mark.parametrize("how", [deactivation.deactivate, deactivation.suspend])
def test_a_refusal_ends_nothing(cast, how):
    signed_in(Client(), cast.owner)
    signed_in(Client(), cast.agent)
    with activate(cast.organization):
        for actor, member, refusal in (
            (cast.owner, cast.owner, OwnMembership),
            (cast.admin, cast.owner, MissingPermission),
            (cast.supervisor, cast.agent, MissingPermission),
            (cast.agent, cast.admin, MissingPermission),
        ):
            with pytest.raises(refusal):
                how(actor=actor, member=member)
        for taker in (cast.agent, cast.leaver, cast.outsider):
            with pytest.raises(CannotTakeOver):
                how(actor=cast.owner, member=cast.agent, hand_to=taker)
        assert OffboardingReceipt.objects.count() == 0
    assert Session.objects.count() == 2
    assert Membership.objects.get(pk=cast.agent.pk).is_active


def test_the_directory_cannot_end_the_last_owner_and_can_end_whom_an_admin_suspended(cast):
    ending = deactivation.Ending(by=By.DIRECTORY)
    with activate(cast.organization):
        with pytest.raises(LastOwner):
            deactivation.end_everything(actor=cast.admin, member=cast.owner, ending=ending)
        deactivation.suspend(actor=cast.owner, member=cast.agent)
        receipt = deactivation.end_everything(actor=cast.admin, member=cast.agent, ending=ending)
    assert receipt.by == By.DIRECTORY
    assert Membership.objects.get(pk=cast.agent.pk).state == "Deactivated"


def test_the_last_owner_who_may_come_in_without_single_sign_on_stays(cast):
    """With the provider down nobody else could come in and change that."""
    open_office(cast.owner)
    with activate(cast.organization):
        ownership.make_owner(actor=cast.owner, member=cast.admin)
        BreakGlass.objects.create(membership=cast.admin, made_by=cast.owner)
        SsoDoor.objects.update(enforced=Enforced.EVERYBODY)
        with pytest.raises(LastOwner):
            ownership.unmake_owner(actor=cast.owner, member=cast.admin)
        later = timezone.now() + timedelta(days=1)
        with pytest.raises(LastOwner):
            plans.plan(actor=cast.owner, member=cast.admin, due_at=later)
    with pytest.raises(LastOwner):
        leave(cast, cast.admin)
    assert Membership.objects.get(pk=cast.admin.pk).is_active
    with activate(cast.organization):
        BreakGlass.objects.create(membership=cast.owner, made_by=cast.owner)
    leave(cast, cast.admin)
    assert not Membership.objects.get(pk=cast.admin.pk).is_active

"""What has ended is forgotten, what counts stays."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts import second_factor
from accounts.invitations import new_link
from accounts.models import Invitation, Session, SignInEvent, TotpDevice
from accounts.tasks import KEEP_ATTEMPTS, forget_what_ended
from tests.accounts.codes import with_app
from tests.cast import signed_in


def test_only_what_ended_goes(cast):
    past = timezone.now() - KEEP_ATTEMPTS - timedelta(days=1)
    for member in (cast.agent, cast.second_agent, cast.auditor):
        signed_in(Client(), member)
    Session.objects.filter(membership=cast.second_agent).update(expires_at=past)
    Session.objects.filter(membership=cast.auditor).update(last_seen_at=past)
    new_link(cast.leaver)
    new_link(cast.auditor)
    Invitation.objects.filter(membership=cast.leaver).update(expires_at=past)
    for at in (past, timezone.now()):
        SignInEvent.objects.create(account=b"a", origin=b"o", network=b"n", at=at)
    with_app(cast.admin.user)
    second_factor.device_being_set_up(cast.agent.user)
    second_factor.device_being_set_up(cast.auditor.user)
    TotpDevice.objects.exclude(user=cast.agent.user).update(created_at=past)

    counts = {"sessions": 2, "invitations": 1, "links": 0, "attempts": 1, "set_ups": 1}
    counts |= {"history": 0, "sso": 0, "mails": 0, "answers": 0, "codes": 0, "devices": 0, "recoveries": 0}
    assert forget_what_ended() == counts

    assert Session.objects.get().membership_id == cast.agent.pk
    assert Invitation.objects.get().membership_id == cast.auditor.pk
    assert set(TotpDevice.objects.values_list("user_id", flat=True)) == {cast.admin.user_id, cast.agent.user_id}
    assert forget_what_ended() == dict.fromkeys(counts, 0)

"""Mails to those who can do something about it, and to nobody else."""

from accounts import notices
from accounts.mail import MailKind
from accounts.models import OutgoingMail
from accounts.permissions import Permission
from tenancy.isolation import activate
from tests.cast import signed_in
from tests.mailed import mails_to
from texting.limits import notices as ceilings
from texting.limits.alarms import Window


def tell(cast) -> int:
    with activate(cast.organization):
        return notices.tell(Permission.WEBHOOKS_MANAGE, MailKind.WEBHOOK_STOPPED, route="webhooks")


def test_those_who_hold_the_permission_get_it_and_nobody_else(cast):
    assert tell(cast) == 2
    for member in (cast.owner, cast.admin):
        [text] = mails_to(member.user.email)
        assert "http://127.0.0.1:8000/settings/webhooks/" in text
    for member in (cast.agent, cast.supervisor, cast.leaver, cast.outsider):
        assert mails_to(member.user.email) == []


def test_whoever_wants_none_says_so_in_their_account(cast, client):
    signed_in(client, cast.admin).post("/settings/account/mails/", {"wants": "0"})
    assert tell(cast) == 1
    assert mails_to(cast.admin.user.email) == []
    client.post("/settings/account/mails/", {"wants": "1"})
    assert tell(cast) == 2


def test_a_ceiling_is_told_once_at_each_mark(cast):
    class Here:
        segments_a_day, micros_a_day, day = 100, 10**9, None

    def at(segments: int) -> None:
        window = Window(None, b"", None, 1, segments, 0, [], [])
        with activate(cast.organization):
            ceilings.tell(window, Here(), 1, 0)

    for segments, mails in ((79, 0), (80, 2), (81, 2), (99, 2), (100, 4), (101, 4)):
        at(segments)
        assert OutgoingMail.objects.count() == mails, segments
    assert "80 percent" in mails_to(cast.owner.user.email)[0]
    assert "has reached" in mails_to(cast.owner.user.email)[1]

"""Whoever has left something unread for some minutes is mailed, once, without a word of what it is."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import OutgoingMail
from tenancy.isolation import activate
from tests.texting.desk import desk
from texting import conversations
from texting.models import Notification
from texting.notifications import mailing

__all__ = ["desk"]

Kind = Notification.Kind


@pytest.fixture
def waiting(desk):
    """Bo was mentioned a quarter of an hour ago, at noon where the organization is."""
    mention(desk, desk.hear(name="Ada Lovelace"))
    return desk


def mention(desk, conversation, *, minutes=15):
    with activate(desk.organization):
        note = conversations.add_note(member=desk.cast.agent, conversation=conversation, body="@Bo Castellanos secret")
        Notification.objects.filter(note=note).update(at=timezone.now() - timedelta(minutes=minutes))
        return note


def mails():
    mailing.mail_unread()
    return [mail for mail in OutgoingMail.objects.all() if mail.kind == "notifications_wait"]


def choose(desk, **values):
    every = {"app": Kind.values, "email": Kind.values, "told": [str(desk.line.team_id)]}
    return desk.as_(desk.cast.second_agent).post(reverse("notification_settings"), every | values)


def test_one_mail_goes_until_the_member_has_looked_and_then_another(waiting):
    bo = waiting.cast.second_agent
    assert [mail.address for mail in mails()] == [bo.user.email]
    mention(waiting, waiting.hear(number="+12125550182"))
    assert len(mails()) == 1
    waiting.as_(bo).post(reverse("read_notifications"))
    mention(waiting, waiting.hear(number="+12125550182"))
    assert len(mails()) == 2


def test_the_mail_says_nothing_of_anybody(waiting):
    (mail,) = mails()
    text = mail.content
    for secret in ("Ada", "Lovelace", "secret", "Amelia", "0181", "Front desk", "Main line"):
        assert secret not in text
    assert "/notifications/" in text


@pytest.mark.parametrize("minutes", [1, 9, 60 * 25])
def test_what_is_too_new_or_too_old_is_not_mailed(desk, minutes):
    mention(desk, desk.hear(), minutes=minutes)
    assert mails() == []


def test_what_was_read_or_may_no_longer_be_seen_is_not_mailed(waiting):
    with activate(waiting.organization):
        conversations.assign(
            member=waiting.cast.supervisor, conversation=waiting.hear(), to=waiting.cast.agent.pk, was=None
        )
        type(waiting.line.team).objects.filter(pk=waiting.line.team_id).update(visibility="assigned")
    assert mails() == []


def test_who_wants_no_mail_of_a_kind_gets_none(waiting):
    assert choose(waiting, email=[Kind.TEXT]).status_code == 302
    assert mails() == []


def test_a_leaver_gets_none(waiting):
    bo = waiting.cast.second_agent
    bo.is_active = False
    bo.save(update_fields=["is_active"])
    assert mails() == []


@pytest.mark.parametrize(
    "case",
    [
        ("18:00", "08:00", "23:30", True),
        ("18:00", "08:00", "07:59", True),
        ("18:00", "08:00", "08:00", False),
        ("18:00", "08:00", "17:59", False),
        ("12:00", "13:00", "12:00", True),
        ("12:00", "13:00", "13:00", False),
    ],
)
def test_quiet_hours_put_a_mail_off_and_do_not_drop_it(waiting, time_machine, case):
    begin, end, now, is_quiet = case
    choose(waiting, is_quiet="on", quiet_from=begin, quiet_until=end)
    zone = ZoneInfo(waiting.organization.time_zone)
    hour, minute = map(int, now.split(":"))
    at = datetime(2026, 11, 25, hour, minute, tzinfo=zone)
    with activate(waiting.organization):
        Notification.objects.update(at=at - timedelta(minutes=15))
    time_machine.move_to(at, tick=False)
    assert len(mails()) == (0 if is_quiet else 1)
    if is_quiet:
        later = at.replace(hour=14) if end == "13:00" else at.replace(hour=8) + timedelta(days=hour > 12)
        time_machine.move_to(later, tick=False)
        assert len(mails()) == 1


@pytest.mark.parametrize(
    "wrong", [{"quiet_from": ""}, {"quiet_until": "25:00"}, {"quiet_from": "9:00", "quiet_until": "09:00"}]
)
def test_quiet_hours_that_are_none_are_refused(waiting, wrong):
    assert (
        choose(waiting, **({"is_quiet": "on", "quiet_from": "18:00", "quiet_until": "08:00"} | wrong)).status_code
        == 422
    )


def test_old_ones_are_forgotten_and_others_kept(waiting):
    with activate(waiting.organization):
        Notification.objects.update(at=timezone.now() - timedelta(days=91))
    mention(waiting, waiting.hear(number="+12125550182"))
    mailing.forget_old()
    with activate(waiting.organization):
        assert Notification.objects.count() == 1

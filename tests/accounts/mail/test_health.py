"""What whoever runs the installation is told of its mails."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import mail
from accounts.mail.health import mail_health
from accounts.models import OutgoingMail

pytestmark = pytest.mark.django_db


def queued(minutes_ago=0):
    pk = mail.queue(to="ada@harbor.example", kind=mail.MailKind.TRIAL)
    OutgoingMail.objects.filter(pk=pk).update(queued_at=timezone.now() - timedelta(minutes=minutes_ago))
    return pk


def end(pk, state, hours_ago=0):
    ended_at = timezone.now() - timedelta(hours=hours_ago)
    OutgoingMail.objects.filter(pk=pk).update(state=state, address=None, content=None, ended_at=ended_at)


def test_without_mails_everything_is_well():
    found = mail_health()
    assert (found.sentence, found.oldest_seconds, found.waiting) == ("ok", None, 0)


def test_a_mail_that_has_just_been_queued_is_no_trouble():
    queued()
    assert (mail_health().sentence, mail_health().waiting) == ("ok", 1)


def test_the_oldest_unsent_mail_is_told_of():
    queued(minutes_ago=5)
    queued(minutes_ago=30)
    assert mail_health().oldest_seconds == pytest.approx(1800, abs=5)
    assert mail_health().sentence.startswith("oldest unsent mail waits for 18")


def test_what_came_to_nothing_within_a_day_is_counted():
    end(queued(), OutgoingMail.State.REFUSED)
    end(queued(), OutgoingMail.State.EXPIRED)
    end(queued(), OutgoingMail.State.REFUSED, hours_ago=25)
    end(queued(), OutgoingMail.State.SENT)
    found = mail_health()
    assert (found.refused, found.expired) == (1, 1)
    assert found.sentence == "1 refused within a day, 1 expired within a day"

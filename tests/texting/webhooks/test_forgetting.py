"""What the quarantine keeps ends by itself, and its keys with it."""

from datetime import UTC, datetime, timedelta

import time_machine

from retention import certificates
from retention.kinds import Kind
from retention.models import Purge, RetentionPolicy
from retention.purging import running
from tenancy.audit_checkpoints import trusted_keys
from tenancy.encryption import keyring
from tenancy.isolation import activate
from tenancy.models import AuditEvent, DataKey
from tests.texting.twilio_line import cast, twilio
from texting import tasks
from texting.models import QuarantineHour
from texting.models.quarantine import DAY_KIND

__all__ = ["cast", "twilio"]

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


def keys(twilio) -> list[str]:
    with keyring.keys_of(twilio.cast.organization.pk):
        return sorted(DataKey.objects.filter(kind=DAY_KIND).values_list("scope", flat=True))


def test_old_ones_go_with_their_keys_and_the_others_stay(twilio):
    for days in (0, 1, 14):
        with time_machine.travel(NOON + timedelta(days=days), tick=False):
            twilio.post(secret="guessed", MessageSid=f"SM{days}")
    with time_machine.travel(NOON + timedelta(days=14, hours=13), tick=False):
        assert tasks.forget_quarantine() == {"requests": 1, "failed": 0}
        assert tasks.forget_quarantine() == {"requests": 0, "failed": 0}
    assert [row.received_at.day for row in twilio.kept()] == [4, 17]
    assert keys(twilio) == ["2026-11-04", "2026-11-17"]
    with activate(twilio.cast.organization):
        assert QuarantineHour.objects.count() == 2
        forgotten = AuditEvent.objects.get(event="webhook:forgotten")
        assert '"count": 1' in forgotten.details


def test_what_ended_is_forgotten_too(twilio):
    from texting.webhooks import quarantine

    with time_machine.travel(NOON, tick=False):
        twilio.post(secret="guessed")
        with activate(twilio.cast.organization):
            quarantine.discard_all(actor=twilio.cast.admin)
    with time_machine.travel(NOON + timedelta(days=20), tick=False):
        assert tasks.forget_quarantine()["requests"] == 1
    assert (twilio.kept(), keys(twilio)) == ([], [])


def test_a_chosen_period_goes_before_the_installations_days_and_its_purge_comes_first(twilio, settings):
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    with time_machine.travel(NOON, tick=False):
        twilio.post(secret="guessed")
        with activate(twilio.cast.organization):
            RetentionPolicy.objects.create(kind=Kind.WEBHOOKS, days=40, set_at=NOON)
    with time_machine.travel(NOON + timedelta(days=39), tick=False):
        assert tasks.forget_quarantine()["requests"] == 0, "the installation forgets after 14 days"
        assert running.run_nights()["failed"] == 0
        assert len(twilio.kept()) == 1
    with time_machine.travel(NOON + timedelta(days=42), tick=False):
        assert tasks.forget_quarantine()["requests"] == 0
        assert running.run_nights()["failed"] == 0
        assert (twilio.kept(), keys(twilio)) == ([], [])
        with activate(twilio.cast.organization):
            said = certificates.verify(Purge.objects.latest("at").certificate, trusted_keys())
            assert said["ended"]["webhooks"] == {"texting.QuarantinedRequest": 1}
    with time_machine.travel(NOON + timedelta(days=44), tick=False):
        tasks.forget_quarantine()
        with activate(twilio.cast.organization):
            assert not QuarantineHour.objects.exists(), "of what no key seals the clock forgets"

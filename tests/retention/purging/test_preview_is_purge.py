"""What the preview says of a night is what the purge of that night ends, of every kind that ends row by row or by day.

Words and files: `test_foreseeing`. Here the purge really runs, for three nights one after the other, and rows are asked
what of them can still be read.
"""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.models import Finding
from portal.models import PaymentRequest, SecureReply
from retention.choices import Choices
from retention.foreseeing import foresee
from retention.kinds import Kind
from retention.models import DataExportPart, Purge, RetentionPolicy
from retention.purging import running
from retention.subjects import SUBJECTS
from tenancy.encryption import EncryptionError, keyring
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.retention.old_rows import OldRows
from tests.texting.desk import FIRST, SECOND
from texting.models import Conversation, QuarantinedRequest, WebhookAttempt

PERIODS = {
    Kind.FINDINGS: (30, 45, 731),
    Kind.SECURE_REPLIES: (7, 31, 365),
    Kind.PAYMENTS: (30, 90, 731),
    Kind.WEBHOOKS: (4, 30, 90),
    Kind.EXPORTS: (1, 7, 30),
    Kind.AUDIT: (366, 731, 2192),
}
ZONES = ("America/Los_Angeles", "Europe/Athens", "Pacific/Auckland")
NIGHTS, ROWS = 3, 6


def keep_the_first(subject):
    """All of one customer's conversation."""
    if subject.conversation is None:
        return None
    kept = Conversation.objects.filter(contact__number_masked__endswith=FIRST[-4:])
    return subject.of(subject.conversation, "__in", kept.values("pk"))


@pytest.mark.usefixtures("without_waiting")
@pytest.mark.parametrize("seed", range(3))
def test_the_purge_of_each_night_ends_what_the_preview_says(desk, settings, seed):
    dice, zone, start = random.Random(seed), ZONES[seed], timezone.now() - timedelta(days=NIGHTS + 1)  # noqa: S311
    settings.RETENTION_KEEPERS = [f"{__name__}.keep_the_first"] if seed else []
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    talks = [desk.hear("Hello", number=FIRST), desk.hear("Hello", number=SECOND, line=desk.billing_line)]
    with activate(desk.organization):
        desk.organization.time_zone = zone
        desk.organization.save(update_fields=["time_zone"])
        periods = chosen(dice, start, desk.billing_line.team)
        nights = foresee(Choices.load(), zone=zone, at=start, kinds=[Kind.EXPORTS]).nights[:NIGHTS]
        strew(dice, OldRows(desk), talks, periods, nights)
        seen = foresee(Choices.load(), zone=zone, at=start, kinds=PERIODS)
        before = speaking()
    ended = 0
    for at, night in enumerate(nights):
        with activate(desk.organization):
            assert running.begin_night(night) is not None
        running.go_on(desk.organization.pk)
        keyring.forget_everything()
        with activate(desk.organization):
            assert Purge.objects.latest("at").state == "done"
            after = speaking()
            for kind in PERIODS:
                shown = sum(one.counts[at] for one in seen.of(kind))
                assert len(before[kind] - after[kind]) == shown, (kind, at)
                ended += shown
        before = after
    assert ended > len(PERIODS), "something ends"
    assert all(before.values()), "and something stays"


def test_details_of_the_log_whose_keys_are_gone_are_not_still_to_end(desk, settings):
    """Their rows are never written to; what is left of them nobody opens."""
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    now = timezone.now()
    with activate(desk.organization):
        RetentionPolicy.objects.create(kind=Kind.AUDIT, days=366, set_at=now)
        rows = OldRows(desk)
        for age in (900, 600, 340):
            rows.event(now - timedelta(days=age))
        before = foresee(Choices.load(), zone="UTC", at=now, kinds=[Kind.AUDIT])
        assert (sum(before.by_night()), before.by_night()[0]) == (3, 2)
    assert running.run_nights()["failed"] == 0
    with activate(desk.organization):
        after = foresee(Choices.load(), zone="UTC", at=now, kinds=[Kind.AUDIT])
        assert (sum(after.by_night()), after.by_night()[0]) == (1, 0)
        (log,) = after.of(Kind.AUDIT)
        assert log.oldest > now - timedelta(days=341)


def chosen(dice, start, team) -> dict[Kind, list[int]]:
    """A period of each kind, and of the team another where it may have one; all count since long ago."""
    long_ago, found = start - timedelta(days=30), {}
    for kind, periods in PERIODS.items():
        found[kind] = [dice.choice(periods)]
        RetentionPolicy.objects.create(kind=kind, days=found[kind][0], set_at=long_ago, starts_at=long_ago)
        if any(subject.team for subject in SUBJECTS[kind]):
            found[kind].append(dice.choice(periods))
            own = {"days": found[kind][1], "set_at": long_ago, "starts_at": long_ago}
            RetentionPolicy.objects.create(kind=kind, team=team, **own)
    return found


def strew(dice, rows: OldRows, talks, periods, nights) -> None:
    """Rows of each kind within a day of the ends of periods in these nights, and one of each that is young."""
    for _ in range(ROWS):
        for kind, days in periods.items():
            at = dice.choice(nights) - timedelta(days=dice.choice(days), seconds=dice.randrange(-86_400, 86_400))
            make(dice, rows, dice.choice(talks), kind, at)
    for kind in periods:
        make(dice, rows, talks[1], kind, nights[-1] - timedelta(hours=1))


def make(dice, rows: OldRows, one: Conversation, kind: Kind, at) -> None:
    match kind:
        case Kind.FINDINGS:
            because = dice.choice([None, "They asked for it"])
            rows.finding(one, at, because=because, speaks=because is None or dice.random() < 0.5)
        case Kind.SECURE_REPLIES:
            rows.reply(one, at)
        case Kind.PAYMENTS:
            rows.payment(one, at)
        case Kind.WEBHOOKS:
            (rows.answer, rows.refused)[at.second % 2](at)
        case Kind.EXPORTS:
            rows.export(at)
        case Kind.AUDIT:
            rows.event(at, details=dice.choice([None, '{"days": 3}', '{"days": 3}']))


def speaking() -> dict[Kind, set]:
    """Rows of each kind of which something can be read: asked of the rows, and of nothing that the preview asks."""
    return {
        Kind.FINDINGS: {
            row for row in Finding.objects.all() if row.digest or "1111" in row.masked or is_open(row, "because")
        },
        Kind.SECURE_REPLIES: {row for row in SecureReply.objects.all() if is_open(row, "body")},
        Kind.PAYMENTS: {row for row in PaymentRequest.objects.all() if is_open(row, "description")},
        Kind.WEBHOOKS: {
            *(row for row in WebhookAttempt.objects.all() if is_open(row, "answer")),
            *(row for row in QuarantinedRequest.objects.all() if is_open(row, "request")),
        },
        Kind.EXPORTS: {row.export for row in DataExportPart.objects.all() if is_open(row, "content")},
        Kind.AUDIT: {row for row in AuditEvent.objects.filter(event="audit:read") if is_open(row, "details")},
    }


def is_open(row, column: str) -> bool:
    try:
        return bool(getattr(row, column))
    except EncryptionError:
        return False

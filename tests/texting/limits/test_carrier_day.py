"""A brand's day at the carriers: its cap is never passed, and what does not fit waits or says why it did not leave."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from django.utils import timezone as clock
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from accounts.models import Membership, MembershipRole, Role, User
from tenancy import audit
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.conftest import lift_limits, make_scene
from tests.texting.limits.conftest import Street
from tests.texting.test_turns import more_lines
from texting import delivery, explaining, outbox, preparing
from texting.limits.carriers import changing, days, showing
from texting.limits.carriers.changing import BrandSettings, CampaignSettings
from texting.limits.carriers.days import day_of, days_at, next_day
from texting.models import Brand, LineKey, Message, OutboxEntry, SendAttempt, SendingCount
from texting.providers import base
from texting.purposes import Purpose
from texting.queries import NotYours
from texting.statuses import ErrorKind, MessageStatus

FAST = CampaignSettings("Reminders", "", "score_75", 4_500, 2_400)


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    """The carriers' clock shows about noon, whenever the tests run."""
    hours = 12 - datetime.now(UTC).hour
    monkeypatch.setattr(days, "ZONE", timezone(timedelta(hours=hours)))


def admin_of(scene) -> Membership:
    user, _ = User.objects.get_or_create(
        email=f"admin@{scene.organization.slug}.example", defaults={"name": "Ada Lindqvist", "password": "!"}
    )
    member, made = Membership.objects.get_or_create(user=user, organization=scene.organization)
    if made:
        role = Role.objects.create(name="Admin", built_in="admin")
        MembershipRole.objects.create(membership=member, role=role)
    return member


def register(scene, cap: int | None, *lines, name="Harbor Dental LLC") -> Brand:
    """A brand of the organization with one campaign; needs the organization to be active."""
    actor = admin_of(scene)
    brand = changing.add_brand(member=actor, settings=BrandSettings(name, "BN1", "other", cap))
    ids = [line.pk for line in lines or (scene.line,)]
    settings = replace(FAST, name=f"Of {name}")
    changing.add_campaign(member=actor, brand_id=brand.pk, settings=settings, lines=ids)
    scene.line.refresh_from_db()
    LineKey.objects.update(texts_per_second=500)
    return brand


def used(brand: Brand) -> int:
    rows = SendingCount.objects.filter(kind="brand", key=brand.pk.bytes, begins_at=day_of(clock.now()))
    return rows.values_list("segments", flat=True).first() or 0


def texts(street: Street, count: int, purpose=Purpose.REPLY, first=0) -> list[Message]:
    return [street.text(f"+1212{300 + first + n}2001", purpose=purpose) for n in range(count)]


def fresh(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def words(message: Message) -> explaining.Explanation:
    row = fresh(message)
    kind = ErrorKind(row.error_kind) if row.error_kind else None
    return explaining.explain(MessageStatus(row.status), kind, row.provider_code)


def test_what_does_not_fit_waits_for_the_next_day_and_says_so(street, far_end):
    lift_limits(street.scene.organization)
    brand = register(street.scene, 10)
    messages = texts(street, 11, Purpose.BULK)
    delivery.deliver_line(street.scene.line.pk)
    assert len(far_end.ledger) == used(brand) == 9  # a tenth is kept for people
    late = [message for message in messages if fresh(message).status == MessageStatus.QUEUED]
    assert len(late) == 2
    assert words(late[0]).label == "Waits for tomorrow"
    entry = OutboxEntry.objects.get(pk=late[0].pk)
    assert entry.due_at >= next_day(day_of(clock.now()))
    assert entry.expires_at > entry.due_at
    [shown] = showing.waiting_brands(admin_of(street.scene))
    assert (shown.waiting, shown.used, shown.bulk_waits, shown.is_reached) == (2, 9, True, False)
    day = SendingCount.objects.get(kind="day")
    assert day.segments == 9  # what waits has its place in our own day when it leaves

    SendingCount.objects.filter(kind="brand").update(begins_at=day_of(clock.now() - timedelta(days=1)))
    OutboxEntry.objects.update(due_at=clock.now())
    delivery.deliver_line(street.scene.line.pk)
    assert len(far_end.ledger) == 11
    assert fresh(late[0]).provider_code == ""
    assert used(brand) == 2


def test_replies_use_the_last_tenth_and_then_fail_at_once_with_the_reason(street, far_end):
    lift_limits(street.scene.organization)
    brand = register(street.scene, 10)
    texts(street, 10, Purpose.BULK)
    replies = texts(street, 2, first=50)
    delivery.deliver_line(street.scene.line.pk)
    assert used(brand) == len(far_end.ledger) == 9
    assert {fresh(message).status for message in replies} == {MessageStatus.SENT}, "replies go first"
    OutboxEntry.objects.all().delete()
    [last, over] = texts(street, 2, first=60)
    delivery.deliver_line(street.scene.line.pk)
    assert fresh(last).status == MessageStatus.SENT
    row = fresh(over)
    assert (row.status, row.error_kind, row.attention) == (MessageStatus.FAILED, "rate_limited", "failed")
    assert "next day would have been too late" in words(over).reason
    assert not OutboxEntry.objects.exists()
    audit.flush()
    events = AuditEvent.objects.filter(event__startswith="carrier_day").order_by("sequence")
    assert list(events.values_list("event", flat=True)) == ["carrier_day:near", "carrier_day:reached"]


def test_when_it_is_written_a_reply_that_would_fail_is_refused_with_what_to_do(street, far_end):
    brand = register(street.scene, 1)
    texts(street, 1)
    delivery.deliver_line(street.scene.line.pk)
    assert street.rule("+12127002001") == "carrier.day"
    assert street.rule("+12127012001", purpose=Purpose.BULK) == ""  # it can wait
    street.scene.hear("HELP", number="+12123002001")
    delivery.deliver_line(street.scene.line.pk)
    assert used(brand) == 2, "what is owed by law always goes, and counts"


def test_in_the_evening_a_reply_waits_for_midnight_instead_of_failing(street, far_end, monkeypatch):
    evening = timezone(timedelta(hours=(22 - datetime.now(UTC).hour + 12) % 24 - 12))
    monkeypatch.setattr(days, "ZONE", evening)
    register(street.scene, 1)
    [first, second] = texts(street, 2)
    delivery.deliver_line(street.scene.line.pk)
    assert {fresh(first).status, fresh(second).status} == {MessageStatus.SENT, MessageStatus.QUEUED}
    OutboxEntry.objects.update(due_at=clock.now() - timedelta(minutes=3), expires_at=clock.now() - timedelta(minutes=2))
    delivery.end_overdue()
    [ended] = Message.objects.filter(status=MessageStatus.FAILED)
    assert ended.provider_code == "carrier.day"


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (base.NotAccepted(ErrorKind.RATE_LIMITED, retry=True), 0),
        (base.NotAccepted(ErrorKind.INVALID_RECIPIENT, retry=False), 0),
        (base.OutcomeUnknown(), 1),
        (None, 1),
    ],
)
def test_only_what_the_provider_surely_refused_is_given_back(street, far_end, answer, left):
    brand = register(street.scene, 10)
    texts(street, 1)
    far_end.script += [answer] if answer else []
    delivery.deliver_line(street.scene.line.pk)
    assert used(brand) == left
    attempt = SendAttempt.objects.get()
    days.give_back([(attempt.message_id, 1)] if not left else [(uuid4(), 1)])
    assert used(brand) == left


def test_two_lines_of_a_campaign_count_together_and_another_organization_by_itself(scene, far_end):
    lift_limits(scene.organization)
    [second] = more_lines(scene, 1)
    with activate(scene.organization):
        brand = register(scene, 4, scene.line, second)
        street, first = Street(scene), scene.line
        texts(street, 3)
        scene.line = second
        texts(street, 3, first=50)
        for line in (first, second):
            delivery.deliver_line(line.pk)
        assert used(brand) == len(far_end.ledger) == 4
    other = make_scene("Northside Plumbing", "northside")
    with activate(other.organization):
        theirs = register(other, 4)
        with pytest.raises(NotYours):
            changing.add_campaign(member=admin_of(other), brand_id=brand.pk, settings=FAST, lines=[])
        with pytest.raises(NotYours):
            changing.add_campaign(member=admin_of(other), brand_id=theirs.pk, settings=FAST, lines=[first.pk])
        assert used(theirs) == 0
        assert [row.used for row in showing.brands(admin_of(other))] == [0]


@pytest.mark.django_db(transaction=True)
def test_several_workers_on_two_lines_do_not_pass_the_cap_also_without_redis(far_end, settings):
    scene = make_scene("Harbor Dental", "harbor")
    lift_limits(scene.organization)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    [second] = more_lines(scene, 1)
    with activate(scene.organization):
        brand = register(scene, 7, scene.line, second)
        street, first = Street(scene), scene.line
        texts(street, 8)
        scene.line = second
        texts(street, 8, first=50)

    def work(line_id):
        try:
            return delivery.deliver_line(line_id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, [first.pk, second.pk, first.pk, second.pk]))
    with activate(scene.organization):
        assert used(brand) == len(far_end.ledger) == 7
        assert SendAttempt.objects.filter(brand_id=brand.pk).count() == 7


@tried(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cap=st.integers(1, 40),
    wanted=st.lists(
        st.tuples(st.integers(1, 11), st.sampled_from([Purpose.REPLY, Purpose.BULK, Purpose.ALERT]), st.booleans()),
        max_size=30,
    ),
    groups=st.integers(1, 4),
)
def test_however_texts_come_the_cap_is_never_passed(street, cap, wanted, groups):
    brand = Brand.objects.create(name=str(uuid4()), tier="other", daily_segments=cap)
    messages = [Message(segments=n, purpose=purpose, media_count=picture) for n, purpose, picture in wanted]
    counted = bulk = 0
    for group in (messages[at::groups] for at in range(groups)):
        for message, place in zip(group, days.places(days.lock(brand, clock.now()), group), strict=True):
            if place.resumes_at is None:
                counted += days.segments_of(message)
                bulk = counted if message.purpose == Purpose.BULK else bulk
    assert used(brand) == counted <= cap
    assert bulk <= cap * days.FOR_BULK


def test_at_the_days_edge_a_text_counts_in_both_days(street, far_end, monkeypatch):
    monkeypatch.setattr(days, "ZONE", ZoneInfo("America/Los_Angeles"))
    brand = register(street.scene, 2)
    texts(street, 1)
    before = datetime(2026, 11, 25, 7, 59, 30, tzinfo=UTC)  # 23:59:30 in Los Angeles
    claims = [replace(claim, at=before) for claim in outbox.claim(street.scene.line.pk)]
    assert len(preparing.prepare(street.scene.line, claims)) == 1
    rows = SendingCount.objects.filter(kind="brand", key=brand.pk.bytes).order_by("begins_at")
    assert [(row.begins_at, row.segments) for row in rows] == [
        (datetime(2026, 11, 24, 8, tzinfo=UTC), 1),
        (datetime(2026, 11, 25, 8, tzinfo=UTC), 1),
    ]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-25T12:00:00Z", ["2026-11-25T08:00:00Z"]),
        ("2026-11-25T08:00:00Z", ["2026-11-24T08:00:00Z", "2026-11-25T08:00:00Z"]),
        ("2026-11-25T08:02:00Z", ["2026-11-25T08:00:00Z"]),
        ("2026-03-08T20:00:00Z", ["2026-03-08T08:00:00Z"]),  # a day of 23 hours
        ("2026-11-02T07:00:00Z", ["2026-11-01T07:00:00Z"]),  # one of 25
    ],
)
def test_days_begin_at_midnight_in_los_angeles(monkeypatch, moment, expected):
    monkeypatch.setattr(days, "ZONE", ZoneInfo("America/Los_Angeles"))
    assert days_at(datetime.fromisoformat(moment)) == [datetime.fromisoformat(one) for one in expected]
    begins = datetime.fromisoformat("2026-03-08T08:00:00Z")
    assert next_day(begins) == datetime.fromisoformat("2026-03-09T07:00:00Z")
    assert next_day(datetime.fromisoformat("2026-11-01T07:00:00Z")) == datetime.fromisoformat("2026-11-02T08:00:00Z")

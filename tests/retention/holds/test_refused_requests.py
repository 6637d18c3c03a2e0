"""Refused requests on hold: no purge, no clock and no hand destroys them, and all do when the hold is released."""

from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
import time_machine
from django.conf import settings as configured
from django.db import connection, connections
from django.test import Client

from retention.holds import releasing
from retention.holds.freezing import BY_MODEL, keeper, keeps_days
from retention.holds.wanted import WantedScope
from retention.kinds import Kind
from retention.models import PurgeStep, RetentionPolicy
from retention.purging import running
from tenancy.encryption import day_shredding, keyring
from tenancy.isolation import activate
from tenancy.models import DataKey
from tests.cast import make_cast, signed_in
from tests.retention.placed import place_hold
from tests.texting.desk import FIRST
from tests.texting.twilio_line import BASE, TOKEN, cast, make_twilio_line, twilio
from texting import redacting, tasks
from texting.models import (
    Message,
    QuarantinedRequest,
    Redaction,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from texting.redacting import Why
from texting.webhooks import quarantine

__all__ = ["cast", "twilio"]

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=50)
BY_NUMBER = WantedScope(FIRST)
BY_DAYS = WantedScope(since=NOON.date(), until=NOON.date())


@pytest.fixture(autouse=True)
def real(settings, monkeypatch):
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    settings.RETENTION_KEEPERS = list(configured.RETENTION_KEEPERS)
    monkeypatch.setattr(day_shredding, "REPLACED_KEYS_STAY", timedelta(0))


@pytest.fixture
def refused(twilio):
    """One of a held day, and one of a day two weeks later."""
    for days in (0, 14):
        with time_machine.travel(NOON + timedelta(days=days), tick=False):
            twilio.post(secret="guessed", MessageSid=f"SM{days}")
    with activate(twilio.cast.organization):
        RetentionPolicy.objects.create(kind=Kind.WEBHOOKS, days=30, set_at=NOON)
    return twilio


def readable(twilio) -> list[int]:
    """The days of those that are there and open."""
    keyring.forget_everything()
    return [row.received_at.day for row in twilio.kept() if row.request]


def answered(twilio) -> None:
    """An endpoint of the organization answered a webhook that day."""
    endpoint = WebhookEndpoint.objects.create(
        url="https://records.harbor.example/", secret="s", created_by=twilio.cast.admin, state_since=NOON
    )
    event = WebhookEvent.objects.create(kind="webhook.test", sequence=1, occurred_at=NOON)
    delivery = WebhookDelivery.objects.create(endpoint=endpoint, event=event, state="delivered", created_at=NOON)
    WebhookAttempt.objects.create(delivery=delivery, number=1, started_at=NOON, milliseconds=5, answer="You sent it")


def night() -> None:
    assert running.run_nights()["failed"] == 0


@pytest.mark.parametrize(("scope", "stays"), [(BY_NUMBER, [3, 17]), (BY_DAYS, [3])], ids=["by number", "by days"])
def test_a_purge_leaves_those_of_held_days_and_takes_them_when_the_hold_is_released(refused, scope, stays):
    with time_machine.travel(LATER, tick=False):
        with activate(refused.cast.organization):
            hold = place_hold(refused.cast.admin, scope)
        night()
        assert readable(refused) == stays
        with activate(refused.cast.organization):
            releasing.ask(member=refused.cast.admin, hold=hold, reason="Settled")
            releasing.confirm(member=refused.cast.owner, hold=hold, reason="Settled")
    with time_machine.travel(LATER + timedelta(days=1), tick=False):
        night()
        tasks.forget_quarantine()
        assert readable(refused) == []


def test_what_a_purge_keeps_of_them_are_just_the_days_that_the_clock_keeps(refused):
    with activate(refused.cast.organization):
        place_hold(refused.cast.admin, BY_DAYS)
        row = QuarantinedRequest.objects.first()
        midnight = NOON.replace(hour=0)
        for moment in (midnight + timedelta(hours=hours, microseconds=-1) for hours in range(-72, 97, 12)):
            for at in (moment, moment + timedelta(microseconds=1)):
                QuarantinedRequest.objects.filter(pk=row.pk).update(received_at=at)
                mine = QuarantinedRequest.objects.filter(keeper(BY_MODEL["texting.QuarantinedRequest"]), pk=row.pk)
                assert mine.exists() == bool(keeps_days([at.date()])), at


def test_beside_an_answer_that_ends_it_stays(refused):
    """Of one day, a hold by a number keeps the refused request, and nothing keeps what an endpoint answered."""
    with time_machine.travel(NOON, tick=False), activate(refused.cast.organization):
        answered(refused)
    with time_machine.travel(LATER, tick=False):
        with activate(refused.cast.organization):
            place_hold(refused.cast.admin, BY_NUMBER)
        night()
        with activate(refused.cast.organization):
            assert [one.answer for one in WebhookAttempt.objects.all()] == [None]
            kept = {name for step in PurgeStep.objects.all() for name in step.kept}
        assert readable(refused) == [3, 17]
    assert kept == {"retention.holds.freezing.keeper"}


def test_discarding_by_hand_is_refused_in_words(refused):
    held, free = refused.kept()
    admin = refused.cast.admin
    with time_machine.travel(NOON + timedelta(days=15), tick=False), activate(refused.cast.organization):
        hold = place_hold(admin, BY_DAYS)
        with pytest.raises(quarantine.MustStay, match="legal hold") as told:
            quarantine.discard(actor=admin, request_id=held.pk)
        assert hold.matter not in str(told.value)
        done = quarantine.discard_all(actor=admin)
    assert (done.ended, done.held) == (1, 1)
    assert readable(refused) == [3]
    assert {row.pk: row.state for row in refused.kept()} == {held.pk: "waiting", free.pk: "discarded"}


def test_the_page_says_it(refused):
    held, _free = refused.kept()
    with activate(refused.cast.organization):
        place_hold(refused.cast.admin, BY_NUMBER)
    page = signed_in(Client(), refused.cast.admin)
    place = "/settings/quarantine/"
    assert "are on legal hold, so none" in page.post(f"{place}{held.pk}/discard/", follow=True).text
    assert "2 requests are on legal hold and stay." in page.post(f"{place}discard/", follow=True).text
    assert readable(refused) == [3, 17]


@pytest.mark.parametrize("all_at_once", [False, True])
def test_one_that_is_taken_in_becomes_the_text_that_it_was_and_stays_as_it_came_while_its_day_is_held(
    refused, all_at_once
):
    """The text is of today: a hold of that day does not cover it."""
    refused.store(secret="guessed")
    admin = refused.cast.admin
    with time_machine.travel(LATER, tick=False):
        with activate(refused.cast.organization):
            hold = place_hold(admin, BY_DAYS)
            if all_at_once:
                assert quarantine.replay_all(actor=admin).taken == 2
            else:
                ids = list(QuarantinedRequest.objects.values_list("pk", flat=True))
                assert [quarantine.replay(actor=admin, request_id=pk) for pk in ids] == ["taken", "taken"]
            assert QuarantinedRequest.objects.filter(state="replayed").count() == 2
            assert {text.created_at for text in Message.objects.filter(direction="in")} == {LATER}
        assert readable(refused) == [3]
        night()
        tasks.forget_quarantine()
        assert readable(refused) == [3]
        with activate(refused.cast.organization):
            releasing.ask(member=admin, hold=hold, reason="Settled")
            releasing.confirm(member=refused.cast.owner, hold=hold, reason="Settled")
    with time_machine.travel(LATER + timedelta(days=1), tick=False):
        night()
        assert readable(refused) == []


def test_one_whose_key_a_purge_has_just_destroyed_elsewhere_is_not_taken_in(refused):
    refused.store(secret="guessed")
    assert readable(refused) == [3, 17], "this process holds the keys"
    organization = refused.cast.organization.pk
    with keyring.keys_of(organization):
        DataKey.objects.filter(organization_id=organization, kind="webhook").delete()
    with activate(refused.cast.organization):
        assert quarantine.replay_all(actor=refused.cast.admin).still_wrong == 2
        assert not Message.objects.exists()


def test_one_that_a_purge_has_ended_in_this_moment_is_told_as_over(refused, monkeypatch):
    asked = quarantine.kept_days

    def later(days):
        QuarantinedRequest.objects.all().delete()
        return asked(days)

    held, _free = refused.kept()
    monkeypatch.setattr(quarantine, "kept_days", later)
    with activate(refused.cast.organization):
        assert quarantine.replay(actor=refused.cast.admin, request_id=held.pk) == "ended"


def test_one_that_comes_meanwhile_is_not_said_to_be_on_hold(refused, monkeypatch):
    asked = quarantine.kept_days

    def later(days):
        kept = asked(days)
        assert refused.post(secret="guessed", MessageSid="SM99").status_code == 403
        return kept

    with activate(refused.cast.organization):
        place_hold(refused.cast.admin, BY_DAYS)
        monkeypatch.setattr(quarantine, "kept_days", later)
        done = quarantine.discard_all(actor=refused.cast.admin)
    assert (done.ended, done.held) == (1, 1)
    assert len(readable(refused)) == 2


@pytest.fixture
def busy(transactional_db, settings):
    """A line at work, with real commits: one text in the inbox, and two refused requests of the same customer."""
    settings.PUBLIC_BASE_URL = BASE
    line = make_twilio_line(make_cast())
    assert line.post(secret=TOKEN, MessageSid="SM0", Body="The gate code is 7291").status_code == 200
    for n in (1, 2):
        line.post(secret="guessed", MessageSid=f"SM{n}")
    line.store(secret="guessed")
    return line


@pytest.mark.parametrize("all_at_once", [False, True])
def test_taking_one_in_and_removing_a_text_of_the_customer_wait_for_each_other_in_one_order(
    busy, monkeypatch, all_at_once
):
    admin, errors, locked = busy.cast.admin, {}, Event()
    with activate(busy.cast.organization):
        text = Message.objects.get(direction="in")
        first = QuarantinedRequest.objects.order_by("received_at").first()
    refuse = redacting._refuse

    def holding_rows(found):
        """Goes on when the other one waits, or has the lock for itself."""
        locked.set()
        wait_for_another()
        refuse(found)

    def take_in():
        locked.wait(10)
        with activate(busy.cast.organization):
            if not all_at_once:
                return quarantine.replay(actor=admin, request_id=first.pk)
        return quarantine.replay_all(actor=admin)

    def remove():
        with activate(busy.cast.organization):
            redacting.redact(member=admin, message=text, why=Why(Redaction.Reason.MISTAKE))

    def run(work):
        try:
            work()
        except Exception as error:
            errors[work.__name__] = error
        finally:
            connections.close_all()

    monkeypatch.setattr(redacting, "_refuse", holding_rows)
    threads = [Thread(target=run, args=[work]) for work in (take_in, remove)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == {}
    assert sum(row.state == "replayed" for row in busy.kept()) == (2 if all_at_once else 1)
    with activate(busy.cast.organization):
        text.refresh_from_db()
        assert text.ended_at is not None


def wait_for_another() -> None:
    """Until another connection waits for a lock that this one has."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted), pg_sleep(0.01)")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


def test_all_at_once_hold_the_lock_of_what_deletes_for_one_at_a_time(busy, monkeypatch):
    taken, seen = quarantine.take, []

    def looks(line, request):
        seen.append(sum(row.state == "replayed" for row in from_outside(busy)))
        return taken(line, request)

    monkeypatch.setattr(quarantine, "take", looks)
    page = signed_in(Client(), busy.cast.admin)
    assert "2 requests taken in." in page.post("/settings/quarantine/take-in/", follow=True).text
    assert seen == [0, 1]


def from_outside(line) -> list[QuarantinedRequest]:
    """What another connection sees: committed rows."""
    found: list[QuarantinedRequest] = []

    def look():
        found.extend(line.kept())
        connections.close_all()

    thread = Thread(target=look)
    thread.start()
    thread.join(30)
    return found

"""A member's browser is woken without a word of what it is, while they are signed in there and want it.

The push service is a real TLS server on loopback that checks the signature as RFC 8292 tells services to.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import deactivation
from accounts.leaving import trying
from accounts.models import Membership, OffboardingReceipt, Session
from accounts.origins import mark_of
from accounts.sessions import SessionStore
from tenancy.egress import calling
from tenancy.isolation import activate
from tests.cast import signed_in
from tests.texting.desk import SECOND, desk
from tests.texting.notifications.push_service import PushService, decoded
from tests.tls import Authority, serving
from texting import conversations
from texting.models import Notification, PushBell, PushDevice
from texting.notifications.push import bells, devices, sending, vapid
from texting.notifications.push.leaving_step import PushDevices

__all__ = ["desk"]

Kind = Notification.Kind
MARK, OTHER = mark_of("one"), mark_of("another")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("push"))


@pytest.fixture
def service(authority, settings, monkeypatch):
    monkeypatch.setattr(calling, "CONNECT_SECONDS", 30.0)  # a busy machine is slow, not broken
    settings.EGRESS_LOOPBACK, settings.EGRESS_CA_FILE = True, str(authority.file)
    cache.delete("push:sender")
    made = PushService()
    with serving(authority.server_context("127.0.0.1"), made.speak) as server:
        made.port = server.port
        yield made


@pytest.fixture
def bo(desk, service):
    """Bo has push on in a browser where he is signed in."""
    member = desk.cast.second_agent
    browser(member)
    with activate(desk.organization):
        devices.turn_on(member=member, mark=MARK, name="Chrome on Android", address=service.address())
    return member


def browser(member, mark=MARK, client=None):
    """A browser of that mark in which the member is signed in."""
    client = signed_in(client or Client(), member)
    Session.objects.filter(membership=member).update(data=latest(member).data | {"mark": mark})
    return client


def latest(member):
    return Session.objects.filter(membership=member).latest("created_at")


def mention(desk, conversation=None, *, seconds=0):
    with activate(desk.organization):
        conversation = conversation or desk.hear(name="Ada Lovelace")
        note = conversations.add_note(member=desk.cast.agent, conversation=conversation, body="@Bo Castellanos secret")
        Notification.objects.filter(note=note).update(at=timezone.now() - timedelta(seconds=seconds))
    return note


def push(*, later=bells.WAIT):
    """As the clock does, after so long."""
    PushBell.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    return sending.send_due()


def device_of(desk, member):
    with activate(desk.organization):
        return PushDevice.objects.filter(member=member).first()


def test_a_push_is_signed_and_says_nothing(desk, bo, service):
    mention(desk)
    assert PushBell.objects.get().due_at > timezone.now() + bells.WAIT / 2
    assert sending.send_due() == 0  # they may be reading it just now
    assert push() == 1
    (took,) = service.took
    assert took[":"].startswith("POST /one ")
    assert (took["content-length"], took["ttl"], took["topic"]) == ("0", "3600", "news")
    assert not {"content-type", "content-encoding", "encryption", "cookie"} & took.keys()
    assert not PushBell.objects.exists()
    assert device_of(desk, bo).used_at
    with activate(desk.organization):
        assert Notification.objects.get(member=bo).read_at is None


def test_a_burst_is_one_push_and_the_next_minute_another(desk, bo, service, time_machine):
    for number in ("+12125550182", "+12125550183", "+12125550184"):
        mention(desk, desk.hear(number=number))
    assert push() == 1
    mention(desk)
    assert push() == 0
    assert PushBell.objects.get().due_at > timezone.now() + timedelta(seconds=30)
    time_machine.move_to(timezone.now() + timedelta(seconds=61), tick=True)
    assert push() == 1
    assert push() == 0
    assert len(service.took) == 2


def test_each_kind_rings_and_only_for_who_has_a_device(desk, bo, service):
    conversation = desk.hear()
    assert not PushBell.objects.exists()
    with activate(desk.organization):
        conversations.assign(member=desk.cast.supervisor, conversation=conversation, to=bo.pk, was=None)
    assert push() == 1
    desk.hear("More")
    desk.hear("And more", number=SECOND)
    assert {bell.member_id for bell in PushBell.objects.all()} == {bo.pk}


def no_longer_seen(desk, bo):
    conversations.assign(member=desk.cast.supervisor, conversation=desk.hear(), to=desk.cast.agent.pk, was=None)
    type(desk.line.team).objects.filter(pk=desk.line.team_id).update(visibility="assigned")


def read_meanwhile(desk, bo):
    Notification.objects.filter(member=bo).update(read_at=timezone.now())


def choose(desk, bo, **values):
    every = {"app": Kind.values, "push": Kind.values, "told": [str(desk.line.team_id)]} | values
    assert desk.as_(bo).post(reverse("notification_settings"), every).status_code == 302
    browser(bo)


def not_wanted(desk, bo):
    choose(desk, bo, push=[Kind.TEXT])


def muted(desk, bo):
    choose(desk, bo, told=[])


def session_ended(desk, bo):
    Session.objects.filter(membership=bo).delete()


def signed_off(desk, bo):
    Session.objects.filter(membership=bo).update(last_seen_at=timezone.now() - timedelta(days=2))


def everything_ended(desk, bo):
    Membership.objects.filter(pk=bo.pk).update(auth_epoch=7)


def signed_in_elsewhere(desk, bo):
    Session.objects.filter(membership=bo).delete()
    browser(bo, OTHER)


def a_colleague_signed_in(desk, bo):
    Session.objects.filter(membership=bo).delete()
    browser(desk.cast.agent)


def not_active(desk, bo):
    Membership.objects.filter(pk=bo.pk).update(is_active=False)


def a_day_ago(desk, bo):
    Notification.objects.filter(member=bo).update(at=timezone.now() - timedelta(hours=25))


@pytest.mark.parametrize(
    "change",
    [
        no_longer_seen,
        read_meanwhile,
        not_wanted,
        muted,
        session_ended,
        signed_off,
        everything_ended,
        signed_in_elsewhere,
        a_colleague_signed_in,
        not_active,
        a_day_ago,
    ],
)
def test_nobody_is_woken_for_what_is_not_theirs_any_more(desk, bo, service, change):
    mention(desk)
    with activate(desk.organization):
        change(desk, bo)
    assert push() == 0
    assert service.took == []
    assert not PushBell.objects.exists()


def test_quiet_hours_put_it_off_and_nothing_is_kept_by_the_service_into_them(desk, bo, service, time_machine):
    choose(desk, bo, is_quiet="on", quiet_from="18:00", quiet_until="08:00")
    zone = ZoneInfo(desk.organization.time_zone)
    time_machine.move_to(datetime(2027, 1, 12, 23, 0, tzinfo=zone), tick=False)
    browser(bo)
    mention(desk)
    assert push() == 0
    time_machine.move_to(datetime(2027, 1, 13, 7, 59, tzinfo=zone), tick=False)
    browser(bo)
    assert push() == 0
    time_machine.move_to(datetime(2027, 1, 13, 8, 1, tzinfo=zone), tick=False)
    assert push() == 1
    time_machine.move_to(datetime(2027, 1, 13, 17, 40, tzinfo=zone), tick=False)
    browser(bo)
    mention(desk)
    assert push() == 1
    assert [one["ttl"] for one in service.took] == ["3600", str(19 * 60)]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(desk, bo, service, status):
    service.status = status
    mention(desk)
    push()
    assert device_of(desk, bo) is None
    with activate(desk.organization):
        assert Notification.objects.filter(member=bo, read_at=None).count() == 1


def test_a_service_that_is_away_is_tried_again_and_not_for_ever(desk, bo, service, time_machine):
    service.status, service.extra = 503, b"Retry-After: 100\r\n"
    mention(desk)
    for tried in range(1, 6):
        assert push() == 0
        assert len(service.took) == tried
        mention(desk, seconds=5)
        assert push() == 0  # news do not hurry it
        if tried < 5:
            assert len(service.took) == tried
            again = PushBell.objects.latest("due_at").due_at
            assert again - timezone.now() > timedelta(seconds=90)
            time_machine.move_to(again + timedelta(seconds=1), tick=True)
            browser(bo)
    found = device_of(desk, bo)
    assert (found.problem, found.tries) == ("away", 0) or found.tries == 1
    service.status = 201
    with activate(desk.organization):
        PushDevice.objects.update(retry_at=None)
    mention(desk)
    assert push() == 1
    assert device_of(desk, bo).problem == ""


def test_a_service_that_refuses_is_not_asked_again_for_the_same_news(desk, bo, service):
    service.status = 403
    mention(desk)
    assert push() == 0
    assert not PushBell.objects.exists()
    assert device_of(desk, bo).problem == "refused"


def test_one_organizations_trouble_is_not_anothers_and_a_lost_round_is_made_up_for(desk, bo, service, monkeypatch):
    mention(desk)
    real = sending._record
    monkeypatch.setattr(sending, "_record", lambda call: 1 / 0)
    assert push() == 0
    (bell,) = PushBell.objects.all()
    assert bell.due_at > timezone.now()  # leased
    monkeypatch.setattr(sending, "_record", real)
    assert push() == 1


class TestDevices:
    ADDRESS = "https://push.example.com/abc"

    def on(self, client, **values):
        return client.post(reverse("push_on"), {"address": self.ADDRESS} | values)

    def test_a_browser_turns_it_on_and_is_known_by_its_cookie(self, desk):
        client = desk.as_(desk.cast.second_agent)
        answer = self.on(client)
        assert answer.status_code == 200
        assert "This browser" in answer.content.decode()
        assert "Signed out there" not in answer.content.decode()
        device = device_of(desk, desk.cast.second_agent)
        assert SessionStore(client.session.session_key)["mark"] == device.mark
        page = client.get(reverse("notification_settings")).content.decode()
        assert "This browser" in page
        assert "Signed out there" not in page
        assert self.ADDRESS not in page

    @pytest.mark.parametrize(
        "wrong",
        [
            "",
            "x",
            "http://push.example.com/",
            "https://127.0.0.1/",
            "https://169.254.169.254/x",
            "https://a.b/" + "x" * 3000,
            "https://user@push.example.com/",
            "https://push.example.com:22/",
            "https://p\x00sh.example.com/",
        ],
    )
    def test_an_address_that_is_never_called_is_not_taken(self, desk, wrong):
        assert self.on(desk.as_(desk.cast.second_agent), address=wrong).status_code == 422
        assert device_of(desk, desk.cast.second_agent) is None

    def test_a_colleague_in_the_same_browser_takes_it_over(self, desk):
        client = desk.as_(desk.cast.second_agent)
        self.on(client)
        self.on(signed_in(client, desk.cast.agent))
        assert device_of(desk, desk.cast.second_agent) is None
        assert device_of(desk, desk.cast.agent)

    def test_of_many_the_eleventh_is_refused_and_nothing_is_lost(self, desk):
        member = desk.cast.second_agent
        with activate(desk.organization):
            for number in range(devices.MOST):
                devices.turn_on(member=member, mark=mark_of(str(number)), name="x", address=self.ADDRESS)
        assert self.on(desk.as_(member)).status_code == 422
        with activate(desk.organization):
            assert PushDevice.objects.filter(member=member).count() == devices.MOST

    def test_a_test_wakes_it_also_in_quiet_hours_and_turning_off_ends_it(self, desk, bo, service):
        choose(desk, bo, is_quiet="on", quiet_from="00:00", quiet_until="23:59")
        device, client = device_of(desk, bo), desk.as_(bo)
        client.post(reverse("push_test", args=[device.pk]))
        browser(bo)
        assert sending.send_due() == 1
        assert push() == 0
        outsider = desk.as_(desk.cast.agent)
        for name in ("push_off", "push_test"):
            assert outsider.post(reverse(name, args=[device.pk])).status_code == 404
        assert client.post(reverse("push_off", args=[device.pk])).status_code == 200
        assert device_of(desk, bo) is None
        mention(desk)
        assert not PushBell.objects.exists()

    def test_a_step_of_the_same_sign_in_stays_in_its_browser(self, desk):
        client = desk.as_(desk.cast.second_agent)
        self.on(client)
        store = SessionStore(client.session.session_key)
        store.load()
        mark = store["mark"]
        store.step(store.signed_in, address=None, browser="Chrome on Android")
        assert store["mark"] == mark
        store.load()
        store.step(replace(store.signed_in, user_id=str(desk.cast.agent.user_id)), address=None, browser="")
        assert store["mark"] == ""

    def test_a_browser_that_nobody_uses_is_forgotten_after_a_month(self, desk, bo):
        with activate(desk.organization):
            devices.turn_on(member=bo, mark=OTHER, name="Old phone", address=self.ADDRESS)
            PushDevice.objects.update(since=timezone.now() - timedelta(days=31))
            assert devices.forget_old() == 1
            assert [one.mark for one in devices.devices_of(bo)] == [MARK]


@pytest.mark.parametrize("act", ["deactivate", "suspend"])
def test_who_leaves_is_woken_no_more_and_the_receipt_says_so(desk, bo, service, act, monkeypatch):
    mention(desk)
    with activate(desk.organization):
        getattr(deactivation, act)(actor=desk.cast.owner, member=bo)
        receipt = OffboardingReceipt.objects.get(membership=bo)
        said = {one["step"]: one for one in trying.try_doors(receipt).found}
        assert said["push_devices"] == {"step": "push_devices", "tried": 1, "open": 0, "failed": False}
        assert not PushDevice.objects.exists()
    assert push() == 0
    assert service.took == []
    with activate(desk.organization):
        monkeypatch.setattr(Membership, "is_active", True)
        kept = PushDevice.objects.create(member=bo, mark=MARK, name="x", address=service.address())
        assert PushDevices().probe(bo, []).open == 1, "the door is tried, not believed"
        kept.delete()


def test_one_key_signs_for_good(db):
    first = vapid.public_key()
    assert vapid.public_key() == first
    assert len(decoded(first)) == 65
    assert decoded(first)[0] == 4


class TestSound:
    def counts(self, desk, member):
        return desk.as_(member).get(reverse("counts")).content.decode()

    def test_it_is_off_until_chosen_and_still_in_quiet_hours(self, desk):
        bo = desk.cast.second_agent
        mention(desk, seconds=60)
        assert "data-news" not in self.counts(desk, bo)
        choose(desk, bo, sound="on")
        before = self.counts(desk, bo)
        assert "data-news" in before
        assert self.counts(desk, bo) == before
        mention(desk)
        assert self.counts(desk, bo) != before
        choose(desk, bo, sound="on", is_quiet="on", quiet_from="00:00", quiet_until="23:59")
        assert "data-news" not in self.counts(desk, bo)

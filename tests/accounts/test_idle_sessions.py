"""A session ends after a time without use and after a time in all, as its organization says."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts import access_rules
from accounts.models import AccessRules, Session, SessionProfile
from accounts.permissions import MissingPermission
from accounts.session_limits import alive
from accounts.sessions import SessionStore
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import cast, signed_in

__all__ = ["cast"]

BACKGROUND = {"X-Background": "live"}
OWN = SessionProfile.OWN


def seen_minutes_ago(minutes):
    Session.objects.update(last_seen_at=timezone.now() - timedelta(minutes=minutes))


def began_hours_ago(hours):
    Session.objects.update(created_at=timezone.now() - timedelta(hours=hours))


def limit(member, profile, **limits):
    with activate(member.organization):
        return access_rules.set_limits(actor=member, profile=profile, **limits)


@pytest.fixture
def agent(cast):
    return signed_in(Client(), cast.agent)


def test_a_page_that_refreshes_itself_does_not_keep_its_session_alive(agent):
    seen_minutes_ago(30)
    before = Session.objects.get().last_seen_at
    assert agent.get("/inbox/", headers=BACKGROUND).status_code == 200
    assert agent.get("/session/left/", headers=BACKGROUND).json()["left"] == pytest.approx(11.5 * 3600, abs=5)
    assert Session.objects.get().last_seen_at == before


def test_everything_that_asks_again_by_itself_says_so():
    """A template that polls without the header would keep an idle session for ever."""
    polling = [
        (path.name, tag)
        for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html")
        for tag in re.findall(r"<[^>]*hx-trigger=\"[^\"]*every [^>]*", path.read_text())
    ]
    assert polling
    assert [name for name, tag in polling if "X-Background" not in tag] == []


def test_a_person_who_does_something_keeps_it_alive(agent):
    seen_minutes_ago(30)
    before = Session.objects.get().last_seen_at
    assert agent.get("/inbox/").status_code == 200
    assert Session.objects.get().last_seen_at > before


def test_staying_signed_in_is_something_that_a_person_does(agent):
    seen_minutes_ago(11 * 60 + 59)
    assert agent.post("/session/stay/").json() == {"left": pytest.approx(12 * 3600, abs=5), "final": False}


@pytest.mark.parametrize(("minutes", "status"), [(719, 200), (721, 302)])
def test_an_idle_session_ends_after_twelve_hours(agent, minutes, status):
    seen_minutes_ago(minutes)
    assert agent.get("/inbox/").status_code == status


@pytest.mark.parametrize(("hours", "status"), [(23.9, 200), (24.1, 302)])
def test_no_session_lasts_longer_than_a_day(agent, hours, status):
    began_hours_ago(hours)
    assert agent.get("/inbox/").status_code == status


def test_the_hipaa_profile_holds_for_sessions_that_are_open_already(cast, agent):
    seen_minutes_ago(16)
    assert agent.get("/inbox/", headers=BACKGROUND).status_code == 200
    with activate(cast.organization):
        AccessRules.objects.create(
            organization=cast.organization, idle=timedelta(minutes=15), longest=timedelta(hours=12)
        )
    assert not Session.objects.filter(alive(timezone.now())).exists(), "what live streams are asked for too"
    assert agent.get("/inbox/").status_code == 302


def test_another_organizations_limit_changes_nothing_here(cast, agent):
    limit(cast.outsider, SessionProfile.HIPAA)
    seen_minutes_ago(60)
    assert agent.get("/inbox/").status_code == 200


def test_a_new_key_is_no_new_session(cast):
    client = signed_in(Client(), cast.agent)
    began_hours_ago(20)
    store = SessionStore(client.cookies[settings.SESSION_COOKIE_NAME].value)
    assert store.signed_in is not None
    store.step(store.signed_in, address="127.0.0.1", browser="Firefox on Linux")
    assert Session.objects.get().created_at < timezone.now() - timedelta(hours=19)


def test_setting_a_shorter_limit_ends_what_is_over_and_is_in_the_log(cast, agent):
    seen_minutes_ago(16)
    assert limit(cast.admin, SessionProfile.HIPAA) == 1
    assert not Session.objects.exists()
    with activate(cast.organization):
        event = AuditEvent.objects.get(event="session_limits:changed")
    assert event.actor_id == cast.admin.pk


@pytest.mark.parametrize(
    ("idle", "longest"),
    [
        (timedelta(minutes=4), timedelta(hours=12)),
        (timedelta(hours=25), timedelta(hours=30)),
        (timedelta(hours=2), timedelta(hours=1)),
        (timedelta(hours=2), timedelta(days=8)),
        (None, None),
    ],
)
def test_limits_outside_of_reason_are_refused(cast, idle, longest):
    with pytest.raises(access_rules.BadLimits):
        limit(cast.admin, OWN, idle=idle, longest=longest)
    assert not AccessRules.objects.exists()


def test_an_agent_sets_no_limits(cast):
    with pytest.raises(MissingPermission):
        limit(cast.agent, SessionProfile.HIPAA)
    assert not AccessRules.objects.exists()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"profile": "hipaa", "idle_minutes": "nonsense"}, 302),
        ({"profile": "own", "idle_minutes": "30", "longest_hours": "8"}, 302),
        ({"profile": "own"}, 422),
        ({"profile": "own", "idle_minutes": "1", "longest_hours": "8"}, 422),
        ({"profile": "own", "idle_minutes": "90", "longest_hours": "1"}, 422),
        ({"profile": "own", "idle_minutes": "9" * 400, "longest_hours": "1"}, 422),
        ({"profile": "paranoid"}, 422),
        ({}, 422),
    ],
)
def test_the_page_takes_what_makes_sense(cast, sent, status):
    client = signed_in(Client(), cast.admin)
    assert client.post("/settings/session-limits/", sent).status_code == status
    assert AccessRules.objects.exists() == (status == 302)


def test_an_admin_sees_and_ends_a_colleagues_sessions(cast, agent):
    admin = signed_in(Client(), cast.admin)
    page = admin.get(f"/settings/people/{cast.agent.pk}/sessions/").content.decode()
    assert "Firefox on Linux" in page
    assert "127.0.0.1, this machine" in page
    session = Session.objects.get(membership=cast.agent)
    wrong_person = f"/settings/people/{cast.second_agent.pk}/sessions/{session.pk}/end/"
    assert admin.post(wrong_person).status_code == 404
    assert agent.get("/inbox/").status_code == 200
    assert admin.post(f"/settings/people/{cast.agent.pk}/sessions/{session.pk}/end/").status_code == 302
    assert agent.get("/inbox/").status_code == 302
    with activate(cast.organization):
        event = AuditEvent.objects.get(event="session:ended")
    assert (event.actor_id, event.object_id) == (cast.admin.pk, str(cast.agent.pk))


def test_an_admin_ends_all_of_somebodys_sessions_but_not_those_of_an_owner(cast, agent):
    admin, owner = signed_in(Client(), cast.admin), signed_in(Client(), cast.owner)
    assert admin.post(f"/settings/people/{cast.agent.pk}/sessions/end/").status_code == 302
    assert agent.get("/inbox/").status_code == 302
    assert admin.post(f"/settings/people/{cast.owner.pk}/sessions/end/").status_code == 403
    assert owner.get("/inbox/").status_code == 200


def test_an_outsider_ends_nobodys_session(cast, agent):
    outsider = signed_in(Client(), cast.outsider)
    assert outsider.get(f"/settings/people/{cast.agent.pk}/sessions/").status_code == 404
    assert outsider.post(f"/settings/people/{cast.agent.pk}/sessions/end/").status_code == 404
    assert agent.get("/inbox/").status_code == 200

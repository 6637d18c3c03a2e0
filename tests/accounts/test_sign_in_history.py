"""What is known of sign-ins, who sees it, and the mail about a browser that was not seen before."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import access_rules, known_devices, sign_in_history
from accounts.models import KnownDevice, MailedLink, Session, SignInEvent, SignInOutcome
from accounts.networks import Named
from accounts.origins import Origin
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import PASSPHRASE, cast, signed_in
from tests.mailed import link_to, mails_to

__all__ = ["cast"]

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1"


def enters(member, *, client=None, password=PASSPHRASE, agent=FIREFOX, address="203.0.113.9"):
    client = client or Client(REMOTE_ADDR=address)
    sent = {"email": member.user.email, "password": password}
    return client, client.post("/sign-in/", sent, headers={"User-Agent": agent})


def page_of(client, path="/settings/sign-ins/"):
    return client.get(path).content.decode()


def test_a_person_sees_what_succeeded_and_what_failed(cast):
    enters(cast.agent, password="not it at all", agent=SAFARI, address="198.51.100.7")
    client, _answer = enters(cast.agent)
    page = page_of(client)
    assert "Signed in" in page
    assert "Firefox on Windows" in page
    assert "wrong password" in page
    assert "Safari on iPhone" in page
    assert "198.51.100.7" in page


def test_a_second_step_that_nobody_took_is_told_of(cast):
    enters(cast.admin, agent=SAFARI)
    assert "Not finished" in page_of(signed_in(Client(), cast.admin))


def test_proving_who_one_is_again_is_no_sign_in(cast):
    client, _answer = enters(cast.agent)
    client.post("/confirm/", {"password": PASSPHRASE})
    assert page_of(client).count("Firefox on Windows") == 2  # one line, drawn for wide screens and for phones


def test_being_at_the_wrong_place_is_told_of(cast):
    with activate(cast.organization):
        office = [Named("192.0.2.0/24", "Main office")]
        access_rules.set_networks(
            actor=cast.admin, networks=office, guards_pages=True, guards_keys=False, address="192.0.2.1"
        )
    enters(cast.agent)
    assert "not from this network" in page_of(signed_in(Client(REMOTE_ADDR="192.0.2.8"), cast.agent))


def test_an_auditor_sees_a_colleagues_history_and_an_agent_does_not(cast):
    enters(cast.agent)
    path = f"/settings/people/{cast.agent.pk}/sign-ins/"
    assert "Firefox on Windows" in page_of(signed_in(Client(), cast.auditor), path)
    assert signed_in(Client(), cast.second_agent).get(path).status_code == 403
    assert signed_in(Client(), cast.outsider).get(path).status_code == 404
    assert "Firefox on Windows" not in page_of(signed_in(Client(), cast.second_agent))


def test_what_somebody_does_in_another_organization_is_not_shown(cast):
    from accounts.founding import add_member

    there = add_member(organization=cast.other_organization, user=cast.agent.user, role="agent")
    sign_in_history.note(there, Origin("198.51.100.99", "198.51.100.99", "Opera"), SignInOutcome.SIGNED_IN)
    page = page_of(signed_in(Client(), cast.admin), f"/settings/people/{cast.agent.pk}/sign-ins/")
    assert "198.51.100.99" not in page
    assert "198.51.100.99" in page_of(signed_in(Client(), cast.agent)), "their own page has everything"


def test_the_csv_runs_no_formulas_and_is_in_the_log(cast):
    sign_in_history.note(cast.agent, Origin(None, "none", "=HYPERLINK(1)"), SignInOutcome.SIGNED_IN)
    answer = signed_in(Client(), cast.admin).get(f"/settings/people/{cast.agent.pk}/sign-ins/csv/")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][4] == "'=HYPERLINK(1)"
    with activate(cast.organization):
        assert AuditEvent.objects.filter(event="sign_in:exported", actor_id=cast.admin.pk).exists()
    assert signed_in(Client(), cast.auditor).get(f"/settings/people/{cast.agent.pk}/sign-ins/csv/").status_code == 403


def test_the_history_stays_bounded_and_a_flood_of_failures_pushes_no_success_out(cast):
    old = timezone.now() - timedelta(days=2)
    origin = Origin("198.51.100.7", "198.51.100.7", "Firefox")
    sign_in_history.note(cast.agent, origin, SignInOutcome.SIGNED_IN)
    SignInEvent.objects.update(at=old - timedelta(days=1))
    SignInEvent.objects.bulk_create(
        SignInEvent(user=cast.agent.user, account=b"a", origin=b"o", network=b"n", at=old + timedelta(seconds=number))
        for number in range(sign_in_history.MOST + 20)
    )
    assert sign_in_history.forget_many() == 20
    assert SignInEvent.objects.filter(outcome=SignInOutcome.SIGNED_IN).count() == 1
    assert sign_in_history.forget_many() == 0


def test_what_slows_guessing_down_is_never_forgotten_early(cast):
    SignInEvent.objects.bulk_create(
        SignInEvent(user=cast.agent.user, account=b"a", origin=b"o", network=b"n")
        for _ in range(sign_in_history.MOST + 5)
    )
    assert sign_in_history.forget_many() == 0


def test_the_first_browser_is_no_news_and_the_second_is(cast):
    email = cast.agent.user.email
    client, _answer = enters(cast.agent)
    assert mails_to(email) == []
    client.post("/sign-out/")
    enters(cast.agent, client=client)
    assert mails_to(email) == [], "the same browser again"
    enters(cast.agent, agent=SAFARI, address="198.51.100.7")
    (mail,) = mails_to(email)
    assert "Safari on iPhone" in mail
    assert "198.51.100.7" in mail
    assert KnownDevice.objects.filter(user=cast.agent.user).count() == 2


def test_a_cookie_that_somebody_made_up_is_a_new_browser(cast, settings):
    enters(cast.agent)
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.cookies[settings.KNOWN_BROWSER_COOKIE_NAME] = "made:up:cookie"
    enters(cast.agent, client=client)
    assert len(mails_to(cast.agent.user.email)) == 1


def test_a_wrong_password_mails_nobody(cast):
    enters(cast.agent)
    enters(cast.agent, password="not it at all", agent=SAFARI)
    assert mails_to(cast.agent.user.email) == []


def test_devices_stay_bounded(cast):
    origin = Origin("203.0.113.9", "203.0.113.9", "Firefox")
    for number in range(known_devices.MOST_DEVICES + 3):
        known_devices.note_sign_in(user=cast.agent.user, browser_id=f"browser {number}", origin=origin)
    assert KnownDevice.objects.filter(user=cast.agent.user).count() == known_devices.MOST_DEVICES


@pytest.fixture
def link(cast):
    enters(cast.agent)
    enters(cast.agent, agent=SAFARI)
    return link_to(cast.agent.user.email)


def test_this_was_not_me_ends_everything_and_leads_to_a_new_password(cast, link):
    thief = signed_in(Client(), cast.agent)
    mine = Client()
    assert mine.get(link, follow=True).status_code == 200
    assert thief.get("/inbox/").status_code == 200, "looking at the link ends nothing"
    answer = mine.post("/not-me/", follow=True)
    assert "new_password" in answer.content.decode()
    assert not Session.objects.filter(user=cast.agent.user, membership__isnull=False).exists()
    assert thief.get("/inbox/").status_code == 302
    _client, refused = enters(cast.agent)
    assert refused.status_code == 422, "the old password no longer works"
    chosen = {"new_password": "nine loud lanterns", "repeated": "nine loud lanterns"}
    assert mine.post("/forgot/new/", chosen).status_code == 302
    _client, entered = enters(cast.agent, password="nine loud lanterns")
    assert entered.status_code == 302
    with activate(cast.organization):
        assert AuditEvent.objects.filter(event="sign_in:disowned", actor_id=cast.agent.pk).count() == 1
    assert Client().get(link, follow=True).status_code == 404, "used up"


def test_a_link_that_is_wrong_or_late_ends_nothing(cast, link):
    signed_in(Client(), cast.agent)
    before = Session.objects.filter(user=cast.agent.user).count()
    assert Client().post("/not-me/").status_code == 404
    assert Client().get("/not-me/nonsense/", follow=True).status_code == 404
    MailedLink.objects.update(expires_at=timezone.now())
    client = Client()
    assert client.get(link, follow=True).status_code == 404
    assert client.post("/not-me/").status_code == 404
    assert Session.objects.filter(user=cast.agent.user).count() == before

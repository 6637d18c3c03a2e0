"""The networks that an organization may be used from: what can be written down, and what is closed elsewhere."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import access_rules
from accounts.models import AccessRules, ApiKey, Membership, Session, SignInPolicy, TotpDevice
from accounts.networks import BadNetwork, Named, Wrong, is_in, label_of, read_networks
from accounts.permissions import MissingPermission
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.codes import code, with_app
from tests.callers import make_caller
from tests.cast import PASSPHRASE, cast, signed_in

__all__ = ["cast"]

HERE, ELSEWHERE = "203.0.113.9", "198.51.100.7"
OFFICE = [Named("203.0.113.0/24", "Main office")]
PAGE = "/settings/session-limits/networks/"


def at(address, member=None):
    client = Client(REMOTE_ADDR=address)
    return client if member is None else signed_in(client, member)


def guard(member, *, pages=True, keys=False, networks=OFFICE):
    with activate(member.organization):
        access_rules.set_networks(
            actor=member, networks=networks, guards_pages=pages, guards_keys=keys, address=HERE, cut_off=True
        )


def events(organization):
    with activate(organization):
        return [(one.event, json.loads(one.details or "{}")) for one in AuditEvent.objects.order_by("sequence")]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("office", Wrong.NO_NETWORK),
        ("203.0.113.0/33", Wrong.NO_NETWORK),
        ("fe80::1%eth0", Wrong.NO_NETWORK),
        ("203.0.113.0/24\x00", Wrong.NO_NETWORK),
        ("203.0.113.9/24 Office", Wrong.HOST_BITS),
        ("0.0.0.0/0", Wrong.TOO_WIDE),
        ("::/0", Wrong.TOO_WIDE),
        ("::ffff:0:0/96", Wrong.TOO_WIDE),
        ("0.0.0.0/1\n128.0.0.0/1", Wrong.TOO_WIDE),
        ("203.0.113.0/24\n203.0.113.128/25", Wrong.TWICE),
        ("203.0.113.128/25\n203.0.113.0/24", Wrong.TWICE),
        ("203.0.113.0/24\n::ffff:203.0.113.0/120", Wrong.TWICE),
        ("203.0.113.0/24 " + "x" * 61, Wrong.LABEL),
        ("203.0.113.0/24 \u202eevil", Wrong.LABEL),
        ("\n".join(f"10.0.{number}.0/24" for number in range(101)), Wrong.TOO_MANY),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(written, why):
    with pytest.raises(BadNetwork) as refused:
        read_networks(written)
    assert refused.value.why is why


def test_networks_and_single_addresses_of_both_kinds_are_read():
    written = "203.0.113.0/24  Main   office\n\n2001:db8:7::/48\n198.51.100.7 VPN\n::ffff:192.0.2.0/120 Mapped"
    assert read_networks(written) == [
        Named("203.0.113.0/24", "Main office"),
        Named("2001:db8:7::/48", ""),
        Named("198.51.100.7/32", "VPN"),
        Named("192.0.2.0/24", "Mapped"),
    ]
    assert read_networks("") == []


def test_an_address_without_a_network_is_in_none():
    assert is_in("2001:db8:7::1", ["203.0.113.0/24", "2001:db8:7::/48"])
    assert not is_in(None, ["203.0.113.0/24"])
    assert label_of(HERE, [("203.0.113.0/24", "Main office")]) == "Main office"


def test_a_list_that_would_lock_out_whoever_saves_it_is_refused(cast):
    client = at(ELSEWHERE, cast.admin)
    answer = client.post(PAGE, {"networks": "203.0.113.0/24 Main office", "guards_pages": "on"})
    assert answer.status_code == 422
    assert f"you are at {ELSEWHERE}" in answer.content.decode()
    assert not AccessRules.objects.filter(guards_pages=True).exists()
    assert client.post(PAGE, {"networks": "", "guards_keys": "on"}).status_code == 422
    assert client.post(PAGE, {"networks": "203.0.113.9/24"}).status_code == 422
    assert client.post(PAGE, {"networks": "1" * 30_000}).status_code == 422
    assert client.post(PAGE, {"networks": f"{ELSEWHERE} Home", "guards_pages": "on"}).status_code == 302
    assert client.get(PAGE).status_code == 200


def test_an_agent_lists_no_networks(cast):
    with pytest.raises(MissingPermission):
        guard(cast.agent)
    assert not AccessRules.objects.exists()


def test_an_open_session_elsewhere_stops_and_is_told_why(cast):
    far, near = at(ELSEWHERE, cast.agent), at(HERE, cast.second_agent)
    guard(cast.admin)
    page = far.get("/inbox/")
    assert page.status_code == 403
    assert ELSEWHERE in page.content.decode()
    assert "Harbor Dental can be used from its own networks only" in page.content.decode()
    assert far.get("/inbox/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert far.get("/session/left/").status_code == 403
    assert near.get("/inbox/").status_code == 200
    assert at(f"::ffff:{HERE}", cast.agent).get("/inbox/").status_code == 200
    assert far.post("/sign-out/").status_code == 302


def test_nobody_behind_a_header_of_their_own_gets_in(cast):
    guard(cast.admin)
    assert at(ELSEWHERE, cast.agent).get("/inbox/", headers={"X-Forwarded-For": HERE}).status_code == 403


def test_the_proxys_word_counts_when_there_is_one(cast, settings):
    settings.TRUSTED_PROXIES = 1
    guard(cast.admin)
    proxied = at("10.0.0.1", cast.agent)
    assert proxied.get("/inbox/", headers={"X-Forwarded-For": f"{ELSEWHERE}, {HERE}"}).status_code == 200
    assert proxied.get("/inbox/", headers={"X-Forwarded-For": f"{HERE}, {ELSEWHERE}"}).status_code == 403


def test_nobody_signs_in_from_elsewhere(cast):
    guard(cast.admin)
    entry = {"email": cast.agent.user.email, "password": PASSPHRASE}
    answer = at(ELSEWHERE).post("/sign-in/", entry)
    assert answer.status_code == 403
    assert "Harbor Dental" in answer.content.decode()
    assert not Session.objects.filter(membership=cast.agent).exists()
    failed = [found for event, found in events(cast.organization) if event == "sign_in:failed"]
    assert [one["reason"] for one in failed] == ["network"]
    wrong = at(ELSEWHERE).post("/sign-in/", {**entry, "password": "not this one at all"})
    assert "Harbor Dental" not in wrong.content.decode(), "told to whoever knows the password only"
    assert at(HERE).post("/sign-in/", entry).status_code == 302


def test_whoever_works_elsewhere_too_comes_in_there_and_shows_what_is_asked_there(cast):
    there = Membership.objects.create(user=cast.agent.user, organization=cast.other_organization)
    SignInPolicy.objects.create(organization=cast.organization, required="everybody")
    guard(cast.admin)
    entry = {"email": cast.agent.user.email, "password": PASSPHRASE}
    assert at(ELSEWHERE).post("/sign-in/", entry)["Location"] == "/"
    assert Session.objects.latest("created_at").membership_id == there.pk
    Membership.objects.filter(pk=cast.agent.pk).update(last_seen_at=timezone.now())
    assert at(HERE).post("/sign-in/", entry)["Location"] == "/sign-in/code/", "used last, and open here"
    with_app(cast.agent.user)
    far = at(ELSEWHERE)
    assert far.post("/sign-in/", entry)["Location"] == "/sign-in/code/"
    far.post("/sign-in/code/", {"code": code(TotpDevice.objects.get())})
    assert Session.objects.latest("created_at").membership_id == there.pk


def test_nobody_sets_a_factor_up_from_elsewhere(cast):
    guard(cast.admin)
    far = at(ELSEWHERE)
    assert far.post("/sign-in/", {"email": cast.supervisor.user.email, "password": PASSPHRASE}).status_code == 403
    assert far.get("/sign-in/set-up/")["Location"] == "/sign-in/"
    moved = at(HERE)
    assert moved.post("/sign-in/", {"email": cast.admin.user.email, "password": PASSPHRASE}).status_code == 302
    moved.defaults["REMOTE_ADDR"] = ELSEWHERE
    assert moved.get("/sign-in/set-up/").status_code == 403
    assert moved.post("/sign-in/passkey/options/").status_code in {200, 403}, "of anybody's passkey, if at all"
    held = at(ELSEWHERE)
    signed_in(held, cast.admin, factors=("password",))
    assert held.get("/sign-in/set-up/").status_code == 403
    assert not TotpDevice.objects.exists()


def test_another_organization_is_not_touched(cast):
    guard(cast.admin)
    assert at(ELSEWHERE, cast.outsider).get("/inbox/").status_code == 200


def test_api_keys_are_guarded_apart_from_pages(cast):
    caller = make_caller(cast.owner)
    guard(cast.admin, pages=True, keys=False)
    assert caller.get("me").status_code == 200
    guard(cast.admin, pages=False, keys=True)
    assert caller.get("me").status_code == 401
    assert at(ELSEWHERE, cast.agent).get("/inbox/").status_code == 200


def test_programs_that_work_from_elsewhere_are_named_before_a_list_cuts_them_off(cast):
    caller = make_caller(cast.owner, name="Nightly import")
    strangers = make_caller(cast.outsider, name="Their import")
    assert caller.get("me").status_code == strangers.get("me").status_code == 200
    client, typed = at(HERE, cast.admin), {"networks": "203.0.113.0/24 Office", "guards_keys": "on"}
    asked = client.post(PAGE, typed)
    assert asked.status_code == 422
    assert "Nightly import" in asked.content.decode()
    assert "Their import" not in asked.content.decode()
    assert caller.get("me").status_code == 200, "nothing was changed"
    assert client.post(PAGE, {**typed, "cut_off": "on"}).status_code == 302
    assert caller.get("me").status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"last_used_at": timezone.now() - timedelta(days=31)},
        {"last_used_address": HERE},
        {"last_used_at": None},
        {"ends_at": timezone.now() - timedelta(days=1)},
    ],
    ids=["long ago", "from the list", "never", "ended"],
)
def test_a_program_that_would_not_notice_is_nothing_to_ask_about(cast, change):
    make_caller(cast.owner).get("me")
    ApiKey.objects.update(**change)
    typed = {"networks": "203.0.113.0/24 Office", "guards_keys": "on"}
    assert at(HERE, cast.admin).post(PAGE, typed).status_code == 302


def test_the_command_line_breaks_the_glass(cast, capsys):
    guard(cast.admin, keys=True)
    call_command("lift_networks", "harbor")
    assert at(ELSEWHERE, cast.agent).get("/inbox/").status_code == 200
    assert events(cast.organization)[-1][0] == "networks:lifted"
    assert AccessRules.objects.get().networks == [["203.0.113.0/24", "Main office"]]
    call_command("lift_networks", "harbor")
    assert "Nothing was guarded" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("lift_networks", "nobody")

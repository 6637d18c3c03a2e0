"""Keys for programs: never more than their maker may do, shown once, ended at once."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import deactivation, integrations, queries
from accounts.api_key_format import PATTERN, is_well_formed, new_key
from accounts.integrations import Ended, TooManyKeys, Wish
from accounts.models import ApiKey, Integration, Membership
from accounts.permissions import MissingPermission, Permission
from accounts.sessions import key_hash
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.callers import make_caller
from tests.cast import PASSPHRASE, signed_in

SEND = frozenset({Permission.MESSAGES_SEND})


def test_keys_are_told_from_what_only_looks_like_one():
    key = new_key()
    assert key != new_key()
    assert is_well_formed(key)
    assert PATTERN.fullmatch(key)
    swapped = key[:-8] + key[-7] + key[-8] + key[-6:]
    wrong = [key[:-1], f"{key}x", key.replace("live", "test"), f"{key}\n", key.upper(), "", "parley_live_" + "é" * 38]
    if swapped != key:
        wrong.append(swapped)
    assert [one for one in wrong if is_well_formed(one)] == []


def test_only_the_hash_of_a_key_is_kept(cast):
    caller = make_caller(cast.owner)
    row = ApiKey.objects.filter(pk=caller.key.pk).values().get()
    assert bytes(row["key_hash"]) == key_hash(caller.secret)
    assert caller.secret not in str(row)
    assert row["shown"] == caller.secret[:18]


def test_an_integration_gets_nothing_that_its_maker_lacks(cast):
    with activate(cast.organization):
        for maker in (cast.agent, cast.supervisor, cast.auditor):
            with pytest.raises(MissingPermission):
                integrations.create(actor=maker, wish=Wish("x", SEND, (cast.front_desk,)))
        cast.second_agent.__dict__["permissions"] = frozenset({Permission.API_MANAGE, *SEND})
        with pytest.raises(MissingPermission) as refused:
            integrations.create(
                actor=cast.second_agent, wish=Wish("x", SEND | {Permission.NOTES_WRITE}, (cast.billing,))
            )
        assert refused.value.missing == (Permission.NOTES_WRITE,)
        with pytest.raises(MissingPermission):
            integrations.create(actor=cast.second_agent, wish=Wish("x", SEND, None))
        cast.second_agent.__dict__["team_ids"] = frozenset({cast.billing.pk})
        with pytest.raises(MissingPermission):
            integrations.create(actor=cast.second_agent, wish=Wish("x", SEND, (cast.front_desk,)))
        assert not Integration.objects.exists()
        assert integrations.create(actor=cast.second_agent, wish=Wish("x", SEND, (cast.billing,))).secret


def test_a_rolled_key_goes_on_for_as_long_as_was_chosen(cast):
    caller = make_caller(cast.owner)
    with activate(cast.organization):
        integration = Integration.objects.get(pk=caller.key.integration_id)
        made = integrations.roll(actor=cast.owner, integration=integration, overlap=timedelta(hours=24))
    old = ApiKey.objects.get(pk=caller.key.pk)
    assert timedelta(hours=23) < old.ends_at - timezone.now() <= timedelta(hours=24)
    assert caller.get("me").status_code == 200
    assert type(caller)(made.secret).get("me").status_code == 200
    ApiKey.objects.filter(pk=old.pk).update(ends_at=timezone.now())
    assert caller.get("me").status_code == 401
    assert type(caller)(made.secret).get("me").status_code == 200


def test_rolling_without_overlap_ends_the_old_key_at_once(cast):
    caller = make_caller(cast.owner, networks=("127.0.0.0/8",))
    with activate(cast.organization):
        integration = Integration.objects.get(pk=caller.key.integration_id)
        made = integrations.roll(actor=cast.owner, integration=integration, overlap=timedelta())
    assert made.key.networks == ["127.0.0.0/8"]
    assert caller.get("me").status_code == 401


def test_whoever_may_do_less_than_the_integration_cannot_get_its_new_key(cast):
    caller = make_caller(cast.owner)
    with activate(cast.organization):
        integration = Integration.objects.get(pk=caller.key.integration_id)
        cast.agent.__dict__["permissions"] = frozenset({Permission.API_MANAGE})
        with pytest.raises(MissingPermission):
            integrations.roll(actor=cast.agent, integration=integration, overlap=timedelta())
        assert ApiKey.objects.count() == 1
        integrations.end(actor=cast.agent, integration=integration)
    assert caller.get("me").status_code == 401


def test_an_ended_integration_gets_no_new_key(cast):
    caller = make_caller(cast.owner)
    with activate(cast.organization):
        integration = Integration.objects.get(pk=caller.key.integration_id)
        integrations.end(actor=cast.owner, integration=integration)
        integrations.end(actor=cast.owner, integration=integration)
        integration.refresh_from_db()
        with pytest.raises(Ended):
            integrations.roll(actor=cast.owner, integration=integration, overlap=timedelta())
    with activate(cast.organization):
        assert AuditEvent.objects.filter(event=AuditKind.API_KEY_REVOKED.value).count() == 1


def test_an_integration_is_deactivated_like_any_member_and_at_once(cast):
    caller = make_caller(cast.owner)
    assert caller.get("me").status_code == 200
    with activate(cast.organization):
        deactivation.deactivate(actor=cast.owner, member=Membership.objects.get(pk=caller.member.pk))
    assert caller.get("me").status_code == 401


@pytest.mark.parametrize(
    ("networks", "address", "inside"),
    [
        (["192.0.2.0/24"], "192.0.2.9", True),
        (["192.0.2.0/24"], "192.0.3.9", False),
        (["192.0.2.7/32", "2001:db8::/32"], "2001:db8:1::9", True),
        (["2001:db8::/32"], "2001:db9::1", False),
        (["2001:db8::/32"], "192.0.2.9", False),
        (["192.0.2.0/24"], None, False),
        ([], None, True),
    ],
)
def test_a_key_is_used_from_its_networks_only(networks, address, inside):
    assert integrations.is_inside(address, networks) is inside


def test_there_is_an_end_to_how_many_there_are(cast, monkeypatch):
    monkeypatch.setattr(integrations, "MOST_KEYS", 2)
    make_caller(cast.owner), make_caller(cast.owner)
    with pytest.raises(TooManyKeys):
        make_caller(cast.owner)
    make_caller(cast.outsider)


def test_everything_stands_in_the_log_and_no_key_does(cast):
    caller = make_caller(cast.owner)
    with activate(cast.organization):
        integration = Integration.objects.get(pk=caller.key.integration_id)
        made = integrations.roll(actor=cast.owner, integration=integration, overlap=timedelta(hours=1))
        integrations.end_key(actor=cast.owner, key=made.key)
        integrations.end(actor=cast.owner, integration=integration)
    with activate(cast.organization):
        events = [event for event in AuditEvent.objects.order_by("sequence") if event.event.startswith("api_key:")]
        assert [event.event.split(":")[1] for event in events] == ["created", "rolled", "revoked", "revoked"]
        assert all(event.actor_id == cast.owner.pk for event in events)
        told = json.dumps([event.details for event in events])
    assert caller.secret not in told
    assert made.secret not in told


def test_an_integration_is_no_person(cast, client):
    caller = make_caller(cast.owner)
    with activate(cast.organization):
        assert caller.member.pk not in {person.member.pk for person in queries.people(cast.owner)}
    assert signed_in(client, cast.owner).get(f"/settings/people/{caller.member.pk}/").status_code == 404
    user = caller.member.user
    user.set_password(PASSPHRASE)
    user.save()
    answer = type(client)().post("/sign-in/", {"email": user.email, "password": PASSPHRASE})
    assert answer.status_code == 422
    assert signed_in(type(client)(), caller.member).get("/settings/account/")["Location"].startswith("/sign-in/")


# --- The page -------------------------------------------------------------------------------------------------------


def typed(cast, **more):
    return {
        "name": "Booking system",
        "permissions": ["messages:send"],
        "scope": "some",
        "teams": [str(cast.billing.pk)],
        "networks": "192.0.2.7\n2001:db8::/32, 192.0.2.0/24",
        "ends": "90",
        **more,
    }


def test_the_empty_page_leads_to_the_first_key(cast, client):
    page = signed_in(client, cast.owner).get("/settings/api/").content.decode()
    assert "No program has a key yet" in page
    assert "/settings/api/new/" in page


def test_a_key_is_shown_in_the_answer_to_its_making_and_never_again(cast, client):
    answer = signed_in(client, cast.owner).post("/settings/api/new/", typed(cast))
    found = PATTERN.search(answer.content.decode())
    key = ApiKey.objects.get()
    assert bytes(key.key_hash) == key_hash(found[0])
    assert key.networks == ["192.0.2.7/32", "2001:db8::/32", "192.0.2.0/24"]
    assert timedelta(days=89) < key.ends_at - timezone.now() <= timedelta(days=90)
    assert key.integration.permissions == ["messages:send"]
    for path in ("/settings/api/", f"/settings/api/{key.integration_id}/"):
        page = client.get(path).content.decode()
        assert "Booking system" in page
        assert key.shown in page
        assert found[0] not in page
        assert "Billing" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "x" * 81},
        {"permissions": ["people:manage"]},
        {"permissions": []},
        {"networks": "192.0.2.1/24"},
        {"networks": "nonsense"},
        {"networks": " ".join(["192.0.2.7"] * 21)},
        {"teams": []},
        {"scope": "everything"},
        {"ends": "1000"},
    ],
)
def test_a_wrong_wish_is_shown_again_and_makes_nothing(cast, client, wrong):
    answer = signed_in(client, cast.owner).post("/settings/api/new/", typed(cast, **wrong))
    assert answer.status_code == 422
    assert not ApiKey.objects.exists()


def test_a_team_of_another_organization_is_none(cast, client):
    with activate(cast.other_organization):
        from accounts.models import Team

        theirs = Team.objects.create(name="Theirs")
    answer = signed_in(client, cast.owner).post("/settings/api/new/", typed(cast, teams=[str(theirs.pk)]))
    assert answer.status_code == 422
    assert not ApiKey.objects.exists()


def test_making_and_rolling_ask_again_who_is_there(cast, client):
    caller = make_caller(cast.owner)
    stale = signed_in(client, cast.owner, minutes_ago=30)
    for path in ("new/", f"{caller.key.integration_id}/roll/"):
        answer = stale.post(f"/settings/api/{path}", typed(cast, overlap="0"))
        assert answer["Location"].startswith("/confirm/")
    assert ApiKey.objects.count() == 1


def test_the_page_rolls_and_ends(cast, client):
    caller = make_caller(cast.owner)
    where = f"/settings/api/{caller.key.integration_id}/"
    page = signed_in(client, cast.owner).post(f"{where}roll/", {"overlap": "24", "ends": ""})
    rolled = type(caller)(PATTERN.search(page.content.decode())[0])
    assert client.post(f"{where}roll/", {"overlap": "9999", "ends": ""}).status_code == 422
    assert client.post(f"{where}keys/{caller.key.pk}/end/")["Location"] == where
    assert (caller.get("me").status_code, rolled.get("me").status_code) == (401, 200)
    assert client.post(f"{where}end/")["Location"] == "/settings/api/"
    assert rolled.get("me").status_code == 401
    assert client.post(f"{where}roll/", {"overlap": "24", "ends": ""})["Location"] == where
    assert "Ended" in client.get("/settings/api/").content.decode()


def test_nobody_else_touches_a_key(cast, client):
    caller = make_caller(cast.owner)
    where = f"/settings/api/{caller.key.integration_id}/"
    for other in (cast.outsider, cast.agent):
        browser = signed_in(type(client)(), other)
        for path in ("roll/", "end/", f"keys/{caller.key.pk}/end/"):
            assert browser.post(f"{where}{path}", {"overlap": "0"}).status_code in {403, 404}
    assert caller.get("me").status_code == 200


def test_a_key_that_nobody_uses_stands_out_and_a_new_one_does_not(cast):
    old, new = make_caller(cast.owner, name="Forgotten robot"), make_caller(cast.owner, name="Booking system")
    Integration.objects.filter(pk=old.key.integration_id).update(created_at=timezone.now() - timedelta(days=91))
    page = signed_in(Client(), cast.owner).get("/settings/api/").content.decode()
    assert page.count("Unused") == 1
    assert "1 integration has asked for nothing in 90 days" in page
    assert old.get("me").status_code == new.get("me").status_code == 200
    assert "Unused" not in signed_in(Client(), cast.owner).get("/settings/api/").content.decode()

"""One's own second factors: add, rename, remove, and nobody else's."""

import pytest
from django.test import Client

from accounts.factors.ways import Way
from accounts.models import CodeMailbox, CodePhone, RecoveryCode, RememberedDevice, SignInPolicy, TotpDevice
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.codes import code, with_app
from tests.accounts.factors.keys import with_key
from tests.accounts.factors.phones import NUMBER, ask_for, code_line, texted, with_phone
from tests.cast import signed_in

PHONE = "/settings/account/add/sms/"


def kinds(member) -> list[str]:
    with activate(member.organization):
        return list(AuditEvent.objects.order_by("sequence").values_list("event", flat=True))


def test_a_phone_counts_once_its_code_was_typed_in_and_replaces_the_one_before(cast, client):
    code_line(cast)
    old = with_phone(cast.agent, "+12125550178")
    signed_in(client, cast.agent, factors=("password", "sms"))
    page = client.get(PHONE).content.decode()
    assert "weaker than a passkey" in page
    assert client.post(PHONE, {"way": "sms", "act": "send", "number": "(212) 555-0177"}).status_code == 302
    new = CodePhone.objects.get(confirmed=False)
    assert new.number == NUMBER
    assert client.post(PHONE, {"way": "sms", "code": "not it"}).status_code == 422
    assert CodePhone.objects.get(confirmed=True).pk == old.pk
    answer = client.post(PHONE, {"way": "sms", "code": texted(cast.agent)})
    assert answer["Location"].startswith("/settings/account/recovery/")
    assert CodePhone.objects.get().pk == new.pk
    assert AuditKind.SECOND_FACTOR_ADDED in kinds(cast.agent)


@pytest.mark.parametrize(
    "typed", ["", "abc", "911", "+1", "+12125550177 ext. 4", "9" * 80, "\x00", "+4930901820", "1-800-555-0199", "🔑"]
)
def test_what_is_no_mobile_phone_is_refused_and_nothing_is_sent(cast, client, typed):
    code_line(cast)
    signed_in(client, cast.agent)
    assert client.post(PHONE, {"way": "sms", "act": "send", "number": typed}).status_code == 422
    assert not CodePhone.objects.filter(confirmed=True).exists()


def test_a_code_for_one_phone_does_not_confirm_another(cast, client):
    code_line(cast)
    signed_in(client, cast.agent)
    client.post(PHONE, {"way": "sms", "act": "send", "number": NUMBER})
    first = texted(cast.agent)
    spy = signed_in(Client(), cast.agent)
    spy.post(PHONE, {"way": "sms", "act": "send", "number": "+12125550199"})
    assert client.post(PHONE, {"way": "sms", "code": first}).status_code in {200, 422}
    assert not CodePhone.objects.filter(confirmed=True).exists()


def test_an_organization_that_forbids_texts_or_has_no_line_offers_none(cast, client):
    signed_in(client, cast.agent)
    assert client.get(PHONE).status_code == 404
    code_line(cast)
    assert client.get(PHONE).status_code == 200
    SignInPolicy.objects.create(organization=cast.organization, methods=["totp"])
    assert client.get(PHONE).status_code == 404
    assert client.get("/settings/account/add/nonsense/").status_code == 404
    assert client.get("/settings/account/add/recovery/").status_code == 404


def test_an_admin_is_offered_strong_ways_only(cast, client):
    code_line(cast)
    signed_in(client, cast.admin)
    assert client.get(PHONE).status_code == 404
    assert client.get("/settings/account/add/passkey/").status_code == 200


def test_somebody_elses_factors_and_devices_do_not_exist(cast, client):
    foreign = [with_app(cast.admin.user), with_phone(cast.second_agent)]
    device = RememberedDevice.objects.create(membership=cast.admin, token_hash=b"x", factor="totp", epoch="0.0")
    signed_in(client, cast.agent)
    for row in foreign:
        for page in (f"/settings/account/factors/{row.pk}/", f"/settings/account/factors/{row.pk}/remove/"):
            assert client.post(page, {"name": "mine"}).status_code == 404
    assert client.post(f"/settings/sessions/devices/{device.pk}/forget/").status_code == 404
    assert TotpDevice.objects.get().name != "mine"
    assert RememberedDevice.objects.exists()


def test_a_key_gets_a_name_and_the_page_lists_it(cast, client):
    with_key(signed_in(client, cast.agent))
    factor = cast.agent.user.passkey_set.get()
    client.post(f"/settings/account/factors/{factor.pk}/", {"name": "Blue key"})
    page = client.get("/settings/account/").content.decode()
    assert "Blue key" in page
    assert "You have one way only" in page
    assert client.post(f"/settings/account/factors/{factor.pk}/", {"name": "x" * 41}).status_code == 422
    assert client.post(f"/settings/account/factors/{factor.pk}/", {"name": " "}).status_code == 422


def test_the_last_one_that_is_needed_stays_and_the_last_of_all_takes_recovery_codes_along(cast, client):
    device = with_app(cast.admin.user)
    signed_in(client, cast.admin)
    client.post(f"/settings/account/factors/{device.pk}/remove/")
    assert TotpDevice.objects.filter(pk=device.pk).exists()
    with_key(client)
    client.post(f"/settings/account/factors/{device.pk}/remove/")
    assert not TotpDevice.objects.filter(user=cast.admin.user).exists()
    own = with_app(cast.agent.user)
    browser = signed_in(Client(), cast.agent)
    browser.post("/settings/account/recovery/")
    assert RecoveryCode.objects.filter(user=cast.agent.user).count() == 10
    browser.post(f"/settings/account/factors/{own.pk}/remove/")
    assert not RecoveryCode.objects.filter(user=cast.agent.user).exists()


def test_recovery_codes_are_shown_once_and_made_by_a_fresh_session_only(cast, client):
    with_app(cast.agent.user)
    stale = signed_in(Client(), cast.agent, minutes_ago=30)
    assert stale.post("/settings/account/recovery/")["Location"].startswith("/confirm/")
    signed_in(client, cast.agent)
    shown = client.post("/settings/account/recovery/")
    assert len(shown.context["codes"]) == 10
    assert "no-store" in shown["Cache-Control"]
    assert shown.context["codes"][0] not in client.get("/settings/account/recovery/").content.decode()
    assert AuditKind.RECOVERY_CODES_MADE in kinds(cast.agent)
    nobody = signed_in(Client(), cast.second_agent)
    assert nobody.post("/settings/account/recovery/")["Location"] == "/settings/account/"
    assert not RecoveryCode.objects.filter(user=cast.second_agent.user).exists()


def test_confirming_takes_ones_strong_factor_not_the_password_nor_a_text(cast, client):
    code_line(cast)
    device = with_app(cast.agent.user)
    with_phone(cast.agent)
    signed_in(client, cast.agent, minutes_ago=30)
    assert client.get("/confirm/").context["way"] is Way.APP
    assert client.post("/confirm/", {"way": "sms", "act": "send"}).status_code == 422
    assert client.post("/confirm/", {"password": "seven quiet harbours"}).status_code == 422
    assert client.post("/confirm/?next=/settings/account/", {"code": code(device)})["Location"] == "/settings/account/"
    assert client.get("/settings/account/add/totp/").status_code == 200


def test_whoever_has_texts_only_confirms_with_one(cast, client):
    code_line(cast)
    with_phone(cast.agent)
    signed_in(client, cast.agent, minutes_ago=30)
    ask_for(client, Way.SMS, "/confirm/")
    assert client.post("/confirm/", {"way": "sms", "code": texted(cast.agent)}).status_code == 302
    assert client.get("/settings/account/add/totp/").status_code == 200
    assert not CodeMailbox.objects.exists()


def test_an_admin_resets_others_but_never_themselves(cast, client):
    with_app(cast.agent.user)
    with_key(signed_in(Client(), cast.agent))
    signed_in(client, cast.admin)
    assert client.post(f"/settings/people/{cast.admin.pk}/reset/").status_code == 302
    assert cast.admin.user.has_usable_password()
    stale = signed_in(Client(), cast.admin, minutes_ago=30)
    assert stale.post(f"/settings/people/{cast.agent.pk}/reset/")["Location"].startswith("/confirm/")
    assert client.post(f"/settings/people/{cast.agent.pk}/reset/").status_code == 200
    assert not TotpDevice.objects.filter(user=cast.agent.user).exists()
    assert not cast.agent.user.passkey_set.exists()
    assert AuditKind.SIGN_IN_RESET in kinds(cast.agent)


def test_whoever_has_codes_by_text_only_is_warned_until_they_have_more(cast, client):
    code_line(cast)
    phone = with_phone(cast.agent)
    signed_in(client, cast.agent, factors=("password", "sms"))
    assert "the weakest way" in client.get("/settings/account/").content.decode()
    with_app(cast.agent.user)
    assert "the weakest way" not in client.get("/settings/account/").content.decode()
    phone.delete()
    assert "the weakest way" not in client.get("/settings/account/").content.decode()


def test_the_page_that_adds_a_phone_warns_and_the_one_for_an_app_does_not(cast, client):
    code_line(cast)
    signed_in(client, cast.agent)
    assert "weaker than a passkey or an app" in client.get(PHONE).content.decode()
    assert "weaker than" not in client.get("/settings/account/add/totp/").content.decode()

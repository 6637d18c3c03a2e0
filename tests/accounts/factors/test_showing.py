"""Signing in with whatever one has: what is accepted, what is not enough, what a browser is remembered for."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.factors import recovery
from accounts.factors.ways import Way
from accounts.models import (
    CodePhone,
    Membership,
    RememberedDevice,
    SentCode,
    Session,
    SignInPolicy,
    TotpDevice,
    User,
)
from accounts.roles import give_roles, set_roles
from accounts.sessions import end_sessions
from tenancy.audit import AuditEventKind, AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.codes import code, with_app
from tests.accounts.factors.phones import ask_for, code_line, texted, with_phone
from tests.cast import PASSPHRASE, role_of, signed_in

CODE_PAGE, SET_UP = "/sign-in/code/", "/sign-in/set-up/"


def begin(client, member: Membership):
    """E-mail and password were right."""
    return client.post("/sign-in/", {"email": member.user.email, "password": PASSPHRASE})


def is_in(client) -> bool:
    return client.get("/settings/account/").status_code == 200


def policy(cast, **fields) -> SignInPolicy:
    return SignInPolicy.objects.create(organization=cast.organization, **fields)


def events(member: Membership, kind: AuditEventKind) -> list[AuditEvent]:
    with activate(member.organization):
        return list(AuditEvent.objects.filter(event=kind))


def test_an_agent_signs_in_with_password_and_a_code_by_text(cast, client):
    code_line(cast)
    with_phone(cast.agent)
    assert begin(client, cast.agent)["Location"] == CODE_PAGE
    page = client.get(CODE_PAGE).content.decode()
    assert "We text a code to +1 *** *** 0177" in page
    assert "2125550177" not in page
    assert not SentCode.objects.exists(), "opening a page sends nothing"
    ask_for(client, Way.SMS)
    assert "on its way" in client.get(CODE_PAGE).content.decode()
    assert client.post(CODE_PAGE, {"way": "sms", "code": texted(cast.agent)})["Location"] == "/"
    assert is_in(client)
    assert Session.objects.get(membership=cast.agent).data["signed_in"]["factors"] == ["password", "sms"]
    assert CodePhone.objects.get().last_used_at is not None


def test_a_code_by_text_is_good_in_the_browser_that_asked_for_it_only(cast, client):
    code_line(cast)
    with_phone(cast.agent)
    other = Client()
    for browser in (client, other):
        begin(browser, cast.agent)
    ask_for(client, Way.SMS)
    stolen = texted(cast.agent)
    assert other.post(CODE_PAGE, {"way": "sms", "code": stolen}).status_code == 422
    assert not is_in(other)
    begin(client, cast.agent)  # begun anew: what was sent before is for nothing
    assert client.post(CODE_PAGE, {"way": "sms", "code": stolen}).status_code == 422


def test_asking_too_often_is_refused_with_the_time_to_wait(cast, client):
    code_line(cast)
    with_phone(cast.agent)
    begin(client, cast.agent)
    for _ in range(5):
        ask_for(client, Way.SMS)
    answer = client.post(CODE_PAGE, {"way": "sms", "act": "send"})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 3000


def test_without_a_line_for_codes_the_page_says_so_and_another_way_is_open(cast, client):
    with_phone(cast.agent)
    left = recovery.make(cast.agent.user)
    begin(client, cast.agent)
    answer = client.post(CODE_PAGE, {"way": "sms", "act": "send"})
    assert answer.status_code == 422
    assert "cannot send codes by text" in answer.content.decode()
    assert not SentCode.objects.exists()
    assert client.post(CODE_PAGE, {"way": "recovery", "code": left[0]})["Location"] == "/"


def test_a_code_by_text_is_not_enough_for_an_admin_who_is_led_to_a_stronger_way(cast, client):
    code_line(cast)
    with_phone(cast.admin)
    begin(client, cast.admin)
    assert client.get(SET_UP)["Location"] == CODE_PAGE, "whoever has something shows it before they add anything"
    ask_for(client, Way.SMS)
    assert client.post(CODE_PAGE, {"way": "sms", "code": texted(cast.admin)})["Location"] == SET_UP
    assert client.get("/settings/people/").status_code == 302
    assert client.get(CODE_PAGE)["Location"] == SET_UP
    assert "Mobile number" not in client.get(f"{SET_UP}?way=sms").content.decode()
    device = TotpDevice.objects.get(user=cast.admin.user)
    assert client.post(SET_UP, {"code": code(device)}).status_code == 302
    assert client.get("/settings/people/").status_code == 200


@pytest.mark.parametrize("has_app", [True, False])
def test_half_way_every_address_leads_to_what_is_missing_and_back(cast, client, has_app):
    if has_app:
        with_app(cast.admin.user)
    begin(client, cast.admin)
    answer = client.get("/settings/people/?q=a")
    assert answer["Location"] == f"{CODE_PAGE}?next=%2Fsettings%2Fpeople%2F%3Fq%3Da"
    hx = client.get("/inbox/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/inbox/"})
    assert hx["HX-Redirect"] == f"{CODE_PAGE}?next=%2Finbox%2F"
    page = answer["Location"]
    if not has_app:
        page = client.get(page)["Location"]
        assert page == f"{SET_UP}?next=%2Fsettings%2Fpeople%2F%3Fq%3Da"
        client.get(page)
    assert not is_in(client)
    done = client.post(page, {"code": code(TotpDevice.objects.get(user=cast.admin.user))})
    back = "/settings/people/?q=a"
    assert done["Location"] == (back if has_app else "/settings/account/recovery/?next=%2Fsettings%2Fpeople%2F%3Fq%3Da")
    assert client.get(back).status_code == 200


def test_whoever_waited_too_long_half_way_begins_again(cast, client, time_machine):
    with_app(cast.admin.user)
    begin(client, cast.admin)
    time_machine.move_to(timezone.now() + timedelta(minutes=10, seconds=1))
    assert client.get("/settings/people/")["Location"] == "/sign-in/?next=%2Fsettings%2Fpeople%2F"


def test_an_admins_session_with_a_code_by_text_alone_opens_nothing(cast, client):
    with_app(cast.admin.user)
    signed_in(client, cast.admin, factors=("password", "sms"))
    assert client.get("/settings/people/")["Location"].startswith(CODE_PAGE)
    signed_in(client, cast.owner, factors=("password", "email"))
    assert client.get("/settings/account/")["Location"].startswith(CODE_PAGE)


def test_a_new_policy_holds_for_open_sessions_at_their_next_request(cast, client):
    signed_in(client, cast.agent, factors=("password",))
    assert is_in(client)
    policy(cast, required="everybody")
    assert client.get("/settings/account/")["Location"].startswith(CODE_PAGE)
    assert client.get(CODE_PAGE)["Location"] == SET_UP
    client.get(SET_UP)
    assert client.post(SET_UP, {"code": code(TotpDevice.objects.get(user=cast.agent.user))}).status_code == 302
    assert is_in(client)


def test_a_policy_for_roles_asks_their_holders_only(cast, client):
    with activate(cast.organization):
        role = cast.agent.roles.get().role_id
    policy(cast, required="roles", required_roles=[str(role)])
    assert begin(client, cast.agent)["Location"] == CODE_PAGE
    assert begin(Client(), cast.auditor)["Location"] == "/"


def test_one_of_several_roles_is_enough_to_be_asked(cast, client):
    asked, other = role_of(cast.organization, "supervisor"), role_of(cast.organization, "agent")
    policy(cast, required="roles", required_roles=[str(asked.pk)])
    with activate(cast.organization):
        give_roles(member=cast.agent, roles=[other])
    signed_in(client, cast.agent, factors=("password",))
    assert is_in(client)
    with activate(cast.organization):
        give_roles(member=cast.agent, roles=[other, asked])
    assert not is_in(client)


def test_a_way_that_is_forbidden_later_no_longer_counts(cast, client):
    code_line(cast)
    with_phone(cast.agent)
    rules = policy(cast, required="everybody")
    signed_in(client, cast.agent, factors=("password", "sms"))
    assert is_in(client)
    rules.methods = ["totp", "passkey"]
    rules.save()
    assert client.get("/settings/account/").status_code == 302
    assert "/sign-in/" in client.get(CODE_PAGE).get("Location", "/sign-in/")


def test_where_a_code_may_not_be_all_somebody_has_it_counts_beside_an_app_only(cast, client):
    code_line(cast)
    with_phone(cast.agent)
    policy(cast, required="everybody", weak_alone=False)
    begin(client, cast.agent)
    ask_for(client, Way.SMS)
    assert client.post(CODE_PAGE, {"way": "sms", "code": texted(cast.agent)})["Location"] == SET_UP
    with_app(cast.second_agent.user)
    with_phone(cast.second_agent, "+12125550178")
    begin(client, cast.second_agent)
    ask_for(client, Way.SMS)
    assert client.post(CODE_PAGE, {"way": "sms", "code": texted(cast.second_agent)})["Location"] == "/"


def test_grace_days_let_people_in_with_a_warning_and_then_no_more(cast, client, time_machine):
    Membership.objects.update(joined_at=timezone.now() - timedelta(days=400))
    policy(cast, required="everybody", grace_days=7)
    answer = client.post("/sign-in/", {"email": cast.agent.user.email, "password": PASSPHRASE}, follow=True)
    assert "your organization asks for a second factor" in answer.content.decode()
    assert is_in(client)
    assert begin(Client(), cast.admin)["Location"] == CODE_PAGE, "administrators have no grace"
    time_machine.move_to(timezone.now() + timedelta(days=7, minutes=1))
    assert begin(Client(), cast.agent)["Location"] == CODE_PAGE


def test_a_role_that_asks_for_a_factor_gives_its_own_grace_days_once(cast, client, time_machine):
    Membership.objects.update(joined_at=timezone.now() - timedelta(days=400))
    ids = [str(role_of(cast.organization, name).pk) for name in ("auditor", "supervisor")]
    since = timezone.now() - timedelta(days=300)
    policy(cast, required="roles", required_roles=ids, grace_days=7, required_since=since)
    assert begin(Client(), cast.agent)["Location"] == "/", "their role asks for nothing"

    def gets(*names: str) -> None:
        with activate(cast.organization):
            set_roles(actor=cast.owner, member=cast.agent, roles=[role_of(cast.organization, name) for name in names])

    gets("agent", "auditor")
    assert begin(Client(), cast.agent)["Location"] == "/"
    time_machine.move_to(timezone.now() + timedelta(days=6))
    gets("agent", "auditor", "supervisor")
    assert begin(Client(), cast.agent)["Location"] == "/"
    time_machine.move_to(timezone.now() + timedelta(days=1, minutes=1))
    assert begin(Client(), cast.agent)["Location"] == CODE_PAGE, "a second such role gives no more days"


def test_each_organization_asks_for_itself_when_it_is_entered(cast, client):
    from accounts.founding import add_member

    there = add_member(organization=cast.other_organization, user=cast.agent.user, role="agent")
    SignInPolicy.objects.create(organization=cast.other_organization, required="everybody", methods=["passkey"])
    Membership.objects.filter(pk=cast.agent.pk).update(last_seen_at=timezone.now())
    with_app(cast.agent.user)
    begin(client, cast.agent)
    device = TotpDevice.objects.get(user=cast.agent.user)
    assert client.post(CODE_PAGE, {"code": code(device)})["Location"] == "/"
    assert is_in(client)
    client.post(f"/organization/{there.organization_id}/")
    assert client.get("/settings/account/")["Location"].startswith(CODE_PAGE)
    assert Session.objects.get(membership=there).user_id == there.user_id


def test_a_recovery_code_signs_in_once_is_in_the_log_and_remembers_nothing(cast, client):
    with_app(cast.admin.user)
    left = recovery.make(cast.admin.user)
    policy(cast, remember_days=7)
    begin(client, cast.admin)
    sent = {"way": "recovery", "code": left[0].upper(), "remember": "1"}
    assert client.post(CODE_PAGE, sent)["Location"] == "/"
    assert client.get("/settings/people/").status_code == 200
    assert len(events(cast.admin, AuditKind.RECOVERY_CODE_USED)) == 1
    assert not RememberedDevice.objects.exists()
    other = Client()
    begin(other, cast.admin)
    assert other.post(CODE_PAGE, sent).status_code == 422
    assert not is_in(other)


def test_codes_reach_neither_log_nor_audit(cast, client, caplog):
    code_line(cast)
    with_phone(cast.agent)
    left = recovery.make(cast.agent.user)
    begin(client, cast.agent)
    ask_for(client, Way.SMS)
    digits = texted(cast.agent)
    client.post(CODE_PAGE, {"way": "recovery", "code": left[0]})
    with activate(cast.organization):
        written = caplog.text + repr([(row.event, row.details, row.object_id) for row in AuditEvent.objects.all()])
    assert not any(secret in written for secret in (digits, left[0], "5550177"))


# --- Remembered browsers ---


def remembered(cast, client, member: Membership, days: int = 7) -> TotpDevice:
    """The member has signed in with the app and asked to be remembered, and is signed out again."""
    device = with_app(member.user)
    policy(cast, remember_days=days)
    begin(client, member)
    assert client.post(CODE_PAGE, {"code": code(device), "remember": "1"}).status_code == 302
    client.post("/sign-out/")
    return device


def test_a_remembered_browser_is_not_asked_and_others_are(cast, client):
    remembered(cast, client, cast.admin)
    assert begin(client, cast.admin)["Location"] == "/"
    assert client.get("/settings/people/").status_code == 200
    assert client.get("/settings/account/add/totp/")["Location"].startswith("/confirm/"), "not for what can do harm"
    assert begin(Client(), cast.admin)["Location"] == CODE_PAGE
    cookie = client.cookies[settings.REMEMBERED_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie.value.encode() not in bytes(RememberedDevice.objects.get().token_hash)


@pytest.mark.parametrize("end", ["epoch", "sessions", "membership", "policy", "method", "factor", "time", "forget"])
def test_what_ends_sessions_or_the_permission_ends_remembering(cast, client, time_machine, end):
    device = remembered(cast, client, cast.agent)
    row = RememberedDevice.objects.get()
    if end == "epoch":
        User.objects.filter(pk=cast.agent.user_id).update(auth_epoch=F("auth_epoch") + 1)
    elif end == "sessions":
        end_sessions(user_id=cast.agent.user_id)
    elif end == "membership":
        Membership.objects.filter(pk=cast.agent.pk).update(auth_epoch=F("auth_epoch") + 1)
    elif end == "policy":
        SignInPolicy.objects.update(remember_days=0)
    elif end == "method":
        SignInPolicy.objects.update(methods=["passkey"], required="everybody")
    elif end == "factor":
        with_phone(cast.agent)
        TotpDevice.objects.filter(pk=device.pk).delete()
    elif end == "time":
        time_machine.move_to(timezone.now() + timedelta(days=7, minutes=1))
    else:
        signed_in(client, cast.agent)
        assert client.post(f"/settings/sessions/devices/{row.pk}/forget/").status_code == 302
    assert begin(client, cast.agent)["Location"] == CODE_PAGE


def test_by_default_nobody_is_remembered(cast, client):
    device = with_app(cast.agent.user)
    begin(client, cast.agent)
    assert "Do not ask again" not in client.get(CODE_PAGE).content.decode()
    client.post(CODE_PAGE, {"code": code(device), "remember": "1"})
    assert not RememberedDevice.objects.exists()


def test_a_cookie_of_somebody_elses_device_is_worth_nothing(cast, client):
    remembered(cast, client, cast.agent)
    with_app(cast.second_agent.user)
    assert begin(client, cast.second_agent)["Location"] == CODE_PAGE
    client.cookies[settings.REMEMBERED_COOKIE_NAME] = "x" * 5000
    assert begin(client, cast.agent)["Location"] == CODE_PAGE

"""The way in: anonymous, password right, second factor right; in this order and no other."""

import pytest
from django.conf import settings
from django.db.models import F

from accounts import second_factor, signing_in
from accounts.models import Membership, Session, SignInEvent, SignInOutcome, TotpDevice, User
from accounts.origins import Origin
from accounts.sessions import SessionStore, key_hash
from tenancy.audit import AuditEventKind, AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.codes import code, with_app
from tests.cast import PASSPHRASE, role_of, signed_in


def send_password(client, email, password=PASSPHRASE, **kwargs):
    return client.post("/sign-in/", {"email": email, "password": password}, **kwargs)


def session_of(client) -> Session | None:
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return Session.objects.filter(key_hash=key_hash(cookie.value)).first() if cookie else None


def events(member: Membership, kind: AuditEventKind) -> int:
    with activate(member.organization):
        return AuditEvent.objects.filter(event=kind, actor_id=member.pk).count()


def test_an_agent_signs_in_with_the_password_and_lands_where_they_wanted(cast, client):
    answer = client.post(
        "/sign-in/?next=/settings/sessions/", {"email": " Agent@Harbor.example ", "password": PASSPHRASE}
    )
    assert answer.status_code == 302
    assert answer["Location"] == "/settings/sessions/"
    assert client.get("/settings/sessions/").status_code == 200
    assert events(cast.agent, AuditKind.SIGNED_IN) == 1
    assert SignInEvent.objects.get().outcome == SignInOutcome.SIGNED_IN


def test_the_page_sends_nobody_to_another_site(cast, client):
    answer = client.post(
        "/sign-in/?next=https://evil.example/", {"email": "agent@harbor.example", "password": PASSPHRASE}
    )
    assert answer["Location"] == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("nobody@harbor.example", PASSPHRASE),
        ("agent@harbor.example", "wrong password here"),
        ("leaver@harbor.example", PASSPHRASE),
        ("agent@harbor.example", "Seven Quiet Harbours"),
    ],
)
def test_every_refusal_reads_the_same_and_signs_nobody_in(cast, client, email, password):
    answer = send_password(client, email, password)
    assert answer.status_code == 422
    assert "do not belong together" in answer.content.decode()
    assert session_of(client) is None
    assert client.get("/settings/sessions/").status_code == 302


def test_a_switched_off_user_is_refused_like_a_wrong_password(cast, client):
    User.objects.filter(pk=cast.agent.user_id).update(is_active=False)
    assert send_password(client, "agent@harbor.example").status_code == 422


def test_somebody_without_a_password_cannot_sign_in_with_an_empty_one(cast, client):
    User.objects.create_user(email="new@harbor.example", name="New")
    assert send_password(client, "new@harbor.example", "").status_code == 422
    assert send_password(client, "new@harbor.example", "!").status_code == 422


def test_one_password_is_one_password_on_every_keyboard(cast, client):
    cast.agent.user.set_password("éclairs über alles now")
    cast.agent.user.save()
    assert send_password(client, "agent@harbor.example", "e\u0301clairs u\u0308ber alles now").status_code == 302


def test_the_session_key_changes_at_every_step(cast, client):
    device = with_app(cast.admin.user)
    keys = []
    send_password(client, "admin@harbor.example")
    keys.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    client.post("/sign-in/code/", {"code": code(device)})
    keys.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    assert len(set(keys)) == 2
    assert not Session.objects.filter(key_hash=key_hash(keys[0])).exists()
    assert session_of(client).membership_id == cast.admin.pk


def test_a_planted_session_key_is_never_taken_over(cast, client):
    client.cookies[settings.SESSION_COOKIE_NAME] = "planted0planted0planted0planted0"
    send_password(client, "agent@harbor.example")
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != "planted0planted0planted0planted0"


def test_the_password_alone_opens_nothing_for_an_admin(cast, client):
    with_app(cast.admin.user)
    assert send_password(client, "admin@harbor.example")["Location"] == "/sign-in/code/"
    for page in ("/", "/settings/people/", "/settings/account/", "/confirm/"):
        assert client.get(page)["Location"].startswith("/sign-in/")
    assert events(cast.admin, AuditKind.SIGNED_IN) == 0


def test_the_second_step_cannot_be_entered_without_the_first(cast, client):
    with_app(cast.admin.user)
    assert client.get("/sign-in/code/")["Location"] == "/sign-in/"
    assert client.post("/sign-in/code/", {"code": "123456"})["Location"] == "/sign-in/"
    assert client.get("/sign-in/set-up/")["Location"] == "/sign-in/"


def test_an_admin_signs_in_with_password_and_code(cast, client):
    device = with_app(cast.admin.user)
    send_password(client, "admin@harbor.example")
    answer = client.post("/sign-in/code/", {"code": code(device)[:3] + " " + code(device)[3:]})
    assert answer["Location"] == "/"
    assert client.get("/settings/people/").status_code == 200
    assert session_of(client).data["signed_in"]["factors"] == ["password", "totp"]


def test_a_wrong_code_signs_nobody_in_and_is_in_the_log(cast, client):
    device = with_app(cast.admin.user)
    send_password(client, "admin@harbor.example")
    wrong = f"{(int(code(device)) + 1) % 10**6:06d}"
    answer = client.post("/sign-in/code/", {"code": wrong})
    assert answer.status_code == 422
    assert client.get("/settings/people/").status_code == 302
    assert events(cast.admin, AuditKind.SIGN_IN_FAILED) == 1
    assert SignInEvent.objects.get().outcome == SignInOutcome.CODE_WRONG


def test_a_code_is_good_once(cast, client):
    device = with_app(cast.admin.user)
    used = code(device)
    send_password(client, "admin@harbor.example")
    assert client.post("/sign-in/code/", {"code": used}).status_code == 302
    other = type(client)()
    send_password(other, "admin@harbor.example")
    assert other.post("/sign-in/code/", {"code": used}).status_code == 422
    assert other.post("/sign-in/code/", {"code": code(device, steps=1)}).status_code == 302


def test_an_admin_without_an_app_is_led_through_its_set_up_and_can_do_nothing_else(cast, client):
    assert send_password(client, "admin@harbor.example")["Location"] == "/sign-in/code/"
    assert client.get("/sign-in/code/")["Location"] == "/sign-in/set-up/"
    page = client.get("/sign-in/set-up/").content.decode()
    assert "data:image/svg+xml" in page
    assert client.get("/settings/people/").status_code == 302
    device = TotpDevice.objects.get(user=cast.admin.user)
    assert " ".join(device.secret[i : i + 4] for i in range(0, 32, 4)) in page
    assert client.post("/sign-in/set-up/", {"code": "000000"}).status_code == 422
    assert client.post("/sign-in/set-up/", {"code": code(device)})["Location"] == "/settings/account/recovery/"
    assert client.get("/settings/people/").status_code == 200
    assert events(cast.admin, AuditKind.SECOND_FACTOR_ADDED) == 1


def test_the_picture_to_scan_holds_the_secret_the_address_and_our_name(cast, client, monkeypatch):
    drawn, make = [], second_factor.segno.make
    monkeypatch.setattr(second_factor.segno, "make", lambda text, **how: drawn.append(text) or make(text, **how))
    send_password(client, "admin@harbor.example")
    page = client.get("/sign-in/set-up/")
    secret = TotpDevice.objects.get(user=cast.admin.user).secret
    assert drawn == [f"otpauth://totp/Parley:admin%40harbor.example?secret={secret}&issuer=Parley"]
    assert f'src="{page.context["set_up"].picture}"' in page.content.decode()


def test_the_set_up_page_shows_one_secret_however_often_it_is_opened(cast, client):
    send_password(client, "admin@harbor.example")
    first, second = client.get("/sign-in/set-up/"), client.get("/sign-in/set-up/")
    assert first.context["set_up"].groups == second.context["set_up"].groups
    assert "set-up" not in str(first.headers.get("Set-Cookie"))
    assert first["Cache-Control"] == "no-store"


def test_whoever_has_an_app_cannot_slip_into_its_set_up(cast, client):
    with_app(cast.admin.user)
    send_password(client, "admin@harbor.example")
    assert client.get("/sign-in/set-up/")["Location"] == "/sign-in/code/"
    assert TotpDevice.objects.filter(user=cast.admin.user).count() == 1


def test_an_agent_who_chose_an_app_is_asked_for_it(cast, client):
    device = with_app(cast.agent.user)
    assert send_password(client, "agent@harbor.example")["Location"] == "/sign-in/code/"
    assert client.post("/sign-in/code/", {"code": code(device)})["Location"] == "/"


def test_a_half_finished_sign_in_ends_when_everything_is_ended(cast, client):
    device = with_app(cast.admin.user)
    send_password(client, "admin@harbor.example")
    User.objects.filter(pk=cast.admin.user_id).update(auth_epoch=F("auth_epoch") + 1)
    assert client.post("/sign-in/code/", {"code": code(device)})["Location"] == "/sign-in/"


def test_a_half_finished_sign_in_waits_ten_minutes_only(cast, client):
    device = with_app(cast.admin.user)
    send_password(client, "admin@harbor.example")
    row = session_of(client)
    row.data["pending"]["at"] -= 601
    row.save()
    assert client.post("/sign-in/code/", {"code": code(device)})["Location"] == "/sign-in/"


def test_a_member_who_becomes_an_admin_must_show_a_second_factor_at_the_next_click(cast, client):
    signed_in(client, cast.agent, factors=("password",))
    assert client.get("/settings/account/").status_code == 200
    from accounts.roles import give_role

    with activate(cast.organization):
        give_role(member=cast.agent, role=role_of(cast.organization, "admin"))
    answer = client.get("/settings/people/")
    assert answer["Location"] == "/sign-in/code/?next=%2Fsettings%2Fpeople%2F"
    assert client.get(answer["Location"])["Location"] == "/sign-in/set-up/?next=%2Fsettings%2Fpeople%2F"
    client.get("/sign-in/set-up/")
    device = TotpDevice.objects.get(user=cast.agent.user)
    done = client.post("/sign-in/set-up/?next=/settings/people/", {"code": code(device)})
    assert done["Location"] == "/settings/account/recovery/?next=%2Fsettings%2Fpeople%2F"
    assert client.get("/settings/people/").status_code == 200


def test_signing_in_as_somebody_else_never_takes_over_the_membership(cast, client):
    signed_in(client, cast.outsider)
    send_password(client, "agent@harbor.example")
    row = session_of(client)
    assert (row.user_id, row.membership_id) == (cast.agent.user_id, cast.agent.pk)


def test_signing_out_ends_the_session_in_the_database(cast, client):
    signed_in(client, cast.agent)
    row = session_of(client)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert not Session.objects.filter(pk=row.pk).exists()
    assert events(cast.agent, AuditKind.SIGNED_OUT) == 1


def test_a_person_is_told_of_attempts_that_failed_since(cast, client):
    for _ in range(2):
        send_password(client, "agent@harbor.example", "a wrong password")
    answer = send_password(client, "agent@harbor.example", follow=True)
    assert "2 attempts to sign in as you failed" in answer.content.decode()


def test_neither_passwords_nor_codes_nor_addresses_reach_the_log(cast, client, caplog):
    with_app(cast.admin.user)
    send_password(client, "admin@harbor.example", "a very wrong password")
    send_password(client, "admin@harbor.example")
    client.post("/sign-in/code/", {"code": "424242"})
    logged = caplog.text
    assert "sign_in_failed" in logged
    assert not any(secret in logged for secret in ("very wrong", "harbor.example", "424242", PASSPHRASE))


def test_nobody_sets_up_an_app_with_a_secret_that_another_browser_has_seen(cast, client):
    spy = type(client)()
    for browser in (spy, client):
        send_password(browser, "admin@harbor.example")
    seen = spy.get("/sign-in/set-up/").context["set_up"].groups
    assert client.get("/sign-in/set-up/").context["set_up"].groups != seen
    own = TotpDevice.objects.get(user=cast.admin.user)
    assert client.post("/sign-in/set-up/", {"code": code(own)}).status_code == 302
    assert client.get("/settings/people/").status_code == 200


def test_a_password_that_was_replaced_while_it_was_checked_signs_nobody_in(cast):
    checked = User.objects.get(pk=cast.agent.user_id)
    User.objects.filter(pk=checked.pk).update(auth_epoch=F("auth_epoch") + 1)
    store = SessionStore()
    origin = Origin("127.0.0.1", "127.0.0.1", "Firefox on Linux")
    assert signing_in.enter(store=store, user=checked, origin=origin, factors=signing_in.FIRST_FACTOR) is None
    assert not Session.objects.exists()

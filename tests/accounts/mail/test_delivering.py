"""A mail goes out at least once, under one name, and nothing of it stays."""

import logging
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts import mail
from accounts.mail import delivering, kinds
from accounts.mail.delivering import claim, deliver_due, sweep
from accounts.models import OutgoingMail
from tenancy.ids import new_id
from tests.smtp_server import mail_server
from tests.tls import Authority

from .conftest import use

pytestmark = pytest.mark.django_db
ADDRESS = "nia@harbor.example"
State = OutgoingMail.State


def put(address: str = ADDRESS):
    return mail.queue(to=address, kind=mail.MailKind.TRIAL)


def make_due() -> None:
    OutgoingMail.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def only() -> OutgoingMail:
    return OutgoingMail.objects.get()


def test_a_mail_arrives_once_and_then_neither_address_nor_text_is_kept(server):
    mail_id = put()
    assert deliver_due() == 1
    assert deliver_due() == 0
    [(to, _)] = server.taken
    assert to == ADDRESS
    [got] = server.mails
    assert got["To"] == ADDRESS
    assert got["From"] == "Parley <parley@text.example.com>"
    assert got["Message-ID"] == f"<{mail_id}@text.example.com>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Subject"] == "Mail from Parley arrives"
    assert got.get_body(("plain",)).get_content().startswith("Somebody who runs Parley")
    assert "<p>Somebody who runs Parley" in got.get_body(("html",)).get_content()
    row = only()
    assert (row.state, row.address, row.content, row.lease_until) == (State.SENT, None, None, None)


def test_address_and_text_are_sealed_while_they_wait():
    put()
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, content FROM accounts_outgoingmail")
        address, content = (bytes(value) for value in cursor.fetchone())
    assert b"harbor" not in address
    assert b"Parley" not in content


@pytest.mark.django_db(transaction=True)
def test_a_mail_of_a_transaction_that_fails_does_not_exist(server, redis_client):
    with pytest.raises(RuntimeError), transaction.atomic():
        put()
        raise RuntimeError
    assert deliver_due() == 0
    assert server.taken == []
    assert redis_client.llen("celery") == 0
    with transaction.atomic():
        put()
        assert redis_client.llen("celery") == 0, "nobody is woken before the commit"
    assert redis_client.llen("celery") == 1


@pytest.mark.django_db(transaction=True)
def test_the_queue_holds_neither_address_nor_text(redis_client):
    put()
    said = b"".join(redis_client.lrange("celery", 0, -1))
    assert b"deliver_mails" in said
    assert b"harbor" not in said


def test_many_mails_go_over_one_connection_the_urgent_ones_first(server):
    for number in range(5):
        put(f"person{number}@harbor.example")
    OutgoingMail.objects.filter(pk=only_last().pk).update(priority=1)
    assert deliver_due() == 5
    assert server.connections == 1
    assert server.taken[0][0] == "person4@harbor.example"


def only_last() -> OutgoingMail:
    return OutgoingMail.objects.order_by("-queued_at", "-pk")[0]


@pytest.mark.parametrize(
    ("script", "failure"),
    [
        ({"connect": ""}, "SMTPServerDisconnected"),
        ({"connect": "554 go away"}, "SMTPConnectError"),
        ({"EHLO": "", "HELO": ""}, "SMTPServerDisconnected"),
        ({"MAIL": "550 we do not know you"}, "sender"),
        ({"RCPT": "451 later"}, "address later"),
        ({"DATA": "452 full"}, "content later"),
        ({".": "421 closing"}, "content later"),
        ({".": ""}, "SMTPServerDisconnected"),
        ({"DATA": ""}, "SMTPServerDisconnected"),
    ],
)
def test_what_may_pass_is_tried_again_and_arrives(server, script, failure):
    put()
    server.script = script
    assert deliver_due() == 0
    row = only()
    assert (row.state, row.attempt, row.failure) == (State.WAITING, 1, failure)
    assert row.due_at > timezone.now()
    assert row.address == ADDRESS
    assert deliver_due() == 0, "it is not due yet"
    server.script = {}
    make_due()
    assert deliver_due() == 1
    assert len(server.taken) == 1


@pytest.mark.parametrize(
    ("script", "failure"),
    [({"RCPT": "550 nobody of that name"}, "address"), ({"DATA": "554 no"}, "content"), ({".": "552 no"}, "content")],
)
def test_what_is_refused_for_good_ends_and_is_destroyed(server, script, failure):
    put()
    server.script = script
    assert deliver_due() == 0
    row = only()
    assert (row.state, row.failure, row.address, row.content) == (State.REFUSED, failure, None, None)
    server.script = {}
    assert deliver_due() == 0
    assert server.taken == []


def test_one_refused_address_holds_up_no_other(server):
    for name in ("nobody", "somebody"):
        put(f"{name}@harbor.example")
    server.script = {"RCPT nobody@harbor.example": "550 nobody of that name"}
    assert deliver_due() == 1
    assert [to for to, _ in server.taken] == ["somebody@harbor.example"]


def test_a_server_that_is_away_is_asked_once_a_turn_not_once_a_mail(server):
    for number in range(4):
        put(f"person{number}@harbor.example")
    server.script = {"connect": ""}
    assert deliver_due() == 0
    assert server.connections == 1
    assert OutgoingMail.objects.filter(attempt=0).count() == 3


def test_a_refused_connection_and_a_silent_server_cost_a_wait(settings, server):
    put()
    settings.EMAIL_TIMEOUT = 0.3
    server.script = {"connect": "silence"}
    assert deliver_due() == 0
    assert only().failure == "SMTPServerDisconnected"
    settings.EMAIL_PORT = 9
    make_due()
    assert deliver_due() == 0
    assert only().failure == "ConnectionRefusedError"


def test_an_answer_that_got_lost_brings_the_mail_again_under_the_same_name(server):
    put()
    server.script = {".": "lost"}
    assert deliver_due() == 0
    server.script = {}
    make_due()
    assert deliver_due() == 1
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_a_sender_that_died_leaves_its_mail_to_the_next(server):
    put()
    taken = claim()
    assert claim() is None
    OutgoingMail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert deliver_due() == 1
    assert not delivering._record(taken, delivering.Outcome.REFUSED, "late"), "the first one has no say any more"
    assert only().state == State.SENT


def test_two_senders_at_once_are_enough():
    for number in range(4):
        put(f"person{number}@harbor.example")
    assert [claim() is not None for _ in range(3)] == [True, True, False]


def test_a_mail_whose_time_is_over_is_not_sent_and_destroyed(server):
    put()
    OutgoingMail.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert deliver_due() == 0
    assert sweep() == 1
    row = only()
    assert (row.state, row.address, row.content) == (State.EXPIRED, None, None)
    assert server.taken == []


def test_the_sweep_wakes_somebody_when_a_bell_was_lost(redis_client):
    put()
    redis_client.flushdb()
    assert sweep() == 0
    assert redis_client.llen("celery") == 1


def test_what_ended_is_forgotten_after_a_month():
    put()
    put("other@harbor.example")
    ended = timezone.now() - timedelta(days=31)
    OutgoingMail.objects.filter(pk=only_last().pk).update(
        state=State.SENT, address=None, content=None, ended_at=ended, lease_until=None
    )
    assert delivering.forget_old() == 1
    assert only().state == State.WAITING


def test_an_address_gets_no_more_than_its_share_of_a_kind():
    most = kinds.TERMS[mail.MailKind.TRIAL].an_hour
    for _ in range(most):
        put()
    with pytest.raises(mail.TooManyMails):
        put("  NIA@harbor.example ")
    put("other@harbor.example")
    OutgoingMail.objects.update(queued_at=timezone.now() - timedelta(hours=1, seconds=1))
    put()


def test_the_log_tells_ids_only(server, caplog):
    caplog.set_level(logging.DEBUG)
    mail_id = put()
    server.script = {"RCPT": f"550 <{ADDRESS}> is unknown here"}
    deliver_due()
    said = caplog.text + repr([record.__dict__ for record in caplog.records])
    assert str(mail_id) in said
    assert "harbor" not in said


# --- The way to the server ---


@pytest.fixture
def authority(tmp_path) -> Authority:
    return Authority(tmp_path)


def deliver_by_tls(settings, authority, monkeypatch, *, believed=True, implicit=False, **how):
    """What deliver_due says, and how the mail is afterwards, over a server that offers STARTTLS."""
    if believed:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with mail_server(**how) as running:
        use(settings, running)
        settings.EMAIL_USE_TLS = True
        put()
        return deliver_due(), only().failure, running


def test_a_server_with_the_right_certificate_gets_the_mail_over_tls(settings, authority, monkeypatch):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "parley", "secret"
    sent, failure, running = deliver_by_tls(
        settings, authority, monkeypatch, tls=authority.server_context("localhost"), password="secret"
    )
    assert (sent, failure) == (1, "")
    assert running.commands.index("STARTTLS") < running.commands.index("AUTH") < running.commands.index("MAIL")


@pytest.mark.parametrize(
    ("name", "flaws"),
    [
        ("mail.example.com", {}),
        ("localhost", {"expired": True}),
        ("localhost", {"believed": False}),
    ],
    ids=["another name", "expired", "an authority that nobody knows"],
)
def test_a_wrong_certificate_gets_neither_password_nor_mail(settings, authority, monkeypatch, name, flaws):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "parley", "secret"
    context = authority.server_context(name, expired=flaws.get("expired", False))
    sent, failure, running = deliver_by_tls(
        settings, authority, monkeypatch, believed=flaws.get("believed", True), tls=context, password="secret"
    )
    assert sent == 0
    assert failure == "SSLCertVerificationError"
    assert "AUTH" not in running.commands
    assert running.taken == []


def test_a_server_that_offers_no_tls_gets_nothing(settings, authority, monkeypatch):
    sent, failure, running = deliver_by_tls(settings, authority, monkeypatch)
    assert (sent, failure, running.taken) == (0, "SMTPNotSupportedError", [])


def test_a_password_that_the_server_does_not_know_keeps_the_mail(settings, authority, monkeypatch):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "parley", "wrong"
    sent, failure, _ = deliver_by_tls(
        settings,
        authority,
        monkeypatch,
        tls=authority.server_context("localhost"),
        password="secret",
        script={"AUTH": "535 no"},
    )
    assert (sent, failure) == (0, "sign-in")


def test_one_organizations_mails_keep_nobody_from_anothers():
    kind, scopes = mail.MailKind.ANNOUNCEMENT_WAITS, (new_id(), new_id())
    words = {"organization": "Harbor", "page_link": settings.PUBLIC_BASE_URL + "/announcements/"}
    for _ in range(kinds.TERMS[kind].an_hour):
        mail.queue(to=ADDRESS, kind=kind, words=words, scope=scopes[0])
    with pytest.raises(mail.TooManyMails):
        mail.queue(to=ADDRESS, kind=kind, words=words, scope=scopes[0])
    mail.queue(to=ADDRESS, kind=kind, words=words, scope=scopes[1])

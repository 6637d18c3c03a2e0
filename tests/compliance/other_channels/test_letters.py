"""E-mails about an escalation: screened, threaded, sent once, followed to their end."""

from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.mail.delivering import deliver_due
from accounts.models import OutgoingMail
from compliance.models import ContactAddress, Escalation, LetterText
from compliance.other_channels.mail import following
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.mail.conftest import server
from tests.compliance.escalations.at_the_desk import CARD_OFFER, escalation, events, steps
from tests.compliance.other_channels.at_the_mail import MARIA, arrived, letters, write
from tests.compliance.other_channels.at_the_phone import HTMX
from tests.kept import kept_upon
from tests.revealers import MASKED, with_rights
from tests.texting.desk import desk

__all__ = ["desk", "server"]

SAID = f"{CARD_OFFER} It is about my rash."


@kept_upon("desk")
def offered(desk):
    desk.hear("START", name="Maria Ruiz")
    return desk.hear(SAID)


def page(desk, member=None):
    address = reverse("escalation", args=[escalation(desk).pk])
    return desk.as_(member or desk.cast.agent).get(address).content.decode()


def dialog(desk, member=None, **query):
    address = reverse("escalation_mail", args=[escalation(desk).pk])
    return desk.as_(member or desk.cast.agent).get(address, query, headers=HTMX).content.decode()


def follow(desk) -> int:
    with activate(desk.organization):
        return following.follow()


def test_an_email_is_the_first_contact_and_quotes_nothing_of_the_texts(desk, offered):
    press = uuid4()
    for _ in range(2):
        assert write(desk, press=press).status_code == 204
    [mail] = arrived()
    [letter] = letters(desk)
    assert (mail["To"], mail["Subject"]) == (MARIA, "About your message")
    assert mail["From"] == "Harbor Dental <parley@localhost>"
    assert mail["Message-ID"] == f"<{letter.mail_id}@localhost>"
    assert mail["Auto-Submitted"] is None, "a person wrote it"
    told = desk.as_(desk.cast.agent).get(reverse("contact_timeline", args=[offered.contact_id])).content.decode()
    assert ("E-mail to the customer" in told, "About your message" in told, MARIA in told) == (True, False, False)
    assert mail.get_content_type() == "text/plain"
    raw = mail.as_string()
    for words in ("rash", "card", "Maria Ruiz", "+1212"):
        assert words not in raw
    mine = escalation(desk)
    assert (mine.contact_channel, mine.contacted_at, mine.owner) == ("email", letter.at, desk.cast.agent)
    assert set(steps(desk).values()) == {"dropped"}
    assert "On its way" not in page(desk), "the page asks the queue, which has sent it"
    assert (follow(desk), follow(desk)) == (1, 0)
    assert letters(desk)[0].state == "sent"
    assert events(desk) == ["opened", "mailed"]
    with activate(desk.organization):
        assert AuditEvent.objects.filter(event="escalation:mailed").count() == 1


def test_what_was_mailed_is_closed_with_what_came_of_it_or_by_who_may_waive(desk, offered):
    write(desk)
    address = reverse("escalation_close", args=[escalation(desk).pk])
    now = timezone.now().astimezone(ZoneInfo(desk.organization.time_zone)).strftime("%Y-%m-%dT%H:%M")
    client = desk.as_(desk.cast.agent)
    for bad in ({"words": ""}, {"channel": ""}, {"channel": "sms"}, {"at": ""}):
        data = {"channel": "email", "at": now, "words": "Paid by the link"} | bad
        assert client.post(address, data, headers=HTMX).status_code == 422
    waive = reverse("escalation_waive", args=[escalation(desk).pk])
    assert client.post(waive, {"reason": "Enough"}, headers=HTMX).status_code == 403
    assert escalation(desk).state == "open"
    data = {"channel": "email", "at": now, "words": "Paid by the link"}
    assert client.post(address, data, headers=HTMX).status_code == 204
    assert (escalation(desk).state, escalation(desk).outcome_channel) == ("closed", "email")


def test_the_next_one_follows_in_the_same_thread(desk, offered, settings):
    settings.MAIL_REPLIES = "replies@in.example.com"
    write(desk)
    write(desk, to="", body="Did you get it?")
    first, second = arrived()
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert second["To"] == MARIA, "the address is remembered"
    assert first["Reply-To"] == second["Reply-To"]
    assert first["Reply-To"].startswith("replies+")
    assert len(first["Reply-To"].split("@")[0]) == len("replies+") + 26
    assert str(escalation(desk).pk)[:8] not in first["Reply-To"]


def test_what_it_begins_with_names_who_writes_and_how_to_answer(desk, offered, settings):
    shown = dialog(desk)
    assert "Harbor Dental: about your message" in shown
    assert "Tell us by text when we may call you." in shown
    assert "Amelia Okafor" in shown
    settings.MAIL_REPLIES = "replies@in.example.com"
    assert "responda a este correo" in dialog(desk, language="es").lower()
    assert "about your message" in dialog(desk, language="\x00")
    assert SAID not in shown


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"to": ""}, "Type an e-mail address"),
        ({"to": "maria"}, "Type an e-mail address"),
        ({"to": "a@b.example\nBcc: c@d.example"}, "Type an e-mail address"),
        ({"to": '"Maria" <maria@home.example>'}, "Type an e-mail address"),
        ({"to": f"{'x' * 250}@home.example"}, "at most 254"),
        ({"subject": ""}, "required"),
        ({"subject": "x" * 141}, "at most 140"),
        ({"body": " \n"}, "required"),
        ({"body": "x" * 4001}, "at most 4000"),
        ({"press": "x"}, "UUID"),
        ({"body": "Your card 4111 1111 1111 1111 was declined"}, "must not be sent by e-mail"),
        ({"subject": "Your HIV test is positive"}, "must not be sent by e-mail"),
    ],
)
def test_a_bad_one_is_refused_with_the_reason_and_nothing_leaves(desk, offered, wrong, words):
    answer = write(desk, **wrong)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert (letters(desk), arrived(), events(desk)) == ([], [], ["opened"])
    with activate(desk.organization):
        assert not ContactAddress.objects.exists()


def test_what_may_be_sensitive_is_looked_at_first(desk, offered, monkeypatch):
    from compliance.other_channels.mail import screening

    monkeypatch.setattr(screening, "look", lambda words: screening.Seen(warning="This may be a birth date."))
    first = write(desk)
    assert first.status_code == 422
    assert "This may be a birth date." in first.content.decode()
    assert "I looked" in first.content.decode()
    assert letters(desk) == []
    assert write(desk, looked="on").status_code == 204


def test_line_ends_in_a_subject_end_no_header(desk, offered):
    write(desk, subject="Hello\r\nBcc: all@home.example", body="One\r\nTwo")
    [mail] = arrived()
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Hello Bcc: all@home.example"


def test_another_members_press_is_not_taken_and_closed_ones_write_nothing(desk, offered):
    press = uuid4()
    write(desk, press=press)
    assert write(desk, desk.cast.supervisor, press=press).status_code == 422
    with activate(desk.organization):
        Escalation.objects.update(state="closed", closed_at=timezone.now(), closed_by=desk.cast.supervisor)
    answer = write(desk)
    assert "has closed this already" in answer.content.decode()
    assert len(letters(desk)) == 1


@pytest.mark.parametrize(("said", "failure"), [("550 no such box", "address"), ("552 too big", "content")])
def test_one_that_is_refused_was_no_contact_and_the_clock_goes_on(desk, offered, server, said, failure):
    server.script["RCPT" if failure == "address" else "."] = said
    write(desk)
    deliver_due()
    assert follow(desk) == 1
    assert (letters(desk)[0].state, letters(desk)[0].failure) == ("refused", failure)
    assert events(desk) == ["opened", "mailed", "mail_failed"]
    mine = escalation(desk)
    assert (mine.contacted_at, mine.contact_channel) == (None, "")
    assert set(steps(desk).values()) == {"waiting"}
    with activate(desk.organization):
        assert (ContactAddress.objects.get().bounced_at is not None) is (failure == "address")
    if failure == "address":
        assert "Mail to the address that is known came back" in dialog(desk)
        write(desk, to="maria@new.example")
        assert "came back" not in dialog(desk)


def test_a_server_that_asks_to_wait_is_said_and_tried_again(desk, offered, server):
    server.script["RCPT"] = "451 later"
    write(desk)
    deliver_due()
    assert follow(desk) == 0
    assert "The mail server asked to wait" in page(desk)
    assert escalation(desk).contacted_at is not None
    server.script.clear()
    OutgoingMail.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert deliver_due() == 1
    assert follow(desk) == 1
    assert letters(desk)[0].state == "sent"


def test_one_that_was_forgotten_by_the_queue_is_given_up(desk, offered):
    write(desk)
    OutgoingMail.objects.all().delete()
    assert follow(desk) == 0
    with activate(desk.organization):
        letters_at = timezone.now() - timedelta(days=4)
        type(letters(desk)[0]).objects.update(at=letters_at)
    assert follow(desk) == 1
    assert letters(desk)[0].state == "expired"
    with activate(desk.cast.other_organization):
        assert following.follow() == 0


def test_address_and_words_are_sealed_and_masked_for_who_may_not_see(desk, offered):
    write(desk, body="Maria Ruiz, call us: maria@home.example")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.organization', %s, true)", [str(desk.organization.pk)])
    with activate(desk.organization), connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(l)::text FROM compliance_letter l")
        assert "maria" not in cursor.fetchone()[0].lower()
    masked = with_rights(desk.cast, MASKED | {"escalations:handle", "messages:send"})
    for shown in (page(desk, masked), dialog(desk, masked)):
        for secret in ("maria@home", "Maria Ruiz"):
            assert secret not in shown
    assert "m•••@•••.example" in dialog(desk, masked)
    assert write(desk, masked, to="", body="Please call").status_code == 204, "without seeing where it goes"
    assert [one["To"] for one in arrived()] == [MARIA, MARIA]


def test_outsiders_and_those_without_the_right_write_nothing(desk, offered):
    assert write(desk, desk.cast.outsider).status_code == 404
    assert write(desk, desk.cast.auditor).status_code == 403
    assert letters(desk) == []
    text = reverse("letter_text", args=["en"])
    assert desk.as_(desk.cast.agent).post(text, {"subject": "x", "body": "{brand}"}).status_code == 403


def test_an_organization_has_words_of_its_own(desk, offered):
    address, client = reverse("letter_text", args=["en"]), desk.as_(desk.cast.admin)
    for bad in (
        {"subject": "Hi", "body": ""},
        {"subject": "Hi", "body": "no name"},
        {"subject": "{brand}", "body": "{card}"},
        {"subject": "{brand}", "body": "4111 1111 1111 1111"},
        {"subject": "{brand}" * 40, "body": "x"},
    ):
        assert client.post(address, bad).status_code == 422
    with activate(desk.organization):
        assert not LetterText.objects.exists()
    assert client.post(address, {"subject": "{brand} <b>", "body": "Ask for {member}. {reach}"}).status_code == 302
    assert "Harbor Dental &lt;b&gt;" in dialog(desk)
    assert "Ask for Amelia Okafor." in dialog(desk)
    assert client.post(address, {"subject": "", "body": ""}).status_code == 302
    assert "about your message" in dialog(desk)
    assert client.get(reverse("letter_text", args=["xx"])).status_code == 404
    assert "about your message" in desk.as_(desk.cast.admin).get(reverse("escalation_letters")).content.decode()
    assert "E-mail · Español" in desk.as_(desk.cast.admin).get(reverse("letter_text", args=["es"])).content.decode()

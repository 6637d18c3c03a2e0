"""Mails that come in: answers, bounces, strangers', broken and huge ones, fetched from a real mailbox."""

from email.message import EmailMessage

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from accounts.models import OutgoingMail
from compliance.models import ContactAddress, Escalation, Letter, ReplyKey
from compliance.other_channels.mail import fetching, receiving
from compliance.other_channels.mail.mailbox import LARGEST
from compliance.other_channels.mail.reading import Kind, read
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tests.compliance.escalations.at_the_desk import CARD_OFFER, escalation, events, steps
from tests.compliance.other_channels.at_the_mail import MARIA, arrived, letters, write
from tests.compliance.other_channels.imap_server import imap_server
from tests.mailed import mails_to
from tests.revealers import MASKED, with_rights
from tests.texting.desk import SECOND, desk

__all__ = ["desk"]

OURS = "replies@in.example.com"


@pytest.fixture
def box(settings):
    with imap_server() as mailbox:
        settings.MAIL_REPLIES, settings.IMAP_HOST, settings.IMAP_PORT = OURS, "127.0.0.1", mailbox.port
        settings.IMAP_TLS, settings.IMAP_USER, settings.IMAP_PASSWORD, settings.IMAP_FOLDER = "off", "u", "p", "INBOX"
        yield mailbox


@pytest.fixture
def written(desk, box):
    """An e-mail that has arrived at the customer's."""
    desk.hear("START", name="Maria Ruiz")
    desk.hear(CARD_OFFER)
    write(desk)
    return arrived()[0]


def answer(written, body="Call me at 5, please.", *, to=None, by_id=True, **headers) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = f"Maria <{MARIA}>", to or written["Reply-To"]
    mail["Subject"], mail["Message-ID"] = "Re: About your message", "<answer-1@home.example>"
    if by_id:
        mail["In-Reply-To"] = written["Message-ID"]
    for name, value in headers.items():
        del mail[name.replace("_", "-")]
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    return mail


def bounce(written, *, action="failed", status="5.1.1", to=None) -> bytes:
    return (
        f"From: MAILER-DAEMON@home.example\r\nTo: {to or written['Reply-To']}\r\nMessage-ID: <dsn@home.example>\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt did not work.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; home.example\r\n\r\n"
        f"Final-Recipient: rfc822; {MARIA}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {written['Message-ID']}\r\n\r\n--b--\r\n"
    ).encode()


def take(box, mail) -> list[str]:
    """One turn with this mail; returns what is still unread."""
    box.put(bytes(mail))
    fetching.fetch()
    return [uid for uid in box.mails if uid not in box.seen]


def page(desk, member=None):
    address = reverse("escalation", args=[escalation(desk).pk])
    return desk.as_(member or desk.cast.agent).get(address).content.decode()


def test_an_answer_is_kept_sealed_shown_and_told_to_the_owner(desk, box, written):
    quoted = "Call me at 5, please.\n\nOn Thu, 26 Nov 2026 Harbor wrote:\n> Please call us.\n"
    assert take(box, answer(written, quoted)) == []
    _, got = letters(desk)
    assert (got.direction, got.state, got.body, got.address) == ("in", "received", "Call me at 5, please.", MARIA)
    assert events(desk)[-1] == "answered"
    shown = page(desk)
    assert "Call me at 5, please." in shown
    assert "Answered by e-mail" in shown
    assert any("answered" in one for one in mails_to(desk.cast.agent.user.email))
    hidden = page(desk, with_rights(desk.cast, MASKED))
    assert MARIA not in hidden
    assert take(box, answer(written)) == []
    assert len(letters(desk)) == 2, "a mail that comes twice is one"


def test_the_token_alone_and_the_thread_alone_find_the_escalation(desk, box, written):
    upper = written["Reply-To"].upper()
    take(box, answer(written, by_id=False, to=f"Someone else <x@y.example>, Harbor <{upper}>"))
    take(box, answer(written, to="else@y.example", message_id="<answer-2@home.example>"))
    assert len(letters(desk)) == 3


def test_a_mail_for_nobody_changes_nothing_and_stays_in_the_mailbox(desk, box, written):
    stranger = written["Reply-To"].replace("+", "+aaaaaa")
    for to in ("replies+" + "a" * 26 + "@in.example.com", "replies@in.example.com", stranger, "x" * 3000):
        take(box, answer(written, by_id=False, to=to, message_id="<a@b>"))
    take(box, answer(written, by_id=False, to=written["Reply-To"].replace("in.example.com", "evil.example")))
    assert (len(letters(desk)), events(desk)[-1]) == (1, "mailed")
    assert len(box.mails) == 5
    assert fetching.fetch() == 0


def test_a_bounce_ends_its_letter_and_the_clock_goes_on(desk, box, written):
    take(box, bounce(written, action="delayed", status="4.4.1"))
    assert letters(desk)[0].state == "queued"
    for _ in range(2):
        take(box, bounce(written))
    assert (letters(desk)[0].state, letters(desk)[0].failure) == ("bounced", "5.1.1")
    assert events(desk) == ["opened", "mailed", "mail_failed"]
    assert escalation(desk).contacted_at is None
    assert set(steps(desk).values()) == {"waiting"}
    with activate(desk.organization):
        assert ContactAddress.objects.get().bounced_at is not None
    assert "This address takes no mail" in page(desk)


def test_whoever_is_out_of_the_office_has_not_answered(desk, box, written):
    take(box, answer(written, "I am away.", Auto_Submitted="auto-replied"))
    assert [one.failure for one in letters(desk)] == ["", "automatic"]
    assert events(desk)[-1] == "mailed"
    assert "Automatic answer" in page(desk)


def test_what_must_not_be_kept_is_masked_and_a_huge_mail_is_cut(desk, box, written):
    take(box, answer(written, "My card is 4111 1111 1111 1111 cvv 837"))
    assert "4111" not in letters(desk)[1].body
    huge = bytes(answer(written, "Hello", message_id="<huge@x>")) + b"x" * (LARGEST + 10)
    assert take(box, huge) == []
    assert "larger than what is read" in letters(desk)[2].body


def test_an_erased_customers_answer_is_not_kept_and_a_closed_escalations_is(desk, box, written):
    with activate(desk.organization):
        Escalation.objects.update(state="closed", closed_at="2026-11-26T12:00Z", closed_by=desk.cast.supervisor)
    take(box, answer(written))
    assert len(letters(desk)) == 2
    with activate(desk.organization):
        destroy_keys("contact", str(desk.contact().pk), reason="erased")
    assert take(box, answer(written, message_id="<later@x>")) == []
    assert len(letters(desk)) == 2
    with activate(desk.organization):
        Escalation.objects.update(state="open", closed_at=None, closed_by=None)
    assert "was erased" in write(desk).content.decode()


def test_each_organization_gets_its_own(desk, box, written):
    desk.hear(CARD_OFFER, number=SECOND)
    write(desk, to="other@home.example")
    assert ReplyKey.objects.count() == 4
    take(box, answer(written))
    with activate(desk.organization):
        [got] = Letter.objects.filter(direction="in")
        assert got.escalation.contact_id == desk.contact().pk
    with activate(desk.cast.other_organization):
        assert not Letter.objects.exists()


def test_a_mailbox_that_is_away_refuses_or_loses_mails_costs_one_turn(desk, box, written, settings):
    uid = box.put(bytes(answer(written)))
    for command in ("LOGIN", "SELECT", "UID SEARCH", "UID FETCH"):
        box.refuses = command
        assert fetching.fetch() == 0
    box.refuses = "UID STORE"
    fetching.fetch()
    assert (len(letters(desk)), box.seen) == (2, set()), "taken, and not marked"
    box.refuses = ""
    assert fetching.fetch() == 1
    assert (len(letters(desk)), box.seen) == (2, {uid})
    box.gone.add(box.put(b"x"))
    assert fetching.fetch() == 0
    settings.IMAP_PORT = 1
    assert fetching.fetch() == 0
    settings.IMAP_HOST = ""
    assert fetching.fetch() == 0


def test_a_mail_that_breaks_us_does_not_come_again(desk, box, written, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(fetching, "receive", broken)
    assert take(box, answer(written)) == []


def test_an_address_cannot_be_flooded(desk, box, written, monkeypatch):
    monkeypatch.setattr(receiving, "MOST_ANSWERS", 2)
    for number in range(4):
        take(box, answer(written, message_id=f"<{number}@x>"))
    assert len(letters(desk)) == 3


def test_charsets_html_and_parts_are_read():
    def text(raw: bytes) -> str:
        return read(raw, mailbox=OURS).text

    assert text("Content-Type: text/plain; charset=latin-1\n\nMañana".encode("latin-1")) == "Mañana"
    assert text("Content-Type: text/plain; charset=utf-8\n\nMañana".encode("latin-1")) == "Ma\ufffdana"
    assert text(b"Content-Type: text/plain; charset=no-such\n\nHello") == "Hello"
    assert text(b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!") == ""
    html = b"Content-Type: text/html\n\n<style>p{}</style><p>Hello &amp; good</p><script>x</script><p>day</p>"
    assert text(html) == "Hello & good\nday"
    assert text(b"") == text(b"\x00") == text(b"Content-Type: image/png\n\nx") == ""
    assert len(text(b"\n\n" + b"word " * 100_000)) <= 20_000
    odd = read(
        b"From: =?x?y?z?= <a@b\nSubject: =?utf-8?b?!!?=\nReferences: " + b"<a@b> " * 5000 + b"\n\nx", mailbox=OURS
    )
    assert len(odd.ids) <= 60
    assert odd.kind is Kind.ANSWER


@effort(max_examples=25)
@given(st.binary(max_size=300), st.sampled_from([b"", b"Content-Type: multipart/report; boundary=b\n\n--b\n"]))
def test_nothing_that_comes_in_breaks_the_reader(raw, head):
    found = read(head + raw, mailbox=OURS)
    assert len(found.text) <= 20_000


def test_the_queue_keeps_no_answer(desk, box, written):
    take(box, answer(written))
    assert not OutgoingMail.objects.filter(state="waiting", kind="letter").exists()

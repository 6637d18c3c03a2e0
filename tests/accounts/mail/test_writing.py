"""Nobody can make our mails say something else, or go to somebody else."""

import pytest
from django.core.management import CommandError, call_command

from accounts import mail
from accounts.mail.addresses import BadAddress, checked_address
from accounts.mail.writing import NotOurs, Written, message, plain, write
from accounts.models import OutgoingMail


@pytest.mark.parametrize(
    "address",
    [
        "",
        " ",
        "nobody",
        "a@b",
        "a@b.example\nBcc: everybody@b.example",
        "a@b.example\r\n\r\nbody",
        "a@b.example, c@d.example",
        "a@b.example;c@d.example",
        "Nia <a@b.example>",
        '"a b"@b.example',
        "a@b.example\x00",
        "a@[127.0.0.1]",
        "ä@b.example",
        "a" * 250 + "@b.example",
        "a\u2028@b.example",
    ],
)
def test_what_is_no_address_is_refused(db, address):
    with pytest.raises(BadAddress):
        mail.queue(to=address, kind=mail.MailKind.TRIAL)
    assert not OutgoingMail.objects.exists()


def test_an_address_has_one_spelling():
    assert checked_address("  Nia.O'Hara+x@HARBOR.example ") == "nia.o'hara+x@harbor.example"


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("Harbor Dental", "Harbor Dental"),
        ("Praxis Dr. Müller & Söhne", "Praxis Dr. Müller & Söhne"),
        ("Win\r\nBcc: a@b.example", "Win Bcc: a b. example"),
        ("Go to https://evil.example/now", "Go to evil. example/now"),
        ("www.evil.example", "evil. example"),
        ("33.3 % of 1,234.5 within 3.1 days, 9.5.", "33.3 % of 1,234.5 within 3.1 days, 9.5."),
        ("192.0.2.1 v1.2 3.example 1.2.example", "192. 0. 2. 1 v1. 2 3. example 1. 2. example"),
        ("\u202eevil\u200b\x00", "evil"),
        ("x" * 5000, "x" * 100),
    ],
)
def test_a_word_that_somebody_chose_stays_on_its_line_and_is_no_link(word, shown):
    assert plain(word) == shown


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/join/x/",
        "http://127.0.0.1:8000.evil.example/",
        "http://127.0.0.1:8000@evil.example/",
        "http://127.0.0.1:8000/a b",
        "http://127.0.0.1:8000/a\nb",
        "javascript:alert(1)",
    ],
)
def test_links_lead_here_only(link):
    with pytest.raises(NotOurs):
        write(mail.MailKind.TRIAL, {"link": link})


def test_the_html_part_escapes_and_makes_links_of_our_addresses_only():
    text = "A <b>bold</b> name\nhttp://127.0.0.1:8000/join/abc/\n\nhttps://evil.example/\n"
    html = message(Written("S", text), to="a@b.example", message_id="<1@b.example>").alternatives[0][0]
    assert "&lt;b&gt;" in html
    assert html.count("<a ") == 1
    assert '<a href="http://127.0.0.1:8000/join/abc/">' in html


def test_a_subject_cannot_end_its_header():
    made = message(Written("one\nBcc: x@y.example", "text"), to="a@b.example", message_id="<1@b.example>")
    with pytest.raises(ValueError, match="newline"):
        made.message()


def test_whoever_runs_the_installation_can_try_it(db, capsys):
    call_command("send_trial_mail", "nia@harbor.example")
    assert str(OutgoingMail.objects.get().pk) in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("send_trial_mail", "nobody")

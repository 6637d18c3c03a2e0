"""Where a local system's mails arrive."""

import pytest

from accounts import mail
from accounts.mail import mailbox
from accounts.mail.delivering import deliver_due
from accounts.models import LocalMail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _local(settings):
    settings.EMAIL_BACKEND = "accounts.mail.mailbox.MailboxBackend"


def test_a_mail_arrives_and_can_be_read_by_somebody_who_is_signed_out(client):
    assert "No mail yet" in client.get("/mailbox/").content.decode()
    mail.queue(to="nia@harbor.example", kind=mail.MailKind.TRIAL)
    assert deliver_due() == 1
    assert "To nia@harbor.example" in client.get("/mailbox/list/").content.decode()
    page = client.get(f"/mailbox/{LocalMail.objects.get().pk}/").content.decode()
    assert "Somebody who runs Parley" in page


def test_only_the_latest_are_kept(monkeypatch):
    monkeypatch.setattr(mailbox, "MOST_KEPT", 3)
    for number in range(5):
        mail.queue(to=f"p{number}@harbor.example", kind=mail.MailKind.TRIAL)
    assert deliver_due() == 5
    assert [one.address[:2] for one in LocalMail.objects.all()] == ["p4", "p3", "p2"]


def test_what_a_mail_says_is_no_html(client):
    made = LocalMail.objects.create(
        address="a@b.example", subject="<script>", text="<img src=x> http://127.0.0.1:8000/join/abc/", message_id="<1>"
    )
    page = client.get(f"/mailbox/{made.pk}/").content.decode()
    assert "<img" not in page
    assert "<script>" not in page.split("<main")[1]
    assert 'href="http://127.0.0.1:8000/join/abc/"' in page

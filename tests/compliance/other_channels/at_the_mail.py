"""E-mails of the cast: how tests write one, and what arrives."""

from email.message import EmailMessage
from uuid import uuid4

from django.core import mail as django_mail
from django.urls import reverse

from accounts.mail.delivering import deliver_due
from compliance.models import Letter
from tenancy.isolation import activate
from tests.compliance.escalations.at_the_desk import escalation
from tests.compliance.other_channels.at_the_phone import HTMX

MARIA = "maria@home.example"


def write(desk, member=None, *, press=None, **more):
    """The dialog of the newest escalation is posted."""
    address = reverse("escalation_mail", args=[escalation(desk).pk])
    data = {"to": MARIA, "subject": "About your message", "body": "Please call us.", "press": str(press or uuid4())}
    return desk.as_(member or desk.cast.agent).post(address, data | more, headers=HTMX)


def letters(desk) -> list[Letter]:
    """All of them, oldest first."""
    with activate(desk.organization):
        return list(Letter.objects.order_by("id"))


def arrived() -> list[EmailMessage]:
    """What a mail server got, as it reads it."""
    deliver_due()
    return [one.message() for one in django_mail.outbox]  # type: ignore[misc]

"""Mails that would leave: delivered into Django's own outbox of the test."""

import re

from django.core import mail as django_mail

from accounts.mail.delivering import deliver_due


def mails_to(address: str) -> list[str]:
    """Everything that arrived at the address by now, the oldest first: subject and text."""
    deliver_due()
    return [f"{one.subject}\n{one.body}" for one in django_mail.outbox if one.to == [address]]


def link_to(address: str) -> str:
    """The path of the link in the latest mail to the address."""
    return re.findall(r"http://127\.0\.0\.1:8000(/\S+)", mails_to(address)[-1])[0]

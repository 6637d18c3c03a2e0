"""Where mails arrive on a local system: a table, read at `/mailbox/`. Nothing leaves the machine."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from accounts.models import LocalMail

MOST_KEPT = 200


class MailboxBackend(BaseEmailBackend):
    """Takes the place of the mail server where no SMTP_HOST is set and the system is a local one."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            LocalMail.objects.create(
                address=", ".join(message.to),
                subject=str(message.subject),
                text=str(message.body),
                message_id=message.extra_headers["Message-ID"],
            )
        kept = LocalMail.objects.order_by("-arrived_at", "-id").values("pk")[:MOST_KEPT]
        LocalMail.objects.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
        return len(email_messages)

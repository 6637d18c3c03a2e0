"""`manage.py send_trial_mail ADDRESS`: whether mail arrives, asked by whoever runs the installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import mail


class Command(BaseCommand):
    help = "Send a mail that says that mail arrives. It goes the way of all others: queue, worker, mail server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            mail_id = mail.queue(to=options["address"], kind=mail.MailKind.TRIAL)
        except mail.BadAddress:
            raise CommandError("This is not an e-mail address.") from None
        except mail.TooManyMails:
            raise CommandError("This address got enough trial mails; try again in an hour.") from None
        self.stdout.write(f"Queued as {mail_id}. The worker's log says what became of it.")

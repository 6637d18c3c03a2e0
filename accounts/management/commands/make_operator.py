"""`manage.py make_operator EMAIL [--end]`: who may make organizations on the operators' page."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import operators
from accounts.models import User
from accounts.models.user import normalized_email


class Command(BaseCommand):
    help = "Let somebody who signs in already open /operators/, or no longer with --end."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--end", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=normalized_email(options["email"])).first()
        if user is None:
            raise CommandError("Nobody signs in with this address.")
        operators.set_operator(user=user, operator=not options["end"])
        self.stdout.write("Done. They need a second factor, which they are led through at /operators/.")

"""`manage.py reset_sign_in EMAIL`: for the one owner who lost their password or phone, whom no admin can help."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.urls import reverse

from accounts import invitations
from accounts.models import User
from accounts.models.user import normalized_email
from accounts.signing_in import active_memberships
from tenancy.isolation import activate


class Command(BaseCommand):
    """Prints the link; whoever may run this command may do everything anyway."""

    help = "Take a user's password and authenticator app away, end their sessions and print a link for a new password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address that the person signs in with")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=normalized_email(options["email"])).first()
        member = active_memberships(user).first() if user else None
        if member is None:
            raise CommandError("Nobody with this address may sign in.")
        with transaction.atomic(), activate(member.organization):
            token = invitations.reset_by_operator(member=member)
        link = settings.PUBLIC_BASE_URL + reverse("open_link", args=[token])
        self.stdout.write(f"Shown once, good for {invitations.LINK_LIFE.days} days: {link}")

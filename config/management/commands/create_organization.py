"""`manage.py create_organization NAME EMAIL`: the first step on a system without a demo."""

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.utils.text import slugify

from accounts.founding import found_organization
from accounts.models import User
from accounts.models.user import normalized_email
from tenancy.models import Organization


class Command(BaseCommand):
    help = "Make an organization and its first owner, who gets a password that is shown once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the company's name as its customers know it")
        parser.add_argument("email", help="the owner's e-mail address; somebody who has an account keeps it")
        parser.add_argument("--owner", default="", help="the owner's name (the address until they change it)")
        parser.add_argument("--time-zone", default="America/New_York", help="such as America/Los_Angeles")
        parser.add_argument("--country", default="US", help="two letters")

    def handle(self, *args: Any, **options: Any) -> None:
        email = normalized_email(options["email"])
        fields = {"name": options["name"], "slug": slugify(options["name"])[:40]}
        fields |= {"time_zone": options["time_zone"], "country": options["country"]}
        try:
            validate_email(email)
            Organization(**fields).full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        password = ""
        with transaction.atomic():
            owner = User.objects.filter(email=email).first()
            if owner is None:
                password = secrets.token_urlsafe(15)
                name = options["owner"] or email.partition("@")[0]
                owner = User.objects.create_user(email=email, name=name[:80], password=password)
            found_organization(owner=owner, **fields)
        known = f"{email} signs in with the password they have." if not password else ""
        self.stdout.write(known or f"{email} signs in with the password {password} and should change it.")

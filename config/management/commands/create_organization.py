"""`manage.py create_organization NAME EMAIL`: the first step on a system without a demo."""

from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify

from accounts import invitations, mail
from accounts.founding import found_organization
from accounts.models import User
from accounts.models.user import normalized_email
from tenancy import audit
from tenancy.isolation import activate
from tenancy.models import Organization


class Command(BaseCommand):
    help = "Make an organization and invite its first owner, by mail and by a link that is shown once."

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
        with transaction.atomic():
            owner = User.objects.filter(email=email).first()
            if owner is None:
                name = (options["owner"] or email.partition("@")[0])[:80]
                owner = User.objects.create(email=email, name=name, password=make_password(None))
            member = found_organization(owner=owner, is_here=False, **fields)
            with activate(member.organization):
                token = invitations.new_link(member)
                invitations.mail_link(member, mail.MailKind.FIRST_OWNER, None)
                audit.record(event=audit.AuditKind.ORGANIZATION_CREATED, object=member.organization, by="command line")
        link = settings.PUBLIC_BASE_URL + reverse("open_link", args=[token])
        mailed = "A link is on its way by mail. " if settings.EMAIL_HOST or settings.MAILBOX_ENABLED else ""
        days = invitations.LINK_LIFE.days
        self.stdout.write(f"{mailed}{email} joins as owner by this link, shown once, good for {days} days:\n{link}")

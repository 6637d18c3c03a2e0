"""`manage.py lift_networks SLUG`: when an organization has locked itself out by its own list of networks."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.access_rules import lift_networks
from tenancy.isolation import activate
from tenancy.models import Organization


class Command(BaseCommand):
    help = "Let an organization be used from everywhere again. Its list stays, and guards nothing until it is told to."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization", help="the organization's short name (slug)")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError("There is no organization of this name.")
        with activate(organization):
            lifted = lift_networks()
        self.stdout.write("Done. It can be used from everywhere." if lifted else "Nothing was guarded.")

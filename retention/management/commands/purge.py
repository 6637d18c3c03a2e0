"""`manage.py purge`: end what is past its period now, or tell what would end."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from retention.purging import running
from tenancy.isolation import activate
from tenancy.models import Organization


class Command(BaseCommand):
    help = "End what is past its period. What tonight's purge would end anyhow needs no second person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="Only this one.")
        parser.add_argument("--dry-run", action="store_true", help="Count what would end, and end nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        organizations = Organization.objects.order_by("slug")
        if wanted := options["organization"]:
            organizations = organizations.filter(slug=wanted)
            if not organizations:
                raise CommandError(f"There is no organization {wanted}.")
        for organization in organizations:
            self._one(organization, dry=options["dry_run"])

    def _one(self, organization: Organization, *, dry: bool) -> None:
        with activate(organization):
            if dry:
                wanted = running.plan(timezone.now())
                rows = sum(sum(counts.values()) for counts in wanted.rows.values())
                self.stdout.write(
                    f"{organization.slug}: {len(wanted.dues)} days, {wanted.texts} texts, {rows} rows would end"
                )
                return
            running.begin_night(timezone.now())
        over = running.go_on(organization.pk)
        self.stdout.write(f"{organization.slug}: {'over' if over else 'nothing to finish, or it goes on later'}")

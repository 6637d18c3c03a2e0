"""`manage.py end_organization SLUG`: end an organization as its owners would, or print its certificate."""

from argparse import ArgumentParser
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from retention.closing import asking, ending
from retention.models import Closing
from retention.requests.cannot_do import CannotDo
from tenancy.isolation import activate
from tenancy.models import Organization


class Command(BaseCommand):
    help = "End an organization: texts stop now, everything is destroyed after 30 days (or --days). Owners are mailed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="its short name, or its id: of one whose rows are deleted only that is left")
        parser.add_argument("--days", type=int, default=asking.WINDOW.days, help="until everything is destroyed")
        parser.add_argument("--yes", default="", metavar="NAME", help="its name, to show that it is meant")
        parser.add_argument("--certificate", action="store_true", help="print the certificate of one that has ended")
        parser.add_argument("--rows-certificate", action="store_true", help="print that of its deleted rows")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = _named(options["slug"])
        if organization is None:
            raise CommandError(f"There is no organization {options['slug']}.")
        with activate(organization):
            if options["certificate"] or options["rows_certificate"]:
                self.stdout.write(_certificate(rows=options["rows_certificate"]))
                return
            if organization.ended_at is not None:
                raise CommandError("It has ended already; --certificate prints its certificate.")
            if options["yes"] != organization.name:
                raise CommandError(f"Give its name to show that you mean it: --yes '{organization.name}'")
            if not 0 <= options["days"] <= 365:
                raise CommandError("--days is between 0 and 365.")
            if options["days"] < asking.WINDOW.days and not asking.may_hurry():
                raise CommandError(
                    f"Fewer than {asking.WINDOW.days} days are for the role that owns the tables: set DATABASE_URL and"
                    " KEYS_DATABASE_URL to what `manage.py migrate` is run with."
                )
            try:
                closing = asking.begin_from_outside(timedelta(days=options["days"]))
            except CannotDo as refused:
                raise CommandError(str(refused)) from None
        if options["days"] == 0 and ending.go_on(organization.pk):
            self.stdout.write("It has ended; a worker deletes its rows. --certificate prints the certificate.")
        elif options["days"] == 0:
            self.stdout.write("Nothing is sent any more. A worker asks carriers to delete its texts, then it ends.")
        else:
            self.stdout.write(f"It ends on {closing.ends_at:%Y-%m-%d %H:%M} UTC unless an owner takes it back.")


def _named(name: str) -> Organization | None:
    known = Organization.everyone.filter(slug=name)
    with suppress(ValueError):
        known = known | Organization.everyone.filter(pk=UUID(name))
    return known.first()


def _certificate(*, rows: bool) -> str:
    ended = Closing.objects.filter(state=Closing.State.ENDED).first()
    if ended is None or not (found := ended.rows_certificate if rows else ended.certificate):
        raise CommandError("There is none: it has not come so far, or AUDIT_SIGNING_KEY was not set.")
    return found

"""`manage.py end_organization SLUG`: end an organization as its owners would, or print its certificate."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from retention.closing import asking, ending
from retention.lock import deleting_lock
from retention.models import Closing
from retention.requests.cannot_do import CannotDo
from tenancy.isolation import activate
from tenancy.models import Organization


class Command(BaseCommand):
    help = "End an organization: texts stop now, everything is destroyed after 30 days (or --days). Owners are mailed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--days", type=int, default=asking.WINDOW.days, help="until everything is destroyed")
        parser.add_argument("--yes", default="", metavar="NAME", help="its name, to show that it is meant")
        parser.add_argument("--certificate", action="store_true", help="print the certificate of one that has ended")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.everyone.filter(slug=options["slug"]).first()
        if organization is None:
            raise CommandError(f"There is no organization {options['slug']}.")
        with activate(organization):
            if options["certificate"]:
                ended = Closing.objects.filter(state=Closing.State.ENDED).first()
                if ended is None or not ended.certificate:
                    raise CommandError("It has no certificate: it has not ended, or AUDIT_SIGNING_KEY was not set.")
                self.stdout.write(ended.certificate)
                return
            if organization.ended_at is not None:
                raise CommandError("It has ended already; --certificate prints its certificate.")
            if options["yes"] != organization.name:
                raise CommandError(f"Give its name to show that you mean it: --yes '{organization.name}'")
            if not 0 <= options["days"] <= 365:
                raise CommandError("--days is between 0 and 365.")
            try:
                deleting_lock()
                asking.refuse_if_held()
                if asking.current() is not None:
                    raise CannotDo("It was asked for already; its owners see it under Settings > End the organization.")
            except CannotDo as refused:
                raise CommandError(str(refused)) from None
            closing = Closing.objects.create(state=Closing.State.ASKED, asked_at=timezone.now())
            asking.begin(closing, timedelta(days=options["days"]))
        if options["days"] == 0 and ending.go_on(organization.pk):
            self.stdout.write("It has ended. --certificate prints the certificate.")
        else:
            self.stdout.write(f"It ends on {closing.ends_at:%Y-%m-%d %H:%M} UTC unless an owner takes it back.")

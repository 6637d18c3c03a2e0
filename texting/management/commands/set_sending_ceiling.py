"""`manage.py set_sending_ceiling SLUG --segments N`: how much an organization may text a day."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import Organization
from texting.limits.prices import MICROS
from texting.models import LimitChange, SendingLimits

MOST = 10_000_000


class Command(BaseCommand):
    help = "Set an organization's daily ceiling, and how far it may grow by itself or be raised by its admins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the organization's short name")
        parser.add_argument("--segments", type=int, help="segments a day, from now on")
        parser.add_argument("--money", type=int, help="whole units of the price table's currency a day")
        parser.add_argument("--most", type=int, help="segments a day beyond which neither growth nor admins may go")

    def handle(self, *args: Any, **options: Any) -> None:
        given = {name: options[name] for name in ("segments", "money", "most") if options[name] is not None}
        if not given:
            raise CommandError("Say --segments, --money or --most.")
        if any(not 0 <= value <= MOST for value in given.values()):
            raise CommandError(f"Numbers are between 0 and {MOST:,}.")
        organization = Organization.objects.filter(slug=options["slug"]).first()
        if organization is None:
            raise CommandError("There is no organization of this name.")
        with activate(organization):
            row = set_ceiling(**given)
        money = f"{row.daily_micros / MICROS:,.2f}"
        self.stdout.write(f"{row.daily_segments:,} segments and {money} a day, at most {row.most_segments:,} segments.")


def set_ceiling(*, segments: int | None = None, money: int | None = None, most: int | None = None) -> SendingLimits:
    """Set what is given, in the active organization; recorded as the system's deed."""
    row, _ = SendingLimits.objects.select_for_update().get_or_create()
    before = row.daily_segments
    row.daily_segments = row.daily_segments if segments is None else segments
    row.daily_micros = row.daily_micros if money is None else money * MICROS
    row.most_segments = max(row.most_segments if most is None else most, row.daily_segments)
    row.save()
    LimitChange.objects.create(what=LimitChange.What.CEILING, before=before, after=row.daily_segments)
    audit.record(
        event=AuditKind.SENDING_CEILING_CHANGED,
        object=row,
        before=before,
        after=row.daily_segments,
        micros=row.daily_micros,
        most=row.most_segments,
        rule="operator",
    )
    return row

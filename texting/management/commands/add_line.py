"""`manage.py add_line`: connect a number; prints the addresses that its provider must call."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from accounts.models import Team
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import Organization
from texting import circuit
from texting.keeping_guards import why_line_stays
from texting.models import Line, LineKey
from texting.phone_numbers import BadNumber, parse
from texting.providers.base import Credentials


class Command(BaseCommand):
    help = "Add a line, or give an existing one new credentials. Prints its webhook addresses as one JSON line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, help="the organization's slug")
        parser.add_argument("--team", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--number", required=True, help="E.164, such as +12125550110")
        parser.add_argument("--provider", required=True, choices=sorted(settings.TEXTING_PROVIDERS))
        parser.add_argument("--account", default="", help="the account's id at the provider")
        parser.add_argument("--secret-file", type=Path, help="file with the token that signs webhooks")
        parser.add_argument("--previous-secret-file", type=Path, help="still accepted while the token is being changed")
        parser.add_argument("--api-key", default="", help="for requests, instead of the account and its token")
        parser.add_argument("--api-key-secret-file", type=Path)
        parser.add_argument("--messaging-service", default="")
        parser.add_argument(
            "--provider-chooses-number", action="store_true", help="among the numbers of the messaging service"
        )
        parser.add_argument("--texts-per-second", type=float, default=1.0)
        parser.add_argument("--carrier-answers-keywords", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization {options['organization']}.")
        try:
            number = parse(options["number"]).e164
        except BadNumber as error:
            raise CommandError(str(error)) from error
        with activate(organization):
            try:
                line = self._store(organization, number, options)
            except IntegrityError as error:
                raise CommandError("Another change was made to this line at the same moment. Run it again.") from error
            key = LineKey.objects.get(line_id=line.pk).key
        base = f"{settings.PUBLIC_BASE_URL}/webhooks/{line.provider}/{key}"
        self.stdout.write(json.dumps({"line": str(line.pk), "inbound": f"{base}/inbound"}))

    def _store(self, organization: Organization, number: str, options: dict[str, Any]) -> Line:
        if options["provider_chooses_number"] and not options["messaging_service"]:
            raise CommandError("The provider can choose a number only through a --messaging-service.")
        if bool(options["api_key"]) != bool(options["api_key_secret_file"]):
            raise CommandError("--api-key and --api-key-secret-file belong together.")
        team = Team.objects.filter(name=options["team"]).first()
        if team is None:
            raise CommandError(f"{organization.name} has no team {options['team']}.")
        credentials = Credentials(
            account=options["account"],
            secret=_read(options["secret_file"]),
            previous_secret=_read(options["previous_secret_file"]),
            api_key=options["api_key"],
            api_key_secret=_read(options["api_key_secret_file"]),
            messaging_service=options["messaging_service"],
            sender_choice="provider" if options["provider_chooses_number"] else "",
        )
        line = Line.objects.filter(number=number).first() or Line(number=number)
        changed = not line._state.adding
        if changed and line.team_id != team.pk and (why := why_line_stays(line.pk, team.pk)):
            raise CommandError(why)
        line.name, line.team, line.provider = options["name"], team, options["provider"]
        line.credentials = credentials.to_json()
        line.texts_per_second = options["texts_per_second"]
        line.carrier_answers_keywords = options["carrier_answers_keywords"]
        line.save()
        LineKey.objects.update_or_create(
            line_id=line.pk,
            defaults={"organization": organization, "texts_per_second": options["texts_per_second"]},
        )
        circuit.resume(line.pk)  # a line that had stopped because of its former credentials goes on
        audit.record(event=AuditKind.LINE_CHANGED if changed else AuditKind.LINE_CREATED, object=line)
        return line


def _read(path: Path | None) -> str:
    """A secret from its file. Raises CommandError with the reason."""
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from error

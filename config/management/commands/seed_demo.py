"""`manage.py seed_demo`: two demo organizations; prints who may sign in as one JSON line."""

import json
import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.demo.building import build_all
from tenancy.models import Organization


class Command(BaseCommand):
    help = "Make the demo organizations. Prints {'people': [{email, password, name, role, organization}]} on one line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", default="", help="one password for everybody; made up when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        if Organization.objects.exists():
            raise CommandError("There are organizations already. The demo is made in an empty database only.")
        password = options["password"] or f"harbor-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
        people = [{**person, "password": password} for person in build_all(password)]
        self.stdout.write(json.dumps({"people": people}))

"""`manage.py migrate`: Django's, which must look for changes the way our `makemigrations` does."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from tenancy.management.commands.makemigrations import Autodetector
from tenancy.routers import KEYS


class Command(Migrate):
    """In the database of keys only the migrations of `tenancy` have anything to do: the others are left out there."""

    autodetector = Autodetector

    def handle(self, *args: Any, **options: Any) -> str | None:
        if options["database"] == KEYS and not options["app_label"]:
            options |= {"app_label": "tenancy", "run_syncdb": False}  # what has no migrations has no table there either
        return super().handle(*args, **options)

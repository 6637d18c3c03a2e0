"""`manage.py migrate`: Django's, which must look for changes the way our `makemigrations` does."""

from django.core.management.commands.migrate import Command as Migrate

from tenancy.management.commands.makemigrations import Autodetector


class Command(Migrate):
    autodetector = Autodetector

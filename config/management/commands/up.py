"""The whole system on this machine, see config/embedded/."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.embedded.__main__ import add_arguments
from config.env import PROJECT


class Command(BaseCommand):
    """Becomes the supervisor: settings were read before the databases exist, so this process is of no more use."""

    help = "Run the whole system on this machine: databases, queue, web, worker and clock."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        command = [
            sys.executable,
            "-m",
            "config.embedded",
            "--port",
            str(options["port"]),
            "--data",
            str(options["data"]),
        ]
        command += [flag for flag, name in (("--reset", "reset"), ("--no-demo", "no_demo")) if options[name]]
        sys.stdout.flush()
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")]))
        os.execv(sys.executable, command)  # noqa: S606 - there is no shell here on purpose

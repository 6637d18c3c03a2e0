"""The whole system on this machine, see config/embedded/."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config import env
from config.embedded.__main__ import add_arguments


class Command(BaseCommand):
    """Becomes the supervisor: settings were read before the databases exist, so this process is of no more use."""

    help = "Run the whole system on this machine: databases, queue, web, worker and clock."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        port, data = f"--port={options['port']}", f"--data={options['data'].absolute()}"
        command = [sys.executable, "-m", "config.embedded", port, data]
        command += [flag for flag, name in (("--reset", "reset"), ("--no-demo", "no_demo")) if options[name]]
        sys.stdout.flush()
        # What an earlier run left behind when it was killed is not for this one.
        environment = {name: value for name, value in os.environ.items() if name not in env.taken_over}
        os.chdir(env.PROJECT)
        os.execve(sys.executable, command, environment)  # noqa: S606 - there is no shell here on purpose

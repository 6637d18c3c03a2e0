"""Refuses to start a real installation that is not safe: better no service than one without its walls.

`manage.py check --deploy` says the same things by hand. A local system (`make up`, tests) is excepted: `PARLEY_LOCAL`.
"""

import sys

from django.conf import settings
from django.core import checks


def refuse_if_unsafe() -> None:
    """Say what is wrong and end the process, unless every deployment check passes. Django must be set up."""
    if settings.LOCAL:
        return
    found = [
        message for message in checks.run_checks(include_deployment_checks=True) if message.level >= checks.WARNING
    ]
    wrong = [message for message in found if not message.is_silenced()]
    if wrong:
        lines = [f"  {message.id}: {message.msg}" + (f" {message.hint}" if message.hint else "") for message in wrong]
        print("Parley does not start, because it would not be safe:", *lines, sep="\n", file=sys.stderr)
        sys.exit(78)  # EX_CONFIG of sysexits.h: a supervisor sees that trying again is of no use

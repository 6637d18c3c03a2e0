"""What the processes write: one line an event, to standard output, with the time left to whoever collects the lines.

A line holds an event name and ids, never a message, a name, a full number or a token. Two things would break that rule
and are changed here: addresses of pages, which may hold a token, are logged as their route; and what PostgreSQL adds to
an error, which quotes the row, is left out.
"""

import logging
import re
from typing import Any

# PostgreSQL's and psycopg's additions to the first line of an error.
QUOTES_OF_THE_ROW = re.compile(r"^(DETAIL|CONTEXT|HINT|LINE \d+): .*(\n\s*\^)?\n?", re.MULTILINE)


class Line(logging.Formatter):
    """`LEVEL logger message`, and a traceback without the database's quotes of the row."""

    def formatException(self, ei: Any) -> str:
        return QUOTES_OF_THE_ROW.sub("", super().formatException(ei))


def about_a_route(record: logging.LogRecord) -> bool:
    """Replace the path of a request by its route; drop a refused health probe, whose answer says what is wrong."""
    request = getattr(record, "request", None)
    path = getattr(request, "path", None)
    if path is None:
        return True
    match = getattr(request, "resolver_match", None)
    route = f"/{match.route}" if match else "an address that does not exist"
    if isinstance(record.args, tuple):
        record.args = tuple(route if argument == path else argument for argument in record.args)
    return not path.startswith("/health/")


def configuration(level: str = "INFO") -> dict[str, Any]:
    """Django's `LOGGING`; `level` applies to our own packages, other people's speak from WARNING on."""
    ours = {"level": level, "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": Line, "format": "%(levelname)s %(name)s %(message)s"}},
        "filters": {"about a route": {"()": lambda: about_a_route}},
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "line",
                "filters": ["about a route"],
            }
        },
        "root": {"handlers": ["out"], "level": "WARNING"},
        "loggers": {
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            **dict.fromkeys(("config", "tenancy", "accounts", "texting", "compliance", "portal", "retention"), ours),
        },
    }

"""What the processes write: one line an event, to standard output; as JSON with the time where a collector reads it.

A line holds an event name and ids, never a message, a name, a full number or a token. Two things would break that rule
and are changed here: addresses of pages, which may hold a token, are logged as their route; and what PostgreSQL adds to
an error, which quotes the row, is left out.
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from tenancy import trace

# PostgreSQL's and psycopg's additions to the first line of an error: to its end, since a row that is quoted may have
# lines of its own; the next error of a traceback is kept. An error's repr has its line ends written out.
QUOTES_OF_THE_ROW = re.compile(
    r"(?:^(?:\s*\| )?|\\n)(?:DETAIL|CONTEXT|HINT|LINE \d+): .*?"
    r"(?=^[ |]*\n(?:The above exception was|During handling of)|^Traceback \(most recent|\Z)",
    re.MULTILINE | re.DOTALL,
)


OURS = ("parley", "config", "tenancy", "accounts", "texting", "compliance", "portal", "retention")

# What a record has besides what its event adds; the request is an object, and its address may hold a token.
_USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime", "request"}


class Line(logging.Formatter):
    """`LEVEL logger event name=value ... trace=id` and a traceback, without the database's quotes of the row."""

    def format(self, record: logging.LogRecord) -> str:
        facts = facts_of(record)
        first, *rest = super().format(record).split("\n")
        return "\n".join([" ".join([first, *(f"{name}={value}" for name, value in facts.items())]), *rest])

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = without_quotes(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:
        return without_quotes(super().formatException(ei))


class Json(Line):
    """The same as one JSON object a line, with the time: for collectors."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": without_quotes(record.getMessage()),
            **facts_of(record),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


def without_quotes(words: str) -> str:
    """What a line may say of an error: psycopg and Celery put whole ones into their messages."""
    return QUOTES_OF_THE_ROW.sub("", words).rstrip("\n")


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """The ids and numbers that an event names, and the id of the request or task it belongs to."""
    facts = {name: value for name, value in vars(record).items() if name not in _USUAL}
    return {**facts, "trace": trace.current()} if trace.current() else facts


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


def configuration(level: str = "INFO", *, as_json: bool = False) -> dict[str, Any]:
    """Django's `LOGGING`; `level` applies to our own packages, other people's speak from WARNING on."""
    ours = {"level": level, "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": Json if as_json else Line, "format": "%(levelname)s %(name)s %(message)s"}},
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
            **dict.fromkeys(OURS, ours),
        },
    }

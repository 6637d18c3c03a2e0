"""What the processes write: one line an event, to standard output, with the time left to whoever collects the lines.

A line holds an event name and ids, never a message, a name, a full number or a token. The request log of Django is kept
for refused and failed requests only, since addresses of pages may hold an id and the web server's own log is off.
"""

import logging
from typing import Any


def not_about_health(record: logging.LogRecord) -> bool:
    """A probe that is told "not yet" twice a second is no error; its answer says what is wrong."""
    return not getattr(getattr(record, "request", None), "path", "").startswith("/health/")


def configuration(level: str = "INFO") -> dict[str, Any]:
    """Django's `LOGGING`; `level` applies to our own packages, other people's speak from WARNING on."""
    ours = {"level": level, "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(levelname)s %(name)s %(message)s"}},
        "filters": {"not about health": {"()": lambda: not_about_health}},
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "line",
                "filters": ["not about health"],
            }
        },
        "root": {"handlers": ["out"], "level": "WARNING"},
        "loggers": {
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            **dict.fromkeys(("config", "tenancy", "accounts", "texting", "compliance", "portal", "retention"), ours),
        },
    }

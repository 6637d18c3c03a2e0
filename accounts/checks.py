"""Checked at every start: each address says who may use it."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core import checks
from django.urls import URLPattern, URLResolver, get_resolver

Route = tuple[str, URLPattern]


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[Route]:
    """Every address of the site as (`settings/people/<uuid:member_id>/`, its pattern)."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, path)
        else:
            yield path, entry


def is_declared(view: object) -> bool:
    """Whether the view says who may use it: `@requires`, `@public`, or `needs` of an address of the API."""
    return hasattr(view, "permission") or hasattr(view, "key_permissions") or getattr(view, "is_public", False) is True


@checks.register(checks.Tags.security)
def every_view_says_who_may_use_it(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """accounts.E001 for each view without `@requires` and `@public`."""
    return [
        checks.Error(
            f"The view at /{path} says neither @requires nor @public.",
            hint="Import them from accounts.permissions.",
            obj=pattern.callback,
            id="accounts.E001",
        )
        for path, pattern in routes()
        if not is_declared(pattern.callback)
    ]


LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@checks.register(checks.Tags.security, deploy=True)
def mail_leaves_safely(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Invitations and new passwords go by mail: there is a mail server, the way to it is encrypted, mails say whose."""
    found = []
    if not settings.EMAIL_HOST:
        found.append("SMTP_HOST is not set: nobody could be invited or get a new password.")
    elif settings.EMAIL_TLS == "off" and settings.EMAIL_HOST not in LOOPBACK:
        found.append("SMTP_TLS is off: only a mail server on this machine may be reached without TLS.")
    if settings.EMAIL_HOST_USER and not settings.EMAIL_HOST_PASSWORD:
        found.append("SMTP_USER is set and SMTP_PASSWORD is not.")
    if settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith("@localhost"):
        found.append("MAIL_FROM is not set: the address that mails come from.")
    return [checks.Error(text, id="accounts.E002") for text in found]

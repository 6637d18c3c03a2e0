"""Looks TXT records up. Who does it is a setting (`SSO_TXT_RESOLVER`), so that a trial needs no DNS."""

from collections.abc import Callable

import dns.exception
import dns.resolver
from django.conf import settings
from django.utils.module_loading import import_string

SECONDS = 5.0
MOST_RECORDS = 50

Resolver = Callable[[str, str], list[str]]
"""Takes a name and the record that is hoped for; gives the TXT records that the name has. Raises LookUpFailed."""

# RFC 2606 and RFC 6761: names that no DNS of the world will ever answer for.
RESERVED = (".test", ".example", ".invalid", ".localhost", ".example.com", ".example.net", ".example.org")


class LookUpFailed(Exception):
    """DNS did not answer; trying later may help."""


def resolver() -> Resolver:
    """The one that the settings name."""
    found: Resolver = import_string(settings.SSO_TXT_RESOLVER)
    return found


def records(name: str, hoped_for: str) -> list[str]:
    """What DNS says; nothing for a name that does not exist. Takes SECONDS at most. Raises LookUpFailed."""
    del hoped_for
    try:
        answer = dns.resolver.resolve(f"{name}.", "TXT", lifetime=SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError, ValueError):
        raise LookUpFailed from None
    return [b"".join(row.strings).decode("utf-8", "replace") for row in list(answer)[:MOST_RECORDS]]


def local_records(name: str, hoped_for: str) -> list[str]:
    """For a local system: a reserved name has every record, since nobody can own it; the others are looked up."""
    if f".{name}".endswith(RESERVED):
        return [hoped_for]
    return records(name, hoped_for)

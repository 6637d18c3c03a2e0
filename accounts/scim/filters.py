"""SCIM's filters as far as directories use them: `eq`, joined by `and` (RFC 7644, 3.4.2.2). Plain values.

Everything else is refused with `invalidFilter`: a filter that is half understood finds the wrong people.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from accounts.scim.errors import ScimError
from accounts.scim.schemas import GROUP, USER

LONGEST = 2000  # characters
MOST = 5  # comparisons

_COMPARISON = re.compile(
    r'\s*([\w.:$-]+(?:\[[^\[\]]*\])?(?:\.\w+)?)\s+eq\s+("(?:[^"\\]|\\.)*"|true|false)\s*', re.IGNORECASE
)
_AND = re.compile(r"and(?=[\s(])", re.IGNORECASE)

NAMES: Mapping[str, Mapping[str, str]] = {
    USER: {
        "username": "userName",
        "externalid": "externalId",
        "id": "id",
        "emails": "emails",
        "emails.value": "emails",
        'emails[type eq "work"].value': "emails",
        "active": "active",
    },
    GROUP: {
        "displayname": "displayName",
        "externalid": "externalId",
        "id": "id",
        "members": "members",
        "members.value": "members",
    },
}


@dataclass(frozen=True, slots=True)
class Equals:
    """`attribute` is one of the values of `NAMES`."""

    attribute: str
    value: str | bool


def parse(text: str, schema: str) -> tuple[Equals, ...]:
    """What all must hold. Raises ScimError for anything but comparisons by `eq` of known attributes."""
    if len(text) > LONGEST:
        raise _refused("The filter is too long.")
    found: list[Equals] = []
    at = 0
    while True:
        comparison = _COMPARISON.match(text, at)
        if comparison is None or len(found) == MOST:
            raise _refused('Filters know `eq` and `and` only, as in: userName eq "ada@example.com".')
        found.append(_equals(comparison[1], comparison[2], schema))
        at = comparison.end()
        if at == len(text):
            return tuple(found)
        joined = _AND.match(text, at)
        if joined is None:
            raise _refused("Filters know `eq` and `and` only.")
        at = joined.end()


def _equals(name: str, written: str, schema: str) -> Equals:
    plain = name.strip()
    if plain.lower().startswith(schema.lower() + ":"):
        plain = plain[len(schema) + 1 :]
    attribute = NAMES[schema].get(plain.lower())
    if attribute is None:
        raise _refused(
            "This attribute cannot be filtered by. Known are: " + ", ".join(sorted(set(NAMES[schema].values()))) + "."
        )
    try:
        value = json.loads(written if written.startswith('"') else written.lower())
    except ValueError:
        raise _refused("The value of the filter is no JSON string.") from None
    if isinstance(value, bool) != (attribute == "active") or (isinstance(value, str) and "\x00" in value):
        raise _refused("The value of the filter does not fit its attribute.")
    return Equals(attribute, value)


def _refused(detail: str) -> ScimError:
    return ScimError(400, detail, "invalidFilter")

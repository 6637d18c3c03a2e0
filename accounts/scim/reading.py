"""A resource's JSON, read strictly into what is kept of it. Plain values.

`active` arrives as true, "False", {"value": "False"} and more; whatever it means is what it means here, and what means
nothing is an error. A missing `active` never is false.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.scim.errors import invalid_value
from accounts.scim.schemas import EMAIL_PARTS, ENTERPRISE, GROUP, IGNORED, IGNORED_NAME_PARTS, KEPT, NAME_PARTS, USER

LONGEST = 254  # characters of any one value
LONGEST_NAME = 80
MOST_EMAILS = 20
MOST_MEMBERS = 10_000


@dataclass(frozen=True, slots=True)
class PersonWish:
    """What the directory says of a person. `active` None: it did not say. `address` "": there is none to write to."""

    user_name: str
    external_id: str
    attributes: dict[str, Any]
    name: str
    address: str
    active: bool | None


@dataclass(frozen=True, slots=True)
class GroupWish:
    """What the directory says of a group. `members` None: it did not say who is in it."""

    name: str
    external_id: str
    members: frozenset[UUID] | None


def read_person(body: Mapping[str, Any]) -> PersonWish:
    """Raises ScimError."""
    given = _known(body, USER)
    user_name = _text(given.get("userName"), "userName")
    if not user_name:
        raise invalid_value("userName is needed.")
    name, emails = _name(given.get("name")), _emails(given.get("emails"))
    display = _text(given.get("displayName"), "displayName")
    kept = {"name": name, "displayName": display, "emails": emails}
    return PersonWish(
        user_name=user_name,
        external_id=_text(given.get("externalId"), "externalId"),
        attributes={key: value for key, value in kept.items() if value},
        name=_shown_name(display, name, user_name),
        address=_address(emails, user_name),
        active=None if given.get("active") is None else boolean(given["active"], "active"),
    )


def read_group(body: Mapping[str, Any]) -> GroupWish:
    """Raises ScimError."""
    given = _known(body, GROUP)
    name = _text(given.get("displayName"), "displayName")
    if not name:
        raise invalid_value("displayName is needed.")
    members = given.get("members")
    return GroupWish(name, _text(given.get("externalId"), "externalId"), None if members is None else _members(members))


def boolean(value: Any, name: str) -> bool:
    """True or false, in whatever dress. Raises ScimError."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping):
        inner = {str(key).lower(): entry for key, entry in value.items()}
        value = inner.get(name.lower(), inner.get("value"))
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    if isinstance(value, bool):
        return value
    raise invalid_value(f"{name} is true or false.")


def _known(body: Mapping[str, Any], schema: str) -> dict[str, Any]:
    """The attributes that are kept, by their right names. Raises ScimError for one that no directory should send."""
    found: dict[str, Any] = {}
    for key, value in body.items():
        plain = key.strip()
        if plain.lower().startswith(schema.lower() + ":"):
            plain = plain[len(schema) + 1 :]
        name = next((kept for kept in KEPT[schema] if kept.lower() == plain.lower()), None)
        if name is not None:
            found[name] = value
        elif plain.lower() not in IGNORED and not plain.lower().startswith(ENTERPRISE.lower()):
            raise invalid_value(f"There is no attribute {plain[:80]}.")
    return found


def _text(value: Any, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise invalid_value(f"{name} is a string.")
    plain = value.strip()
    if len(plain) > LONGEST:
        raise invalid_value(f"{name} has at most {LONGEST} characters.")
    if "\x00" in plain or any(0xD800 <= ord(character) <= 0xDFFF for character in plain):
        raise invalid_value(f"{name} holds a character that cannot be kept.")
    return plain


def _name(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise invalid_value("name is an object.")
    found: dict[str, str] = {}
    for key, entry in value.items():
        part = next((one for one in NAME_PARTS if one.lower() == str(key).lower()), None)
        if part is None and str(key).lower() not in IGNORED_NAME_PARTS:
            raise invalid_value(f"name has no {str(key)[:80]}.")
        text = _text(entry, f"name.{part}") if part else ""
        if part and text:
            found[part] = text
    return found


def _emails(value: Any) -> list[dict[str, Any]]:
    rows = [] if value is None else value if isinstance(value, list) else [value]
    if len(rows) > MOST_EMAILS:
        raise invalid_value(f"There are at most {MOST_EMAILS} emails.")
    found = []
    for row in rows:
        if not isinstance(row, Mapping):
            raise invalid_value("Each of emails is an object.")
        one: dict[str, Any] = {}
        for key, entry in row.items():
            part = next((known for known in EMAIL_PARTS if known.lower() == str(key).lower()), None)
            if part == "primary" and entry is not None:
                one[part] = boolean(entry, "primary")
            elif part is not None and entry is not None:
                one[part] = _text(entry, f"emails.{part}")
        if one:
            found.append(one)
    if sum(1 for one in found if one.get("primary")) > 1:
        raise invalid_value("One of emails is primary.")
    return found


def _members(value: Any) -> frozenset[UUID]:
    rows = value if isinstance(value, list) else [value]
    if len(rows) > MOST_MEMBERS:
        raise invalid_value(f"A group has at most {MOST_MEMBERS} members.")
    found = set()
    for row in rows:
        written = row.get("value") if isinstance(row, Mapping) else None
        if written is None and isinstance(row, Mapping):
            written = str(row.get("$ref") or "").rpartition("/")[2]
        try:
            found.add(UUID(str(written)))
        except ValueError:
            raise invalid_value("A member is named by the id that this service gave it.") from None
    return frozenset(found)


def _shown_name(display: str, name: Mapping[str, str], user_name: str) -> str:
    parts = " ".join(part for part in (name.get("givenName", ""), name.get("familyName", "")) if part)
    return (display or name.get("formatted", "") or parts or user_name)[:LONGEST_NAME]


def _address(emails: list[dict[str, Any]], user_name: str) -> str:
    """The primary address, else the first, else a user name that looks like one; "" for none."""
    ordered = sorted(emails, key=lambda one: not one.get("primary"))
    candidates = [str(one.get("value", "")) for one in ordered] + [user_name]
    return next((one for one in candidates if one.count("@") == 1 and not one.startswith("@") and " " not in one), "")

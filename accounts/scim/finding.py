"""Looking people and groups up for the directory: by id, by filter, page by page."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models.functions import Lower

from accounts.models import DirectoryGroup, DirectoryPerson
from accounts.scim.errors import invalid_value
from accounts.scim.filters import Equals, parse
from accounts.scim.people import is_active
from accounts.scim.schemas import GROUP, LARGEST_PAGE, USER, USUAL_PAGE


def people(filter_text: str) -> list[DirectoryPerson]:
    """Everybody whom the filter fits, "" fits all; in the order in which they came. Raises ScimError."""
    found = DirectoryPerson.objects.filter(removed_at__isnull=True).select_related("membership__user")
    wanted = parse(filter_text, USER) if filter_text.strip() else ()
    for one in wanted:
        found = _narrowed(found, one, {"userName": "user_name", "externalId": "external_id"})
    rows = list(found.order_by("created_at", "pk"))
    for one in wanted:
        if one.attribute == "emails":
            rows = [row for row in rows if _writes_to(row, str(one.value))]
        elif one.attribute == "active":
            rows = [row for row in rows if is_active(row) == one.value]
    return rows


def groups(filter_text: str) -> list[DirectoryGroup]:
    """Every group that the filter fits."""
    found = DirectoryGroup.objects.all()
    for one in parse(filter_text, GROUP) if filter_text.strip() else ():
        if one.attribute == "members":
            known = _uuid(str(one.value))
            found = found.filter(members__person=known) if known else found.none()
        else:
            found = _narrowed(found, one, {"displayName": "name", "externalId": "external_id"})
    return list(found.order_by("created_at", "pk"))


def window(rows: list[Any], start: Any, count: Any) -> tuple[list[Any], int]:
    """The part that was asked for, and its 1-based beginning. Raises ScimError for numbers that are none."""
    first = max(1, _number(start, "startIndex", 1))
    size = min(LARGEST_PAGE, max(0, _number(count, "count", USUAL_PAGE)))
    return rows[first - 1 : first - 1 + size], first


def _narrowed(found: Any, one: Equals, columns: dict[str, str]) -> Any:
    if one.attribute == "id":
        known = _uuid(str(one.value))
        return found.filter(pk=known) if known else found.none()
    if one.attribute == "externalId":  # told apart by case, the others are not (RFC 7643, 4.1.1 and 3.1)
        return found.filter(external_id=one.value)
    column = columns.get(one.attribute)
    if column is None:
        return found
    return found.annotate(_lower=Lower(column)).filter(_lower=str(one.value).lower())


def _writes_to(person: DirectoryPerson, address: str) -> bool:
    emails: Iterable[dict[str, Any]] = person.attributes.get("emails", ())
    return any(str(one.get("value", "")).lower() == address.lower() for one in emails)


def _uuid(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None


def _number(written: Any, name: str, usual: int) -> int:
    if written is None or written == "":
        return usual
    try:
        if isinstance(written, bool) or len(str(written)) > 9:
            raise ValueError
        return int(str(written))
    except ValueError:
        raise invalid_value(f"{name} is a whole number.") from None

"""People and groups as the directory sees them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from accounts.models import DirectoryGroup, DirectoryGroupMember, DirectoryPerson
from accounts.scim.people import is_active
from accounts.scim.schemas import GROUP, LIST, USER

ALWAYS = {"schemas", "id"}


def base() -> str:
    """The address of the service."""
    return f"{settings.PUBLIC_BASE_URL}/scim/v2"


def person(row: DirectoryPerson) -> dict[str, Any]:
    """One person."""
    return {
        "schemas": [USER],
        "id": str(row.pk),
        **({"externalId": row.external_id} if row.external_id else {}),
        "userName": row.user_name,
        **row.attributes,
        "active": is_active(row),
        "meta": _meta("User", row.pk, row.created_at, row.changed_at),
    }


def groups(rows: Iterable[DirectoryGroup], *, with_members: bool = True) -> list[dict[str, Any]]:
    """Groups with their members, read at once."""
    rows = list(rows)
    members: dict[Any, list[dict[str, str]]] = {row.pk: [] for row in rows}
    if with_members:
        places = DirectoryGroupMember.objects.filter(group__in=rows, person__removed_at__isnull=True)
        for place in places.order_by("person__created_at", "person_id"):
            where = f"{base()}/Users/{place.person_id}"
            members[place.group_id].append({"value": str(place.person_id), "$ref": where})
    return [
        {
            "schemas": [GROUP],
            "id": str(row.pk),
            **({"externalId": row.external_id} if row.external_id else {}),
            "displayName": row.name,
            **({"members": members[row.pk]} if with_members else {}),
            "meta": _meta("Group", row.pk, row.created_at, row.changed_at),
        }
        for row in rows
    ]


def listed(rows: list[dict[str, Any]], *, total: int, start: int) -> dict[str, Any]:
    """A ListResponse."""
    return {"schemas": [LIST], "totalResults": total, "startIndex": start, "itemsPerPage": len(rows), "Resources": rows}


def narrowed(resource: dict[str, Any], wanted: frozenset[str], unwanted: frozenset[str]) -> dict[str, Any]:
    """Only what `attributes` asks for, or without what `excludedAttributes` names (RFC 7644, 3.9)."""
    if wanted:
        return _only(resource, wanted)
    return _without(resource, unwanted) if unwanted else resource


def names(written: Any, schema: str) -> frozenset[str]:
    """Names of attributes in lower case, from a comma-separated string or a list."""
    parts = written if isinstance(written, list) else str(written or "").split(",")
    plain = (str(part).strip().lower() for part in parts)
    return frozenset(part.removeprefix(schema.lower() + ":") for part in plain if part)


def _only(resource: dict[str, Any], wanted: frozenset[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in resource.items():
        parts = {one.partition(".")[2] for one in wanted if one.partition(".")[0] == name.lower()}
        if name in ALWAYS or "" in parts:
            found[name] = value
        elif parts:
            found[name] = _parts(value, lambda part, parts=parts: part.lower() in parts)
    return found


def _without(resource: dict[str, Any], unwanted: frozenset[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in resource.items():
        if name not in ALWAYS and name.lower() in unwanted:
            continue
        parts = {one.partition(".")[2] for one in unwanted if one.partition(".")[0] == name.lower()} - {""}
        found[name] = _parts(value, lambda part, parts=parts: part.lower() not in parts) if parts else value
    return found


def _parts(value: Any, keep: Any) -> Any:
    if isinstance(value, list):
        return [_parts(one, keep) for one in value]
    return {part: entry for part, entry in value.items() if keep(part)} if isinstance(value, dict) else value


def _meta(kind: str, key: Any, made: datetime, changed: datetime) -> dict[str, str]:
    return {
        "resourceType": kind,
        "created": _written(made),
        "lastModified": _written(changed),
        "location": f"{base()}/{kind}s/{key}",
    }


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""PATCH as directories send it (RFC 7644, 3.5.2), applied to a resource's JSON. Plain values.

The result is read by the same code as a PUT, so that a change has one way in. Okta, Entra ID and others differ in the
case of `op`, in writing `active` as text, and in whether a path is given; all of these mean the same here. An operation
or a path that is not known is an error: a leaver who stays because of a silent 200 is the worst answer there is.
"""

import copy
import re
from collections.abc import Mapping
from typing import Any

from accounts.scim.errors import ScimError, invalid_syntax, invalid_value
from accounts.scim.schemas import ENTERPRISE, GROUP, IGNORED, IGNORED_NAME_PARTS, KEPT, NAME_PARTS, USER

MOST_OPERATIONS = 1000

_PATH = re.compile(
    r"(?P<name>[A-Za-z$][\w$-]*)(?:\[(?P<where>[^\[\]]{1,300})\])?(?:\.(?P<part>[A-Za-z$][\w$-]*))?", re.ASCII
)
_WHERE = re.compile(r'\s*(?P<part>\w+)\s+eq\s+(?P<value>"[^"\\]*"|true|false)\s*', re.IGNORECASE)


def patched(resource: Mapping[str, Any], body: Mapping[str, Any], schema: str) -> dict[str, Any]:
    """The resource after all operations of the body. Raises ScimError; the resource given stays as it is."""
    operations = _entry(body, "operations")
    if not isinstance(operations, list) or not 1 <= len(operations) <= MOST_OPERATIONS:
        raise invalid_syntax("Send 1 to 1000 operations in `Operations`.")
    result = copy.deepcopy(dict(resource))
    for operation in operations:
        if not isinstance(operation, dict):
            raise invalid_syntax("Each operation is an object.")
        _apply(result, operation, schema)
    return result


def _apply(result: dict[str, Any], operation: dict[str, Any], schema: str) -> None:
    op = str(_entry(operation, "op") or "").lower()
    if op not in {"add", "replace", "remove"}:
        raise invalid_syntax("`op` is add, replace or remove.")
    path, value = _entry(operation, "path"), _entry(operation, "value")
    if path is None or path == "":
        if op == "remove":
            raise ScimError(400, "Say in `path` what to remove.", "noTarget")
        if not isinstance(value, dict):
            raise invalid_value("Without a `path`, `value` is an object.")
        for name, entry in value.items():
            _one(result, op, str(name), entry, schema)
        return
    if not isinstance(path, str):
        raise ScimError(400, "`path` is a string.", "invalidPath")
    _one(result, op, path, value, schema)


def _one(result: dict[str, Any], op: str, path: str, value: Any, schema: str) -> None:
    """One operation on one path."""
    plain = path.strip()
    if plain.lower().startswith(ENTERPRISE.lower()) and schema == USER:
        return
    if plain.lower().startswith(schema.lower() + ":"):
        plain = plain[len(schema) + 1 :]
    parsed = _PATH.fullmatch(plain)
    if parsed is None:
        raise ScimError(400, "This path is not understood.", "invalidPath")
    name = next((kept for kept in KEPT[schema] if kept.lower() == parsed["name"].lower()), None)
    if name is None:
        if parsed["name"].lower() in IGNORED:
            return
        raise ScimError(400, f"There is no attribute {parsed['name']}.", "invalidPath")
    if name in {"emails", "members"}:
        _many(result, op, name, parsed, value)
    elif name == "name":
        _name(result, op, parsed, value)
    elif parsed["where"] or parsed["part"]:
        raise ScimError(400, f"{name} has no parts.", "invalidPath")
    elif op == "remove":
        _must_not_be_needed(name, schema)
        result.pop(name, None)
    else:
        result[name] = value


def _must_not_be_needed(name: str, schema: str) -> None:
    if name in {"userName", "active"} or (name == "displayName" and schema == GROUP):
        raise ScimError(400, f"{name} cannot be removed.", "mutability")


def _name(result: dict[str, Any], op: str, parsed: re.Match[str], value: Any) -> None:
    if parsed["where"]:
        raise ScimError(400, "`name` has one value.", "invalidPath")
    own = result.get("name")
    kept = dict(own) if isinstance(own, dict) else {}
    if parsed["part"] is None:
        if op == "remove":
            result.pop("name", None)
            return
        if not isinstance(value, dict):
            raise invalid_value("`name` is an object.")
        result["name"] = {**kept, **value}
        return
    part = next((one for one in NAME_PARTS if one.lower() == parsed["part"].lower()), None)
    if part is None:
        if parsed["part"].lower() in IGNORED_NAME_PARTS:
            return
        raise ScimError(400, f"`name` has no {parsed['part']}.", "invalidPath")
    if op == "remove":
        kept.pop(part, None)
    else:
        kept[part] = value
    result["name"] = kept


def _many(result: dict[str, Any], op: str, name: str, parsed: re.Match[str], value: Any) -> None:
    """`emails` and `members`, whole or those that a filter picks."""
    own = result.get(name)
    rows = [dict(row) for row in own if isinstance(row, dict)] if isinstance(own, list) else []
    if parsed["where"]:
        result[name] = _picked(rows, op, parsed, value)
        return
    if parsed["part"]:
        result[name] = _each(rows, op, parsed["part"], value)
        return
    given = _rows(value)
    if op == "replace":
        result[name] = given
    elif op == "add":
        result[name] = _together(rows, given)
    elif value is None:
        result[name] = []
    else:
        gone = {str(row.get("value", "")) for row in given}
        result[name] = [row for row in rows if str(row.get("value", "")) not in gone]


def _picked(rows: list[dict[str, Any]], op: str, parsed: re.Match[str], value: Any) -> list[dict[str, Any]]:
    where = _WHERE.fullmatch(parsed["where"])
    if where is None:
        raise ScimError(400, "Inside brackets, `part eq value` is understood only.", "invalidPath")
    wanted = where["value"].strip('"')
    hits = [row for row in rows if str(row.get(where["part"], "")).lower() == wanted.lower()]
    part = parsed["part"]
    if op == "remove":
        if part is None:
            return [row for row in rows if row not in hits]
        for row in hits:
            row.pop(part, None)
        return rows
    if not hits:
        if op == "replace" and where["part"] != "type":
            raise ScimError(400, "Nothing fits the filter of the path.", "noTarget")
        hits = [{where["part"]: wanted}]
        rows.extend(hits)
    for row in hits:
        if part is not None:
            row[part] = value
        elif isinstance(value, dict):
            row.update(value)
        else:
            raise invalid_value("The value is an object.")
    return rows


def _each(rows: list[dict[str, Any]], op: str, part: str, value: Any) -> list[dict[str, Any]]:
    """One part of all values, such as `emails.type`."""
    for row in rows:
        if op == "remove":
            row.pop(part, None)
        else:
            row[part] = value
    return rows or ([] if op == "remove" else [{part: value}])


def _rows(value: Any) -> list[dict[str, Any]]:
    rows = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(row, dict) for row in rows):
        raise invalid_value("Each value is an object.")
    return [dict(row) for row in rows]


def _together(rows: list[dict[str, Any]], given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Both; of what has the same value the later, and of two primary addresses the later."""
    known = {str(row.get("value", "")) for row in given}
    kept = [row for row in rows if str(row.get("value", "")) not in known]
    if any(row.get("primary") for row in given):
        for row in kept:
            row.pop("primary", None)
    return kept + given


def _entry(body: Mapping[str, Any], name: str) -> Any:
    """By name in any case: directories write `Operations`, `op`, `Op`."""
    return next((value for key, value in body.items() if isinstance(key, str) and key.lower() == name), None)

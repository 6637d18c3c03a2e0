"""Every way in which SCIM says no (RFC 7644, 3.12). Plain values."""

from typing import Any
from uuid import UUID

SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"


class ScimError(Exception):
    """Ends a request with this answer; whatever it wrote is undone. `kind` is RFC 7644's `scimType`, "" for none."""

    def __init__(self, status: int, detail: str, kind: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind, self.headers = status, detail, kind, headers or {}

    def document(self) -> dict[str, Any]:
        """As the body of the answer has it; the status is a string there."""
        kind = {"scimType": self.kind} if self.kind else {}
        return {"schemas": [SCHEMA], "status": str(self.status), **kind, "detail": self.detail}


class OwnerStays(ScimError):
    """The directory wanted of an owner what it may not do: refused like a conflict, and the owners hear of it.

    `what` is a word for the log and the mail: `last_owner`, `ended`, `address`.
    """

    def __init__(self, what: str, owner_id: UUID, detail: str) -> None:
        super().__init__(409, detail)
        self.what, self.owner_id = what, owner_id


def not_found() -> ScimError:
    """What is not there and what belongs to somebody else look the same."""
    return ScimError(404, "There is no such resource.")


def invalid_value(detail: str) -> ScimError:
    """A value that cannot be."""
    return ScimError(400, detail, "invalidValue")


def invalid_syntax(detail: str) -> ScimError:
    """A body that is no request of this kind."""
    return ScimError(400, detail, "invalidSyntax")


def taken(detail: str) -> ScimError:
    """Another resource has this already."""
    return ScimError(409, detail, "uniqueness")

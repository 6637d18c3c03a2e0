"""Every way in which the API says no: one catalogue, from which answers, OpenAPI and the page of errors are made.

An answer is a problem document (RFC 9457, `application/problem+json`); `type` is the address of the error's words.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.conf import settings
from django.http import HttpResponse

MEDIA_TYPE = "application/problem+json"
ERRORS_PATH = "/developers/errors/"
AWAY_SECONDS = 30  # that whoever meets an absent database is asked to wait


@dataclass(frozen=True)
class Words:
    """One kind of problem: the last part of its type, its status, its title, what to do about it."""

    slug: str
    status: int
    title: str
    help: str


class Kind(Enum):
    """Every kind there is."""

    MALFORMED = Words(
        "malformed", 400, "The body is not JSON", "Send one JSON object in UTF-8, with each name once and no comments."
    )
    KEY_MISSING = Words(
        "key-missing", 401, "No API key", "Send the key in the header `Authorization: Bearer parley_live_...`."
    )
    KEY_REFUSED = Words(
        "key-refused",
        401,
        "This API key opens nothing",
        "Check that it is whole, has not ended, and is used from an address that it is meant for."
        " Which of these it is, Settings > API says, to people who are signed in.",
    )
    PERMISSION_MISSING = Words(
        "permission-missing",
        403,
        "This API key may not do that",
        "Ask an admin for a key with the permissions in `missing`.",
    )
    NOT_FOUND = Words(
        "not-found",
        404,
        "There is no such thing",
        "Check the address and the id. What the key may not see looks the same as what does not exist.",
    )
    METHOD_NOT_ALLOWED = Words(
        "method-not-allowed", 405, "This address does not know that method", "Use one of the methods in `Allow`."
    )
    NOT_ACCEPTABLE = Words(
        "not-acceptable", 406, "The API answers in JSON", "Ask for `application/json`, or leave `Accept` out."
    )
    CONFLICT = Words(
        "conflict",
        409,
        "This is not possible now",
        "`detail` says why. Read the conversation again, then decide.",
    )
    STILL_RUNNING = Words(
        "still-running",
        409,
        "The first request with this Idempotency-Key is still running",
        "Wait as long as `Retry-After` says, then send the same request again.",
    )
    ANSWER_GONE = Words(
        "answer-gone",
        409,
        "The answer to this Idempotency-Key is no longer readable",
        "The first request was carried out. Read what it made instead of sending it again.",
    )
    TOO_LARGE = Words("too-large", 413, "The body is too large", "Send at most 1 MB, and at most 100 texts.")
    MEDIA_TYPE = Words(
        "unsupported-media-type", 415, "The body must be JSON", "Send `Content-Type: application/json`, in UTF-8."
    )
    INVALID = Words(
        "invalid",
        422,
        "Something in the request is wrong",
        "`errors` lists each place (a JSON pointer into the body, or a parameter) with what is wrong there.",
    )
    TEXT_REFUSED = Words(
        "text-refused",
        422,
        "The text may not be sent",
        "`reasons` lists each rule that speaks against it, with what to do instead. Sending it again changes nothing, "
        "unless `again_at` says when it will. With `waits_for_approval` it is kept: a colleague decides about it.",
    )
    KEY_REUSED = Words(
        "key-reused",
        422,
        "This Idempotency-Key belongs to another request",
        "Use a new key for each new request, and the same key only to repeat the same request.",
    )
    TOO_MANY = Words(
        "too-many-requests", 429, "Too many requests", "Wait as long as `Retry-After` says, then go on more slowly."
    )
    BROKEN = Words(
        "internal", 500, "We failed", "Nothing was done. Send the request again, with the same Idempotency-Key."
    )
    AWAY = Words(
        "unavailable",
        503,
        "We cannot answer for the moment",
        "Wait as long as `Retry-After` says, then send the request again. With the same Idempotency-Key it is carried"
        " out once, whatever became of it now.",
    )

    @property
    def type(self) -> str:
        """The URI of the kind, where its words can be read."""
        return f"{settings.PUBLIC_BASE_URL}{ERRORS_PATH}#{self.value.slug}"


@dataclass(frozen=True)
class Flaw:
    """One thing that is wrong in a request: where, and in one sentence what."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None

    def as_json(self) -> dict[str, str]:
        """As `errors` has it."""
        place = {"pointer": self.pointer, "parameter": self.parameter}
        return {**{name: value for name, value in place.items() if value is not None}, "detail": self.detail}


class Problem(Exception):
    """Ends a request with a problem document; whatever it wrote is undone."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        *,
        errors: Iterable[Flaw] = (),
        headers: dict[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(kind.value.slug)
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = headers or {}
        self.members = members

    def document(self) -> dict[str, Any]:
        """The problem as JSON has it."""
        words = self.kind.value
        shown: dict[str, Any] = {
            "type": self.kind.type,
            "title": words.title,
            "status": words.status,
            "detail": self.detail or words.help,
        }
        if self.errors:
            shown["errors"] = [flaw.as_json() for flaw in self.errors]
        return shown | self.members

    def response(self) -> HttpResponse:
        """The answer. Half a character that was sent and is repeated in it cannot be written: a ? stands for it."""
        body = json.dumps(self.document(), ensure_ascii=False).encode("utf-8", "replace")
        return HttpResponse(body, content_type=MEDIA_TYPE, status=self.kind.value.status, headers=self.headers)


def away() -> Problem:
    """The database cannot be reached, or was lost in the middle of the request."""
    return Problem(Kind.AWAY, headers={"Retry-After": str(AWAY_SECONDS)})

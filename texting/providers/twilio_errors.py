"""What Twilio's error codes and answers mean: the table `twilio_errors.json`, and a rule for codes that are not in it.

The table's columns: code, meaning (one sentence for a person), kind, retry, retry_after (seconds, when a wait is known
to help), source (the page that was read, or that none was). Twilio adds and splits codes without notice
(its change log of 10 July 2024), so an unknown code falls back to the HTTP status.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from texting.providers.base import NotAccepted, OutcomeUnknown, ProviderError
from texting.statuses import ErrorKind

TABLE = Path(__file__).with_name("twilio_errors.json")
LONGEST_WAIT = 3600.0  # seconds: a larger Retry-After is not believed

BY_HTTP_STATUS = {
    401: ErrorKind.AUTH,
    402: ErrorKind.ACCOUNT,
    403: ErrorKind.AUTH,
    429: ErrorKind.RATE_LIMITED,
}


@dataclass(frozen=True)
class KnownError:
    """One row of the table."""

    code: int
    meaning: str
    kind: ErrorKind
    retry: bool
    source: str
    retry_after: float | None = None


@cache
def table() -> dict[str, KnownError]:
    """All known errors by their code as text, as it stands in callbacks."""
    rows = [KnownError(**{**row, "kind": ErrorKind(row["kind"])}) for row in json.loads(TABLE.read_text("utf-8"))]
    return {str(row.code): row for row in rows}


def kind_of(code: str) -> ErrorKind:
    """The kind of the error in a status callback or a looked-up text."""
    known = table().get(code)
    return known.kind if known else ErrorKind.UNKNOWN


def failure(*, status: int, answer: object, retry_after: str, changes: bool) -> ProviderError:
    """The error for an HTTP answer that is no success. `changes` is False for a request that only asks.

    Both of Twilio's error shapes (its own, and RFC 9457 problem details) carry `code`. Nothing else of the answer is
    used: its sentences and addresses can hold numbers.
    """
    code = _code(answer)
    known = table().get(code)
    if status >= 500 or status < 400 or (known and known.kind is ErrorKind.UNKNOWN_OUTCOME):
        return lost_answer(changes=changes, provider_code=code, meaning=known.meaning if known else "")
    wait = _seconds(retry_after)
    if known:
        return NotAccepted(
            known.kind,
            retry=known.retry,
            provider_code=code,
            retry_after=(wait or known.retry_after) if known.retry else None,
            meaning=known.meaning,
        )
    kind = BY_HTTP_STATUS.get(status, ErrorKind.INVALID_REQUEST)
    retry = kind is ErrorKind.RATE_LIMITED
    return NotAccepted(
        kind,
        retry=retry,
        provider_code=code or f"http_{status}",
        retry_after=wait if retry else None,
        meaning="The provider refused the request.",
    )


def unreachable() -> NotAccepted:
    """No connection came about: name not found, refused, TLS failed or no answer to the connection in time."""
    return NotAccepted(ErrorKind.TRANSIENT, retry=True, meaning="The provider could not be reached.")


def lost_answer(*, changes: bool, provider_code: str = "", meaning: str = "") -> ProviderError:
    """The request left, and no usable answer came. For a request that only asks, that is a reason to ask again."""
    meaning = meaning or "The answer of the provider was lost."
    if changes:
        return OutcomeUnknown(provider_code=provider_code, meaning=meaning)
    return NotAccepted(
        ErrorKind.TRANSIENT, retry=True, provider_code=provider_code, meaning="The provider did not answer."
    )


def _code(answer: object) -> str:
    code = answer.get("code") if isinstance(answer, dict) else None
    return str(code) if isinstance(code, int) and 0 < code < 1_000_000 else ""


def _seconds(retry_after: str) -> float | None:
    """Retry-After in seconds; its date form is not used by Twilio and is ignored."""
    return min(float(retry_after), LONGEST_WAIT) if retry_after.isascii() and retry_after.isdigit() else None

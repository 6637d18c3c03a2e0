"""`texting.explaining` in the language of whoever reads it."""

from django.utils.translation import gettext

from texting import explaining
from texting.explaining import Explanation
from texting.statuses import ErrorKind, MessageStatus


def explain(
    status: MessageStatus, error_kind: ErrorKind | None = None, code: str = "", attention: str = ""
) -> Explanation:
    """What a person should read about a text, in the present language."""
    found = explaining.explain(status, error_kind, code, attention)
    return Explanation(*(gettext(words) if words else "" for words in (found.label, found.reason, found.what_to_do)))


def reason_of(kind: str) -> str:
    """The reason alone, of a kind of error that is stored; "" without one."""
    found = explaining.reason_of(kind)
    return gettext(found) if found else ""

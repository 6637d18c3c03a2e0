"""A provider's request as text, so that it can be sealed and looked at again. Knows nothing of the database."""

import base64
import json
from datetime import datetime

from texting.providers.base import MAX_HOOK_BYTES, Hook
from texting.webhooks.taking import Request

LONGEST_PATH = 2_000  # characters; a webhook's address has about 120
LONGEST_HEADER = 1_000
MOST_HEADERS = 20
_NAMED = frozenset({"content-type", "host", "i-twilio-idempotency-token"})
_WORDS = ("signature", "timestamp", "x-forwarded-")


class TooLarge(ValueError):
    """No provider's request is like this, and it is not kept."""


def to_text(request: Request, path: str) -> str:
    """`path` is the address from the first slash on, with its query. Raises TooLarge.

    Of the headers only those that a signature may be about are kept, so no cookie and no password.
    """
    hook = request.hook
    headers = {name: value for name, value in hook.headers.items() if _matters(name) and len(value) <= LONGEST_HEADER}
    if len(hook.body) > MAX_HOOK_BYTES or len(path) > LONGEST_PATH or len(headers) > MOST_HEADERS:
        raise TooLarge
    return json.dumps(
        {
            "method": hook.method[:10],
            "path": path,
            "headers": headers,
            "body": base64.b64encode(hook.body).decode(),
            "token": request.token,
        }
    )


def from_text(text: str, *, base_url: str, received_at: datetime) -> Request:
    """The request as if it had just been sent to `base_url`."""
    kept = json.loads(text)
    hook = Hook(
        method=kept["method"],
        url=base_url + kept["path"],
        headers=kept["headers"],
        body=base64.b64decode(kept["body"]),
        received_at=received_at,
    )
    return Request(hook, kept["token"])


def origin_and_path(hook: Hook) -> tuple[str, str]:
    """(`https://host`, `/webhooks/...`) of an address of ours."""
    scheme, _, rest = hook.url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}", slash + path


def _matters(name: str) -> bool:
    lower = name.lower()
    return lower in _NAMED or any(word in lower for word in _WORDS)

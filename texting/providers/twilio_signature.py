"""Whether Twilio signed a webhook request.

    form:  base64(HMAC-SHA1(auth token, url + name + value + name + value ...)),
           names sorted, the values of a name sorted and each counted once
    JSON:  the URL carries bodySHA256, the hex SHA-256 of the raw body; the signature is over the URL alone

Source: twilio.com/docs/usage/security and twilio-python 9.13. Twilio signs with or without the port, so both are tried.

The SDK's own validator is not used: it does not compare in constant time, raises when the header is missing, and lets
the sender name the algorithm. Here the algorithm belongs to the secret: an auth token signs with HMAC-SHA1 only.

The MAC joins names and values without a mark between them, so moving a letter from a name to its value keeps it valid:
whoever reads the fields must ask for each by its name and insist on those that it needs.
"""

import base64
import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

from texting.providers.base import MAX_HOOK_BYTES, Hook

HEADER = "X-Twilio-Signature"


def is_signed(hook: Hook, secrets: tuple[str, ...]) -> bool:
    """Whether one of the secrets (the present one, and the previous one during a change) signed it. Never raises."""
    given = hook.header(HEADER)
    held = [secret for secret in secrets if secret]  # an empty secret would let anyone sign
    if not given or not held or len(hook.body) > MAX_HOOK_BYTES:
        return False
    try:
        texts = _signed_texts(hook)
        expected = [sign(secret, text) for secret in held for text in texts]
        offered = given.encode()
    except ValueError:  # a malformed address, a body that is not UTF-8, too many fields
        return False
    # every candidate is compared, so that the time does not tell which one came close
    return sum(hmac.compare_digest(offered, candidate.encode()) for candidate in expected) > 0


def sign(secret: str, text: str) -> str:
    """The value of the header for what is signed."""
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha1")).decode()


def _signed_texts(hook: Hook) -> list[str]:
    """What Twilio may have signed for this request; empty when the body is not the one that the URL vouches for."""
    url = hook.url.partition("#")[0]
    if hook.header("Content-Type").partition(";")[0].strip().lower() == "application/json":
        vouched = parse_qs(urlsplit(url).query).get("bodySHA256", [])
        digest = hashlib.sha256(hook.body).hexdigest()
        if len(vouched) != 1 or not hmac.compare_digest(vouched[0].lower().encode(), digest.encode()):
            return []
        signed_fields = ""
    else:
        fields = hook.form
        signed_fields = "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    return [address + signed_fields for address in _with_and_without_port(url)]


def _with_and_without_port(url: str) -> list[str]:
    parts = urlsplit(url)
    port = parts.port  # raises ValueError when it is no number
    if port is None:
        default = 443 if parts.scheme == "https" else 80
        return [url, url.replace(parts.netloc, f"{parts.netloc}:{default}", 1)]
    return [url, url.replace(parts.netloc, parts.netloc.removesuffix(f":{port}"), 1)]

"""Where Stripe is asked."""

from urllib.parse import urlsplit

HOST = "https://api.stripe.com"


def checked_base(base_url: str) -> str:
    """Stripe's address, or the operator's instead; plain http is for this machine only."""
    if not base_url:
        return HOST
    parts = urlsplit(base_url)
    local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if parts.scheme not in {"https", "http"} or not parts.hostname or (parts.scheme == "http" and not local):
        raise ValueError("A base URL must be https, or http on this machine.")
    return base_url.rstrip("/")

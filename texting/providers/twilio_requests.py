"""What is asked of Twilio for one text, and what is not even asked.

A text that Twilio refuses for certain is refused here, with the code and the meaning of Twilio's own refusal: at once,
and without an address of ours being fetched for nothing. An address such as `whatsapp:+1...` would be taken by Twilio
and reach the customer on another channel than the one that they permitted, so it must not get there at all.

Source of the limits: twilio.com/docs/messaging/api/message-resource#create-a-message-resource.
"""

from urllib.parse import urlsplit

from texting.phone_numbers import is_e164
from texting.providers.base import NotAccepted, Outbound
from texting.providers.twilio_errors import KnownError, table
from texting.providers.twilio_webhooks import MAX_MEDIA
from texting.statuses import ErrorKind

MAX_BODY = 1600
MAX_ADDRESS = 2000
LONGEST_VALIDITY = 36_000  # seconds in its queue; so long does it keep a text for which nothing is said


def create_request(outbound: Outbound, *, service: str, pool: bool) -> dict[str, object]:
    """The form that creates a text. Raises NotAccepted for a text that cannot be sent.

    Through a messaging service the line's number is named all the same, because customers answer to the number that
    they see; with `pool` the service chooses among its numbers, and its answers and reports say which.
    """
    if refused := _refusal(outbound, service=service if pool else ""):
        raise refused
    request: dict[str, object] = {"To": outbound.to}
    if not pool:
        request["From"] = outbound.from_
    if service:
        request["MessagingServiceSid"] = service
    if outbound.body:
        request["Body"] = outbound.body
    if outbound.media_urls:
        request["MediaUrl"] = list(outbound.media_urls)
    if outbound.status_url:
        request["StatusCallback"] = outbound.status_url
    if outbound.valid_for is not None:
        request["ValidityPeriod"] = max(1, min(int(outbound.valid_for.total_seconds()), LONGEST_VALIDITY))
    return request


def _refusal(outbound: Outbound, *, service: str) -> NotAccepted | None:
    if ":" in outbound.to + outbound.from_:
        return NotAccepted(
            ErrorKind.INVALID_REQUEST,
            retry=False,
            provider_code="channel",
            meaning="Only phone numbers are texted, no addresses of WhatsApp, RCS or other channels.",
        )
    wrong = {
        "21211": not is_e164(outbound.to),
        "21603": not outbound.from_ and not service,
        "21602": not outbound.body and not outbound.media_urls,
        "21617": len(outbound.body) > MAX_BODY,
        "21623": len(outbound.media_urls) > MAX_MEDIA,
        "21620": not all(map(_can_be_fetched, outbound.media_urls)),
    }
    return next((refused(code) for code, is_so in wrong.items() if is_so), None)


def refused(code: str) -> NotAccepted:
    """The refusal that Twilio gives with this code of the table."""
    known: KnownError = table()[code]
    return NotAccepted(known.kind, retry=known.retry, provider_code=code, meaning=known.meaning)


def _can_be_fetched(url: str) -> bool:
    """Twilio fetches a file from where we say, over the open internet: never without TLS."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and url.isascii() and len(url) <= MAX_ADDRESS

"""The way to Stripe: its own library, made quiet, bounded, and honest about what is not known.

The library would try again by itself, send figures about our machine along and log addresses. Here it does none of
that: each call is made once, within bounds of time, follows no redirect, and every failure becomes one of the errors of
`portal.payments.base`, in which nothing that Stripe wrote is left.
"""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import requests
import stripe

from portal.payments.base import NotDone, OutcomeUnknown, PaymentError, Trouble
from portal.payments.stripe.places import checked_base

CONNECT_SECONDS, READ_SECONDS = 3.05, 20.0
T = TypeVar("T")

stripe.enable_telemetry = False
logging.getLogger("stripe").setLevel(logging.CRITICAL)  # it writes addresses and parameters


class _Session(requests.Session):
    """Follows no redirect and believes no proxy or password file of the environment."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["allow_redirects"] = False
        return super().request(*args, **kwargs)


def client(api_key: str, base_url: str) -> stripe.StripeClient:
    """A client of one account. Raises ValueError for a base address that would carry the key in clear elsewhere."""
    return stripe.StripeClient(
        api_key,
        base_addresses={"api": checked_base(base_url)},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS), session=_Session()),
    )


def asked(call: Callable[[], T], *, changes: bool) -> T:
    """Make one call. `changes`: it may have been done although no answer came. Raises PaymentError."""
    failed: PaymentError
    try:
        return call()
    except stripe.StripeError as error:
        failed = _failure(error, changes=changes)
    except (requests.RequestException, OSError, ValueError, TypeError, AttributeError):
        failed = OutcomeUnknown() if changes else NotDone(Trouble.AWAY, again=True)
    raise failed  # outside the handler: the library's exception, which quotes what Stripe wrote, is not its context


def _failure(error: stripe.StripeError, *, changes: bool) -> PaymentError:
    status = error.http_status
    if isinstance(error, stripe.APIConnectionError):
        never_left = isinstance(error.__cause__, requests.exceptions.ConnectTimeout)
        return NotDone(Trouble.AWAY, again=True) if never_left or not changes else OutcomeUnknown()
    if isinstance(error, stripe.RateLimitError) or status == 429:
        return NotDone(Trouble.BUSY, again=True)
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        wrong = Trouble.AUTH if isinstance(error, stripe.AuthenticationError) else Trouble.REQUEST
        return NotDone(wrong, again=False)
    if status == 409:  # the same key is being worked on
        return NotDone(Trouble.BUSY, again=True)
    if status is not None and 400 <= status < 500:
        return NotDone(Trouble.REQUEST, again=False)
    return OutcomeUnknown() if changes else NotDone(Trouble.AWAY, again=True)

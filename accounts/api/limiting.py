"""How often a key may ask, and how an answer says so: `RateLimit` and `RateLimit-Policy` as
draft-ietf-httpapi-ratelimit-headers-10 has them, `Retry-After` beside them.
"""

from math import ceil
from uuid import UUID

from django.http import HttpResponse

from accounts.api.problems import Kind, Problem
from accounts.origins import network_of
from tenancy.rates import Allowance, WhenAway, spend

POLICY = "requests"
LIMIT, SECONDS, BURST = 600, 60, 120
WRONG_KEYS, WRONG_SECONDS = 60, 60


def spend_requests(key_id: UUID, cost: int) -> Allowance:
    """Count a request of this key. Costs one round trip to Redis."""
    return spend(
        f"api/key/{key_id}",
        limit=LIMIT,
        per_seconds=SECONDS,
        burst=BURST,
        cost=cost,
        when_away=WhenAway.SMALL_BUDGET,
    )


def refuse_if_spent(allowance: Allowance) -> None:
    """Raise Problem when the request was one too many."""
    if not allowance.allowed:
        raise Problem(Kind.TOO_MANY, headers={"Retry-After": str(ceil(allowance.retry_after or SECONDS))})


def tell(response: HttpResponse, allowance: Allowance) -> None:
    """Say in the answer what is left. The window is the time in which all that can be spent at once comes back."""
    window = ceil(BURST * SECONDS / LIMIT)
    response["RateLimit-Policy"] = f'"{POLICY}";q={allowance.limit};w={window}'
    response["RateLimit"] = f'"{POLICY}";r={allowance.remaining};t={ceil(allowance.reset_after)}'


def count_wrong_key(address: str | None) -> None:
    """Count a key that opened nothing, against its network. Raises Problem when there have been too many."""
    allowance = spend(f"api/wrong/{network_of(address)}", limit=WRONG_KEYS, per_seconds=WRONG_SECONDS)
    if not allowance.allowed:
        raise Problem(Kind.TOO_MANY, headers={"Retry-After": str(ceil(allowance.retry_after or WRONG_SECONDS))})

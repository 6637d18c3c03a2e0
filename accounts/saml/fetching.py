"""Gets a provider's metadata from an address that a member gave: through the egress guard, once, bounded."""

from tenancy.egress import EgressFailed, EgressRefused, address, call


class NotFetched(Exception):
    """There is no metadata; `why` is a word of the egress guard, `status`, or `too_large`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def fetch_metadata(url: str) -> bytes:
    """What stands there. Raises NotFetched. No transaction may be open."""
    try:
        answer = await call(address(url), method="GET", headers={"Accept": "application/samlmetadata+xml, */*"})
    except EgressRefused as refused:
        raise NotFetched(refused.reason.value) from None
    except EgressFailed as failed:
        raise NotFetched(failed.failure.value) from None
    if answer.status != 200:
        raise NotFetched("status")
    if answer.cut:
        raise NotFetched("too_large")
    return answer.body

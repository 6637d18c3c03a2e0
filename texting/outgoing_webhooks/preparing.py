"""Makes ready what is to be sent, in a short transaction of each organization."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from tenancy.encryption import prefetch
from tenancy.isolation import activate
from texting.models import WebhookDelivery, WebhookEndpoint
from texting.outgoing_webhooks import queue
from texting.outgoing_webhooks.bodies import body_of
from texting.outgoing_webhooks.queue import Claim
from texting.outgoing_webhooks.signing import message_id, signature_headers

log = logging.getLogger("parley.webhooks")


@dataclass(frozen=True)
class Prepared:
    """One call, ready to be made. `url` and `headers` are secrets."""

    claim: Claim
    url: str
    headers: dict[str, str]
    body: bytes
    was_failing: bool

    def __repr__(self) -> str:
        return f"<call for {self.claim.delivery_id}>"


def prepare(claims: Sequence[Claim]) -> list[Prepared]:
    """Read, sign, and leave out what must not be sent any more."""
    by_organization: defaultdict[UUID, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_organization[claim.organization_id].append(claim)
    prepared: list[Prepared] = []
    for organization_id, theirs in by_organization.items():
        try:
            with activate(organization_id):
                prepared += _prepare(theirs)
        except Exception as error:  # theirs come again when the leases run out; the others' must not wait for that
            log.error("prepare_broke", extra={"organization": str(organization_id), "error": type(error).__name__})
    return prepared


def _prepare(claims: Sequence[Claim]) -> list[Prepared]:
    rows = WebhookDelivery.objects.select_related("endpoint", "event").in_bulk([one.delivery_id for one in claims])
    prefetch(row.endpoint for row in rows.values())
    prepared = []
    for claim in claims:
        row = rows.get(claim.delivery_id)
        if row is None or row.endpoint.state != WebhookEndpoint.State.ENABLED:
            queue.finish(claim)
            continue
        try:
            prepared.append(_one(claim, row))
        except Exception as error:  # a secret that cannot be opened, say: again later, and given up in the end
            log.error("prepare_broke", extra={"delivery": str(claim.delivery_id), "error": type(error).__name__})
            _put_off(claim)
    return prepared


def _put_off(claim: Claim) -> None:
    wait = queue.wait_after(claim)
    if wait is not None:
        queue.try_again(claim, wait)
    elif queue.finish(claim):
        WebhookDelivery.objects.filter(pk=claim.delivery_id).update(
            state=WebhookDelivery.State.FAILED, last_status=None, last_failure="broke", finished_at=timezone.now()
        )


def _one(claim: Claim, row: WebhookDelivery) -> Prepared:
    body = body_of(row.event, row.endpoint)
    signed = signature_headers(
        row.endpoint.secrets, message=message_id(row.event_id), timestamp=int(timezone.now().timestamp()), body=body
    )
    headers = {"Content-Type": "application/json", "User-Agent": "Parley-Webhooks/1", **signed}
    return Prepared(claim, row.endpoint.url, headers, body, row.endpoint.failing_since is not None)

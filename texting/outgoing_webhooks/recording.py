"""Writes down what became of calls: delivered, to be tried again, given up; an endpoint that is gone is disabled."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from accounts import notices
from accounts.mail import MailKind
from accounts.permissions import Permission
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.egress import Answer
from tenancy.isolation import activate
from texting.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookLane
from texting.models.webhook import CAREFUL_WIDTH, USUAL_WIDTH
from texting.outgoing_webhooks import queue
from texting.outgoing_webhooks.preparing import Prepared

SHOWN = 500  # characters of an answer that are kept
GONE = 410

State = WebhookEndpoint.State
log = logging.getLogger("parley.webhooks")


@dataclass(frozen=True)
class Result:
    """What came of one call: an answer, or the name of what went wrong (`egress.Failure`, `egress.Refusal`)."""

    started_at: datetime
    milliseconds: int
    answer: Answer | None
    failure: str

    @property
    def delivered(self) -> bool:
        """Any status of the two hundreds is a receipt."""
        return self.answer is not None and 200 <= self.answer.status < 300

    @property
    def retry_after(self) -> float | None:
        """Seconds that the endpoint asks us to wait; other spellings than a number are not heard."""
        said = self.answer.headers.get("retry-after", "") if self.answer else ""
        return float(said) if said.isascii() and said.isdigit() and len(said) < 7 else None


def record(results: Sequence[tuple[Prepared, Result]]) -> None:
    """Each organization's results in one transaction."""
    by_organization: defaultdict[UUID, list[tuple[Prepared, Result]]] = defaultdict(list)
    for item, result in results:
        by_organization[item.claim.organization_id].append((item, result))
    for organization_id, theirs in by_organization.items():
        try:
            with activate(organization_id):
                for item, result in theirs:
                    _record(item, result)
        except Exception as error:  # theirs are made again when the leases run out; the others' stand
            log.error("record_broke", extra={"organization": str(organization_id), "error": type(error).__name__})


def _record(item: Prepared, result: Result) -> None:
    claim = item.claim
    answer = result.answer
    WebhookAttempt.objects.create(
        delivery_id=claim.delivery_id,
        number=claim.attempt,
        started_at=result.started_at,
        milliseconds=result.milliseconds,
        status=answer.status if answer else None,
        failure=result.failure,
        answer=_shown(answer) if answer else "",
    )
    row = WebhookDelivery.objects.filter(pk=claim.delivery_id)
    row.update(
        attempts=F("attempts") + 1,
        last_status=answer.status if answer else None,
        last_failure=result.failure,
        last_milliseconds=result.milliseconds,
    )
    if result.delivered:
        row.update(state=WebhookDelivery.State.DELIVERED, finished_at=timezone.now())
        queue.finish(claim)
        if item.was_failing:
            _recovered(claim.endpoint_id)
        return
    _failed(item, result)


def _failed(item: Prepared, result: Result) -> None:
    claim = item.claim
    failing = WebhookEndpoint.objects.filter(pk=claim.endpoint_id, failing_since__isnull=True)
    if failing.update(failing_since=result.started_at):
        WebhookLane.objects.filter(endpoint_id=claim.endpoint_id).update(width=CAREFUL_WIDTH)
    if result.answer is not None and result.answer.status == GONE:
        disable(claim.endpoint_id, State.GONE)
        return
    wait = queue.wait_after(claim, result.retry_after)
    if wait is not None:
        queue.try_again(claim, wait)
    elif queue.finish(claim):
        row = WebhookDelivery.objects.filter(pk=claim.delivery_id)
        row.update(state=WebhookDelivery.State.FAILED, finished_at=timezone.now())
        _disable_if_nothing_went_through(claim)


def _disable_if_nothing_went_through(claim: queue.Claim) -> None:
    """After three days of attempts at one event, if not a single call went through meanwhile."""
    first = WebhookAttempt.objects.filter(delivery_id=claim.delivery_id, number=claim.tried_before + 1)
    began = first.values_list("started_at", flat=True).first()
    dead = WebhookEndpoint.objects.filter(pk=claim.endpoint_id, failing_since__lte=began) if began else None
    if dead is not None and dead.exists():
        disable(claim.endpoint_id, State.FAILING)


def disable(endpoint_id: UUID, state: WebhookEndpoint.State) -> None:
    """Call it no more. What was waiting has failed and can be replayed; admins get a mail and see why on its page."""
    rows = WebhookEndpoint.objects.filter(pk=endpoint_id, state=State.ENABLED)
    if not rows.update(state=state, state_since=timezone.now()):
        return
    close(endpoint_id)
    notices.tell(Permission.WEBHOOKS_MANAGE, MailKind.WEBHOOK_STOPPED, route="webhooks")
    audit.record(event=AuditKind.WEBHOOK_ENDPOINT_DISABLED, object=WebhookEndpoint(pk=endpoint_id), reason=state.value)


def close(endpoint_id: UUID) -> None:
    """Take it out of the queue, in the running transaction; everything that still waits for it has failed."""
    WebhookLane.objects.filter(endpoint_id=endpoint_id).delete()
    queue.cancel_all(endpoint_id)
    waiting = WebhookDelivery.objects.filter(endpoint_id=endpoint_id, state=WebhookDelivery.State.WAITING)
    waiting.update(
        state=WebhookDelivery.State.FAILED, last_status=None, last_failure=queue.DISABLED, finished_at=timezone.now()
    )


def _recovered(endpoint_id: UUID) -> None:
    WebhookEndpoint.objects.filter(pk=endpoint_id).update(failing_since=None)
    WebhookLane.objects.filter(endpoint_id=endpoint_id).update(width=USUAL_WIDTH)


def _shown(answer: Answer) -> str:
    """The beginning of the answer as text. NUL cannot be stored in every place a text may go to."""
    return answer.body[: SHOWN * 4].decode("utf-8", "replace").replace("\x00", "\ufffd")[:SHOWN]

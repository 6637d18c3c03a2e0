"""What an admin does with endpoints: add, change, switch, test, remove; secrets; content.

Each use case checks the right, changes in the running transaction, and records it. A host is recorded, never a whole
address: its path may be a secret.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit, egress
from tenancy.audit import AuditEventKind, AuditKind
from tenancy.isolation import current_organization_id
from texting.models import WebhookCounter, WebhookDelivery, WebhookEndpoint, WebhookLane
from texting.outgoing_webhooks import publishing, recording
from texting.outgoing_webhooks.kinds import OFFERED, EventKind
from texting.outgoing_webhooks.signing import new_secret

MOST_ENDPOINTS = 10  # of one organization
CONTENT_NEEDS = (Permission.CONTACTS_REVEAL, Permission.CONTACTS_UNMASKED, Permission.CONVERSATIONS_READ_ALL)
"""Whoever lets texts, names and numbers out must be allowed to see all of them."""

State = WebhookEndpoint.State


class NotPossible(Exception):
    """It cannot be done now; the message is one sentence for the person who asked."""


def add(*, member: Membership, url: str, description: str, kinds: Sequence[EventKind]) -> WebhookEndpoint:
    """Make an endpoint that gets ids only. Raises EgressRefused, NotPossible when there are enough."""
    require(member, Permission.WEBHOOKS_MANAGE)
    address = egress.address(url)
    WebhookCounter.objects.bulk_create([WebhookCounter()], ignore_conflicts=True)
    WebhookCounter.objects.select_for_update().get()  # two at once count one after the other
    if WebhookEndpoint.objects.exclude(state=State.REMOVED).count() >= MOST_ENDPOINTS:
        raise NotPossible(_("There are %(most)d endpoints already. Remove one first.") % {"most": MOST_ENDPOINTS})
    endpoint = WebhookEndpoint.objects.create(
        url=str(address),
        description=description.strip(),
        kinds=_in_order(kinds),
        secret=new_secret(),
        old_secret="",
        created_by=member,
    )
    _open(endpoint)
    _record(AuditKind.WEBHOOK_ENDPOINT_ADDED, member, endpoint, host=address.host, kinds=endpoint.kinds)
    return endpoint


def change(
    *, member: Membership, endpoint: WebhookEndpoint, url: str, description: str, kinds: Sequence[EventKind]
) -> None:
    """Change where and what. Another host gets ids only until content is allowed anew, and so does another path of the
    same host that a member chose who may not let content out: many a host serves anybody. Raises EgressRefused.
    """
    require(member, Permission.WEBHOOKS_MANAGE)
    address, before = egress.address(url), egress.address(endpoint.url)
    elsewhere = address.host != before.host or (address != before and not may_let_out(member))
    if elsewhere and endpoint.with_content:
        endpoint.with_content = False
        _record(AuditKind.WEBHOOK_CONTENT_CHANGED, member, endpoint, content=False)
    endpoint.url, endpoint.description, endpoint.kinds = str(address), description.strip(), _in_order(kinds)
    endpoint.save(update_fields=["url", "description", "kinds", "with_content"])
    _record(
        AuditKind.WEBHOOK_ENDPOINT_CHANGED,
        member,
        endpoint,
        host=address.host,
        address_changed=address != before,
        kinds=endpoint.kinds,
    )


def may_let_out(member: Membership) -> bool:
    """Whether the member may see everything that a call with content says."""
    return all(member.may(permission) for permission in CONTENT_NEEDS)


def set_content(*, member: Membership, endpoint: WebhookEndpoint, allowed: bool) -> None:
    """Let texts, names and numbers go along, or no longer. Allowing it needs the right to see all of them."""
    require(member, Permission.WEBHOOKS_MANAGE, *(CONTENT_NEEDS if allowed else ()))
    if endpoint.with_content == allowed:
        return
    endpoint.with_content = allowed
    endpoint.save(update_fields=["with_content"])
    _record(AuditKind.WEBHOOK_CONTENT_CHANGED, member, endpoint, content=allowed)


def enable(*, member: Membership, endpoint: WebhookEndpoint) -> None:
    """Call it again, from the next event on; what failed meanwhile waits for a replay."""
    require(member, Permission.WEBHOOKS_MANAGE)
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk, state__in=[State.DISABLED, State.GONE, State.FAILING])
    if rows.update(state=State.ENABLED, state_since=timezone.now(), failing_since=None):
        _open(endpoint)
        _record(AuditKind.WEBHOOK_ENDPOINT_ENABLED, member, endpoint)


def disable(*, member: Membership, endpoint: WebhookEndpoint) -> None:
    """Call it no more. What is waiting fails; what happens from now on is not kept for it."""
    require(member, Permission.WEBHOOKS_MANAGE)
    if _close(endpoint, State.DISABLED):
        _record(AuditKind.WEBHOOK_ENDPOINT_DISABLED, member, endpoint, reason=State.DISABLED.value)


def remove(*, member: Membership, endpoint: WebhookEndpoint) -> None:
    """End it for good, with its secrets; its log goes soon after."""
    require(member, Permission.WEBHOOKS_MANAGE)
    if _close(endpoint, State.REMOVED):
        endpoint.url, endpoint.secret, endpoint.old_secret, endpoint.description = "", "", "", ""
        endpoint.save(update_fields=["url", "secret", "old_secret", "description"])
        _record(AuditKind.WEBHOOK_ENDPOINT_REMOVED, member, endpoint)


def read_secrets(*, member: Membership, endpoint: WebhookEndpoint) -> list[str]:
    """The secrets that sign, the newest first. That they were read is recorded."""
    require(member, Permission.WEBHOOKS_MANAGE)
    _record(AuditKind.WEBHOOK_SECRET_READ, member, endpoint)
    return endpoint.secrets


def change_secret(*, member: Membership, endpoint: WebhookEndpoint) -> None:
    """Sign with a new secret as well. Raises NotPossible while the change before is not finished."""
    require(member, Permission.WEBHOOKS_MANAGE)
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if endpoint.old_secret:
        raise NotPossible(_("The last change of the secret is not finished. End the old secret first."))
    endpoint.secret, endpoint.old_secret = new_secret(), endpoint.secret
    endpoint.save(update_fields=["secret", "old_secret"])
    _record(AuditKind.WEBHOOK_SECRET_CHANGED, member, endpoint, step="begun")


def end_old_secret(*, member: Membership, endpoint: WebhookEndpoint) -> None:
    """Sign with the new secret alone."""
    require(member, Permission.WEBHOOKS_MANAGE)
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if endpoint.old_secret:
        endpoint.old_secret = ""
        endpoint.save(update_fields=["old_secret"])
        _record(AuditKind.WEBHOOK_SECRET_CHANGED, member, endpoint, step="finished")


def send_test(*, member: Membership, endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Send a test event to this endpoint alone. Raises NotPossible when it is not enabled."""
    require(member, Permission.WEBHOOKS_MANAGE)
    insist_on_enabled(endpoint)
    happened = (EventKind.TEST, {"endpoint_id": str(endpoint.pk)}, timezone.now())
    delivery = WebhookDelivery(endpoint=endpoint, event=publishing.numbered([happened])[0])
    publishing.enter([delivery])
    _record(AuditKind.WEBHOOK_ENDPOINT_TESTED, member, endpoint)
    return delivery


def insist_on_enabled(endpoint: WebhookEndpoint) -> None:
    """Raise NotPossible unless it is called at present."""
    if not WebhookEndpoint.objects.filter(pk=endpoint.pk, state=State.ENABLED).exists():
        raise NotPossible(_("Enable the endpoint first."))


def _open(endpoint: WebhookEndpoint) -> None:
    organization_id = current_organization_id()
    lane = WebhookLane(endpoint_id=endpoint.pk, organization_id=organization_id)
    WebhookLane.objects.bulk_create([lane], ignore_conflicts=True)
    publishing.look_again(organization_id)
    transaction.on_commit(lambda: publishing.look_again(organization_id))  # another thread may just have looked


def _close(endpoint: WebhookEndpoint, state: WebhookEndpoint.State) -> bool:
    """Whether it was in another state."""
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk).exclude(state__in=[state, State.REMOVED])
    if not rows.update(state=state, state_since=timezone.now()):
        return False
    recording.close(endpoint.pk)
    return True


def _in_order(kinds: Sequence[EventKind]) -> list[str]:
    return [kind.value for kind in OFFERED if kind in kinds]


def _record(event: AuditEventKind, member: Membership, endpoint: WebhookEndpoint, **details: Any) -> None:
    audit.record(event=event, actor=member, object=endpoint, **details)

"""The end of a secure message: taken back, expired, opened as often as allowed. Its key is destroyed, so it is noise.

First the row forgets content, half and fact, then the key goes, which is final at once
(`tenancy.encryption.shredding`): in backups of the main database the record then opens for nobody. A page refuses by
the clock on the wall, whether this has been done already or not.
"""

from contextlib import suppress
from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from portal.models import SecureMessage, SecureVisit
from portal.models.secure_message import SECURE_KEY
from portal.secure.opening import VISIT, show
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption.shredding import destroy_keys
from texting import canceling
from texting.conversations import NotPossible
from texting.private_texts import words_instead
from texting.statuses import FINAL, MessageStatus

BATCH = 200
State = SecureMessage.State
_KINDS = {
    State.REVOKED: AuditKind.SECURE_MESSAGE_REVOKED,
    State.EXPIRED: AuditKind.SECURE_MESSAGE_EXPIRED,
    State.USED: AuditKind.SECURE_MESSAGE_USED_UP,
}
_LEFT = FINAL | {MessageStatus.SENT}  # or ended: a private link is never sent again as it is


def revoke(*, member: Membership, secure: SecureMessage) -> None:
    """Take it back, locked or not, with its text if that still waits. Raises NotPossible when it has ended already."""
    require(member, Permission.PORTAL_SEND, Permission.MESSAGES_SEND)
    locked = SecureMessage.objects.select_for_update(of=("self",)).select_related("message").get(pk=secure.pk)
    if locked.ended_at is not None:
        raise NotPossible(_("It cannot be opened any more as it is."))
    with suppress(NotPossible):  # a text that still waits for the customer's hours need not leave any more
        canceling.cancel(member=member, message=locked.message)
    _end(locked, State.REVOKED, actor=member)


def unlock(*, member: Membership, secure: SecureMessage) -> None:
    """Allow new answers after too many wrong ones. Raises NotPossible when it is not locked."""
    require(member, Permission.PORTAL_SEND)
    rows = SecureMessage.objects.filter(pk=secure.pk, state=State.LOCKED)
    if not rows.update(state=State.OPEN, wrong=0, code=None):
        raise NotPossible(_("It is not locked any more."))
    audit.record(event=AuditKind.SECURE_MESSAGE_UNLOCKED, actor=member, object=secure)
    show(secure)


def end_due() -> int:
    """End what has expired or was opened as often as allowed; forget visits that are over. How many messages ended."""
    now = timezone.now()
    SecureVisit.objects.filter(until__lte=now).delete()
    used = Q(views__gte=F("most_views"), last_opened_at__lte=now - VISIT)
    rows = SecureMessage.objects.select_for_update(of=("self",), skip_locked=True)
    due = list(rows.filter(Q(expires_at__lte=now) | used, ended_at__isnull=True).order_by("expires_at")[:BATCH])
    for secure in due:
        _end(secure, State.EXPIRED if secure.expires_at <= now else State.USED)
    return len(due)


def forget_links() -> int:
    """Take the link out of our copy of each text that has left: the half in it is then with the customer alone."""
    rows = SecureMessage.objects.filter(
        link_forgotten_at__isnull=True, message__status__in=_LEFT, created_at__gte=timezone.now() - timedelta(days=60)
    )
    due = list(rows.select_related("message")[:BATCH])
    for secure in due:
        if secure.message.ended_at is None:
            secure.message.body = words_instead(secure.message.purpose)
            secure.message.save(update_fields=["body"])
        SecureMessage.objects.filter(pk=secure.pk).update(link_forgotten_at=timezone.now())
    return len(due)


def _end(secure: SecureMessage, state: SecureMessage.State, actor: Membership | None = None) -> None:
    SecureMessage.objects.filter(pk=secure.pk).update(
        state=state, content=None, kept_half=None, fact=None, code=None, ended_at=timezone.now()
    )
    SecureVisit.objects.filter(secure=secure).delete()
    audit.record(event=_KINDS[state], actor=actor, object=secure)
    show(secure)
    destroy_keys(SECURE_KEY, str(secure.pk), reason=f"secure message {state.value}", actor=actor)

"""Asking for a pack, and what a page shows of those that there are."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from retention.certificates import can_sign
from retention.exporting import tasks
from retention.exporting.ends import with_ends
from retention.models import DataExport
from retention.requests.cannot_do import CannotDo
from tenancy import audit
from tenancy.audit import AuditKind

LONGEST = timedelta(days=3660)
MOST_SHOWN = 20


def ask_pack(*, member: Membership, since: date, until: date) -> DataExport:
    """Have a pack of these days made, for this member. Raises CannotDo, MissingPermission."""
    require(member, Permission.EVIDENCE_MAKE)
    if until < since or until - since > LONGEST:
        raise CannotDo(_("Choose a first day before the last one, and at most ten years."))
    if until > timezone.localdate():
        raise CannotDo(_("Choose days that have begun: nothing is recorded of later ones."))
    if not can_sign():
        raise CannotDo(_("This installation has no key to sign with. Whoever runs it sets AUDIT_SIGNING_KEY."))
    try:
        with transaction.atomic():
            export = DataExport.objects.create(
                kind=DataExport.Kind.EVIDENCE, recipient=member, asked_at=timezone.now(), since=since, until=until
            )
    except IntegrityError:
        raise CannotDo(_("A pack is being made already. Wait until it is ready, then ask for this one.")) from None
    audit.record(event=AuditKind.EXPORT_ASKED, actor=member, object=export, since=since, until=until)
    tasks.ring(member.organization_id)
    return export


def packs() -> list[DataExport]:
    """Of the active organization, the newest first."""
    rows = DataExport.objects.filter(kind=DataExport.Kind.EVIDENCE).select_related("recipient__user")
    return with_ends(rows.order_by("-asked_at", "-pk")[:MOST_SHOWN])

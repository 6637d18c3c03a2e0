"""What the clock does about requests: remind before the last day and when it is over, end the log after 24 months."""

from datetime import date, timedelta

from django.utils import timezone

from accounts import notices
from accounts.mail import MailKind
from accounts.mail.writing import day_in_words
from accounts.permissions import Permission
from retention.exporting.running import end as end_exports
from retention.holds.freezing import held_exports
from retention.lock import deleting_lock
from retention.models import DataExport, Erasure, SubjectRequest
from retention.models.subject_request import SUBJECT_KEY
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption.shredding import destroy_keys

REMIND_BEFORE = timedelta(days=7)
LOG_KEPT = timedelta(days=731)
"""24 months after a request was closed (Cal. Code Regs. tit. 11, 7101(a))."""


def round_of_requests() -> int:
    """One round in the active organization, in the running transaction. How many requests were seen to."""
    return remind() + forget_old()


def remind() -> int:
    """Mail whoever handles requests: once a week before the last day, once when it is over. Twice is once."""
    now = timezone.now()
    near = SubjectRequest.objects.filter(state=SubjectRequest.State.OPEN, due_at__lte=now + REMIND_BEFORE)
    told = 0
    for request in near.order_by("due_at", "pk").select_for_update(skip_locked=True, of=("self",)):
        stage = _stage(request)
        if request.reminded_for is not None and request.reminded_for >= stage:
            continue
        request.reminded_for = stage
        request.save(update_fields=["reminded_for"])
        last = timezone.localdate(request.due_at - timedelta(seconds=1))
        notices.tell(
            Permission.SUBJECT_REQUESTS_MANAGE,
            MailKind.SUBJECT_REQUEST_DUE,
            route="subject_requests",
            words={"due": day_in_words(last, "j M Y")},
        )
        audit.record(
            event=AuditKind.SUBJECT_REMINDED, object=request, due_at=request.due_at, is_late=now >= request.due_at
        )
        told += 1
    return told


def _stage(request: SubjectRequest) -> date:
    """The day for which it is told: the last day once that is over, or a week before."""
    last = timezone.localdate(request.due_at)
    return last if timezone.now() >= request.due_at else last - REMIND_BEFORE


def forget_old() -> int:
    """Delete what was closed 24 months ago, its key first."""
    old = SubjectRequest.objects.exclude(state=SubjectRequest.State.OPEN).filter(
        closed_at__lt=timezone.now() - LOG_KEPT
    )
    if not old.exists():
        return 0
    deleting_lock()
    old = old.exclude(pk__in=held_exports().values("request_id"))  # which would go with it
    rows = list(old.select_for_update(skip_locked=True, of=("self",))[:100])
    end_exports(list(DataExport.objects.filter(request__in=rows)))
    DataExport.objects.filter(request__in=rows).delete()
    for request in rows:
        destroy_keys(SUBJECT_KEY, str(request.pk), reason="log of requests is over")
    Erasure.objects.filter(request__in=rows).delete()  # its certificate could be fetched as long as the log stood
    SubjectRequest.objects.filter(pk__in=[request.pk for request in rows]).delete()
    return len(rows)

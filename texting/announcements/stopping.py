"""When an announcement stops by itself: too many opt out of it, or carriers refuse too much of it.

Both are what carriers look at before they block a line, and both say that it should not go to the rest. Whoever lets it
go on has read that, so from then on it is counted anew.
"""

from django.db.models import Count

from tenancy import audit
from tenancy.audit import AuditKind
from texting.announcements import audiences, running, telling
from texting.models import Announcement, AnnouncementRecipient
from texting.statuses import ErrorKind

FEWEST_JUDGED = 20
TOO_MANY = 0.05  # opt-outs of those who got it, refusals of those who were tried; as for questions for permission
_FILTERED = (ErrorKind.CONTENT_REJECTED, ErrorKind.SENDER_NOT_ALLOWED)
Why, RowState = Announcement.Why, AnnouncementRecipient.State


def reason_to_stop(row: Announcement) -> Announcement.Why | None:
    """Why it should not go on, as things stand; None when it may. Those whom it did not reach opt out of nothing."""
    since = row.rated_from or row.started_at
    if since is None:
        return None
    tried = AnnouncementRecipient.objects.filter(
        announcement=row, state__in=[RowState.SENT, RowState.FAILED], moved_at__gte=since
    ).order_by()
    counts = dict(tried.values_list("state").annotate(Count("id")))
    got, lost = counts.get(RowState.SENT, 0), counts.get(RowState.FAILED, 0)
    if lost and got + lost >= FEWEST_JUDGED:
        filtered = tried.filter(state=RowState.FAILED, reason__in=[kind.value for kind in _FILTERED])
        if filtered.count() > (got + lost) * TOO_MANY:
            return Why.FILTERED
    if got >= FEWEST_JUDGED and audiences.opted_out(tried.filter(state=RowState.SENT), since) > got * TOO_MANY:
        return Why.OPT_OUTS
    return None


def stop(row: Announcement, why: Announcement.Why) -> None:
    """Pause it, and tell whoever it runs for; the caller holds the row."""
    running.hold(row, why)
    audit.record(event=AuditKind.ANNOUNCEMENT_STOPPED, object=row, why=why.value)
    telling.stopped(row, row.started_by)

"""When an announcement stops by itself: too many opt out of it, or carriers refuse too much of it.

Both are what carriers look at before they block a line, and both say that it should not go to the rest. Whoever lets it
go on has read that, so from then on it is counted anew.
"""

from tenancy import audit
from tenancy.audit import AuditKind
from texting.announcements import audiences, running, telling
from texting.models import Announcement, AnnouncementRecipient
from texting.statuses import ErrorKind

FEWEST_JUDGED = 20
TOO_MANY = 0.05  # of those who got it; as for questions for permission
_FILTERED = (ErrorKind.CONTENT_REJECTED, ErrorKind.SENDER_NOT_ALLOWED)
Why, RowState = Announcement.Why, AnnouncementRecipient.State


def reason_to_stop(row: Announcement) -> Announcement.Why | None:
    """Why it should not go on, as things stand; None when it may."""
    since = row.judged_from
    if since is None:
        return None
    tried = AnnouncementRecipient.objects.filter(
        announcement=row, state__in=[RowState.SENT, RowState.FAILED], moved_at__gte=since
    )
    count = tried.count()
    if count < FEWEST_JUDGED:
        return None
    most = count * TOO_MANY
    filtered = tried.filter(state=RowState.FAILED, reason__in=[kind.value for kind in _FILTERED])
    if filtered.count() > most:
        return Why.FILTERED
    if audiences.opted_out(tried, since) > most:
        return Why.OPT_OUTS
    return None


def stop(row: Announcement, why: Announcement.Why) -> None:
    """Pause it, and tell whoever it runs for; the caller holds the row."""
    running.hold(row, why)
    audit.record(event=AuditKind.ANNOUNCEMENT_STOPPED, object=row, why=why.value)
    telling.stopped(row, row.started_by)

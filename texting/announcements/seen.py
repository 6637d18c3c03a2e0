"""What somebody has read of an announcement when they press: its page carries it, so that nobody begins another one."""

from django.utils.translation import gettext as _

from texting.announcements.writing import CannotAnnounce
from texting.models import Announcement


def mark_of(row: Announcement) -> str:
    """Another one after each check and each change of its time, and with it of words, audience and line."""
    moments = (at.isoformat() if at else "" for at in (row.checked_at, row.begins_at))
    return "|".join([*moments, row.begins_theirs])


def require_read(row: Announcement, seen: str | None) -> None:
    """Raises CannotAnnounce where `seen` (`mark_of`) is of an earlier one; None is of whoever had no page to read."""
    if seen is not None and seen != mark_of(row):
        raise CannotAnnounce(_("It was changed after you opened its page. Read it again, then decide."))

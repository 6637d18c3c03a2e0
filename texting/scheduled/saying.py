"""A pattern in plain words."""

from datetime import date, datetime

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from texting.local_time import clock
from texting.scheduled.recurring import LAST_DAY, Every, Pattern


def in_words(pattern: Pattern, times: int | None = None) -> str:
    """ "Every 2 weeks on Monday, Thursday at 9:00 am, until 31 Mar 2027"."""
    said = _("%(days)s at %(time)s") % {
        "days": _days(pattern),
        "time": clock(datetime.combine(date(2027, 1, 1), pattern.at)),
    }
    if pattern.until is not None:
        until = {"said": said, "day": date_format(pattern.until, "j M Y")}
        said = _("%(said)s, until %(day)s") % until
    if times is not None:
        often = {"said": said, "number": times}
        said = ngettext("%(said)s, %(number)d time", "%(said)s, %(number)d times", times) % often
    return said


def _days(pattern: Pattern) -> str:
    words: dict[str, object] = {"number": pattern.gap, "day": pattern.day}
    if pattern.every == Every.DAY:
        return ngettext("Every day", "Every %(number)d days", pattern.gap) % words
    if pattern.every == Every.WEEK:
        words["days"] = ", ".join(str(WEEKDAYS[one]) for one in sorted(pattern.weekdays))
        return ngettext("Every week on %(days)s", "Every %(number)d weeks on %(days)s", pattern.gap) % words
    if pattern.day == LAST_DAY:
        said = ngettext("Every month on the last day", "Every %(number)d months on the last day", pattern.gap)
        return said % words
    return ngettext("Every month on day %(day)d", "Every %(number)d months on day %(day)d", pattern.gap) % words

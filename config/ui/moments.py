"""Moments in words: what a person wants to know first, the whole truth on hover."""

from datetime import date, datetime

from django.template import TemplateSyntaxError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from config.ui.registry import register

STYLES = frozenset({"full", "inside", "short", "time", "exact"})
_A_WEEK = 7  # days


def _day(there: date, here: date, style: str) -> str:
    if there.year != here.year:
        return date_format(there, "j M Y")
    if style in {"full", "inside"}:
        return date_format(there, "D j M")
    return date_format(there, "D" if -_A_WEEK < (there - here).days < 0 else "j M")


def in_words(moment: datetime, now: datetime, style: str = "full") -> str:
    """An aware datetime as short words, both read in the current time zone.

    `full`: "Today 14:02", "Yesterday 14:02", "Mon 3 Nov", "3 Nov 2025". `short`, for lists: "14:02", "Mon", "3 Nov",
    "3 Nov 2025". `time`: "14:02". `exact`, for records: "3 Nov 2025 14:02:33". `inside`, within a sentence: as `full`,
    with "today 14:02", and with the small words that a language has there ("el lun 3 nov").
    """
    if style not in STYLES:
        raise TemplateSyntaxError(f"unknown style {style!r} of a moment")
    there, here = timezone.localtime(moment), timezone.localtime(now)
    if style == "exact":
        return date_format(there, "j M Y H:i:s")
    clock = date_format(there, "H:i")
    days = (there.date() - here.date()).days
    if style == "time" or (style == "short" and days == 0):
        return clock
    named = {0: _("Today"), -1: _("Yesterday"), 1: _("Tomorrow")}
    if style == "inside":
        named = {0: _("today"), -1: _("yesterday"), 1: _("tomorrow")}
    if style in {"full", "inside"} and days in named:
        return _within(named[days], clock) if style == "inside" else f"{named[days]} {clock}"
    day = _day(there.date(), here.date(), style)
    return pgettext("a day within a sentence", "%(day)s") % {"day": day} if style == "inside" else day


def _within(day: str, clock: str) -> str:
    return pgettext("today or tomorrow, with the time, within a sentence", "%(day)s %(time)s") % {
        "day": day,
        "time": clock,
    }


@register.simple_tag
def when(moment: datetime | None, style: str = "full") -> SafeString:
    """A `<time>` element; nothing for `None`."""
    if moment is None:
        return SafeString("")
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        date_format(local, "l j F Y H:i T"),
        in_words(moment, timezone.now(), style),
    )


@register.filter("when")
def when_inside(moment: datetime | None, style: str = "inside") -> SafeString:
    """The same for a sentence that has the moment in it: `{% blocktranslate with at=x|when %}Ends {{ at }}`.

    Words that stand before a tag would have to keep their place in every language.
    """
    return when(moment, style)

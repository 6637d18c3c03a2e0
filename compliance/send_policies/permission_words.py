"""What the permission line says: since when a number may be texted or not, and by what."""

from django.utils.translation import gettext_noop as _

from compliance.models import ConsentEvent
from compliance.scopes import INFORMATIONAL, MARKETING
from tenancy.said import gettext as say

_Source = ConsentEvent.Source
# By what it came: an opt-out, a permission. `when` is a moment, `word` the keyword.
_HOW: dict[str, tuple[str, str]] = {
    _Source.KEYWORD: (
        _("They opted out on %(when)s, by texting %(word)s."),
        _("May be texted since %(when)s, by texting %(word)s."),
    ),
    _Source.FORM: (
        _("They opted out on %(when)s, with a web form."),
        _("May be texted since %(when)s, with a web form."),
    ),
    _Source.INBOUND: (
        _("They opted out on %(when)s, when they wrote to us."),
        _("May be texted since %(when)s, when they wrote to us."),
    ),
    _Source.REQUEST: (
        _("They opted out on %(when)s, when we asked them."),
        _("May be texted since %(when)s, by answering YES."),
    ),
    _Source.AGENT: (
        _("They opted out on %(when)s, recorded by a colleague."),
        _("May be texted since %(when)s, recorded by a colleague."),
    ),
    _Source.IMPORT: (
        _("They opted out on %(when)s, by an imported list."),
        _("May be texted since %(when)s, by an imported list."),
    ),
    _Source.API: (
        _("They opted out on %(when)s, recorded by a program of ours."),
        _("May be texted since %(when)s, recorded by a program of ours."),
    ),
    _Source.CARRIER: (
        _("They opted out on %(when)s, at their carrier."),
        _("May be texted since %(when)s, at their carrier."),
    ),
}
# What a permission does not cover, and what to ask for.
_NOT_COVERED: dict[str, tuple[str, str]] = {
    f"{INFORMATIONAL}:appointment": (
        _("What they agreed to does not cover reminders of appointments."),
        _("Ask them to opt in to reminders of appointments, by a form or a keyword."),
    ),
    f"{INFORMATIONAL}:announcement": (
        _("What they agreed to does not cover announcements."),
        _("Ask them to opt in to announcements, by a form or a keyword."),
    ),
    f"{INFORMATIONAL}:poll": (
        _("What they agreed to does not cover opinion polls."),
        _("Ask them to opt in to opinion polls, by a form or a keyword."),
    ),
    MARKETING: (
        _("What they agreed to does not cover marketing, which needs their agreement in writing."),
        _("Ask them to opt in to marketing, by a form or a keyword."),
    ),
}


def opted_out(event: ConsentEvent | None, when: str) -> str:
    """Since when nobody may text, and by what. `event`: the opt-out, if it is known."""
    if event is None:
        return say("They opted out on %(when)s.") % {"when": when}
    return say(_HOW[event.source][0]) % {"when": when, "word": event.matched.upper()}


def given(event: ConsentEvent, when: str) -> str:
    """Since when they may be texted, and by what."""
    return say(_HOW[event.source][1]) % {"when": when, "word": event.matched.upper()}


def not_covered(scope: str) -> tuple[str, str]:
    """That a permission does not reach this far, and what to do."""
    text, ask = _NOT_COVERED[scope]
    return say(text), say(ask)

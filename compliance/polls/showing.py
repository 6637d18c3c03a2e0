"""What the page of an announcement says when it sends a poll."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.models import Poll
from texting.announcements.owners import Owner
from texting.models import Announcement


def announced_for(row: Announcement) -> Owner | None:
    """`TEXTING_ANNOUNCED_FOR`."""
    poll = Poll.objects.filter(Q(announcement=row) | Q(reminder=row)).first()
    if poll is None:
        return None
    page = reverse("poll", args=[poll.pk])
    if poll.reminder_id == row.pk:
        return Owner(_("It asks those again who have not answered a poll."), _("Its answers"), page, page)
    words = _("It asks a poll.")
    if poll.remind_hours:
        words = ngettext(
            "It asks a poll. Who has not answered is asked once more, %(hours)d hour after everybody was.",
            "It asks a poll. Who has not answered is asked once more, %(hours)d hours after everybody was.",
            poll.remind_hours,
        ) % {"hours": poll.remind_hours}
    if poll.thanks:
        words = f"{words} {_('Whoever answers gets this once: “%(thanks)s”') % {'thanks': poll.thanks}}"
    return Owner(words, _("Its answers"), page, reverse("edit_poll", args=[poll.pk]))

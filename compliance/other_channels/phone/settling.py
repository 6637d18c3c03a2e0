"""Ends calls of which nothing is heard any more: by the clock, so that none stands on a page as if it went on."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from compliance.escalations.noting import show
from compliance.models import Call
from compliance.other_channels.phone.call_list import follow_the_clock
from texting.providers.voice import LONGEST_CALL

NO_ANSWER_KEPT = timedelta(minutes=2)  # the worker that placed it has died
SILENT = LONGEST_CALL + timedelta(minutes=15)  # the last report got lost
State = Call.State


def settle() -> int:
    """Of the active organization, in the running transaction, planned calls too. Returns how many; twice is once."""
    now = timezone.now()
    old = Q(state=State.PLACING, placed_at__lte=now - NO_ANSWER_KEPT)
    old |= Q(state__in=(State.LIVE, State.UNKNOWN), placed_at__lte=now - SILENT)
    rows = Call.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(old)
    found = list(rows.select_related("escalation").order_by("placed_at")[:100])
    for call in found:
        call.state = State.UNKNOWN if call.state == State.PLACING else State.OVER
        call.over_at = now if call.state == State.OVER else None
        call.save(update_fields=["state", "over_at"])
        show(call.escalation)
    return len(found) + follow_the_clock()

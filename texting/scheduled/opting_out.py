"""An opt-out ends what was to leave later, in the transaction that records it. Providers would not do that for us."""

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Team
from texting.models import Contact, Line, ScheduledText
from texting.scheduled.states import ALIVE, Why, stop


def stop_scheduled(contact: Contact, *, team: Team | None = None, brand_id: UUID | None = None) -> int:
    """Stop all that is scheduled for this contact; with a team or brand, that of its lines. Returns how many.

    What somebody else holds at this instant, the clock above all, is passed over: waiting for it could wait for ever,
    as it may wait for the customer's conversation. It meets the opt-out at the gate, when it is queued or handed over.
    """
    rows = ScheduledText.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    rows = rows.filter(contact=contact, state__in=ALIVE)
    if team is not None or brand_id is not None:
        theirs = Q(team=team) if team is not None else Q()
        theirs |= Q(campaign__brand=brand_id) if brand_id is not None else Q()
        rows = rows.filter(line__in=Line.objects.filter(theirs))
    found = list(rows.order_by("id"))
    for row in found:
        stop(row, Why.OPTED_OUT, _("The customer has opted out since it was written. Call them if it matters."))
    return len(found)

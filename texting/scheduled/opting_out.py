"""An opt-out ends what was to leave later, in the transaction that records it. Providers would not do that for us."""

from uuid import UUID

from django.db.models import Q

from accounts.models import Team
from tenancy.said import gettext as _
from texting.models import Contact, Line, ScheduledText, TextSeries
from texting.scheduled.series import LIVING, end
from texting.scheduled.states import ALIVE, Why, stop


def stop_scheduled(contact: Contact, *, team: Team | None = None, brand_id: UUID | None = None) -> int:
    """Stop what is scheduled for this contact, and what repeats; with a team or brand, on its lines. How many texts.

    What somebody else holds at this instant, the clock above all, is passed over: waiting for it could wait for ever,
    as it may wait for the customer's conversation. It meets the opt-out at the gate, when it is queued or handed over.
    """
    rows = ScheduledText.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    rows = rows.filter(contact=contact, state__in=ALIVE)
    again = TextSeries.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    again = again.filter(contact=contact, state__in=LIVING)
    if team is not None or brand_id is not None:
        theirs = Q(team=team) if team is not None else Q()
        theirs |= Q(campaign__brand=brand_id) if brand_id is not None else Q()
        lines = Line.objects.filter(theirs)
        rows, again = rows.filter(line__in=lines), again.filter(line__in=lines)
    found = list(rows.order_by("id"))
    for row in found:
        stop(row, Why.OPTED_OUT, _("The customer has opted out since it was written. Call them if it matters."))
    for series in again.order_by("id"):
        end(series, why=Why.OPTED_OUT, alone=True)
    return len(found)

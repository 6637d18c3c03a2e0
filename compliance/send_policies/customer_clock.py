"""Where a customer is and when texts to them should rather leave, for those that are written for later.

The answers to `texting.scheduled.their_clock`, by the same evidence and hours as the gate's.
"""

from datetime import datetime

from compliance.hours import own_hours, quiet_hours
from compliance.hours.quiet_hours import TextClass
from compliance.hours.time_zones import UNKNOWN_PLACE
from compliance.send_policies.hours import courtesy_class, where_is
from tenancy.encryption import KeyDestroyed
from texting.models import Contact, ScheduledText
from texting.purposes import Purpose
from texting.scheduled.their_clock import Whereabouts

ZoneFrom = ScheduledText.ZoneFrom


class CustomerClock:
    """`texting.scheduled.their_clock.CustomerClock`."""

    def whereabouts(self, contact: Contact) -> Whereabouts:
        """Zones by what they told, else by address and number; of somebody who was erased nothing is known."""
        found = where_is(contact)
        try:
            if contact.time_zone:
                return Whereabouts(found.zones, ZoneFrom.TOLD)
            if contact.state or contact.zip_code:
                return Whereabouts(found.zones, ZoneFrom.ADDRESS)
        except KeyDestroyed:  # whoever asks for many must not fail by one; no text reaches them
            return Whereabouts((), ZoneFrom.NUMBER)
        if found.places == (UNKNOWN_PLACE,):
            return Whereabouts((), ZoneFrom.NUMBER)
        return Whereabouts(found.zones, ZoneFrom.NUMBER)

    def opens_at(self, contact: Contact, at: datetime, purpose: Purpose) -> datetime | None:
        """For what is courtesy: whatever is marketing waits for its hours by law, and asks nobody."""
        if courtesy_class(purpose) is not TextClass.INFORMATIONAL:
            return None
        known = own_hours.decided()
        found = quiet_hours.judge(where_is(contact), at, TextClass.INFORMATIONAL, known.hours)
        return None if found.is_open or known.only_warns else found.opens_at

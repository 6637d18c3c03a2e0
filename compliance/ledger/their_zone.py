"""In which time zone a customer was when an entry was made, as far as anybody knows, and how it is known.

It stands beside the moment, which is kept in UTC (decision 201). No browser is asked: public forms run no script.
"""

from compliance.hours.time_zones import whereabouts
from tenancy.encryption import KeyDestroyed
from texting.models import Contact


def time_zone_of(contact: Contact) -> dict[str, str]:
    """`time_zone` (names of the tz database, each that is possible) and `time_zone_source`: told, address or number.

    Empty for an erased contact and for a number of no country.
    """
    try:
        state, zip_code, told = contact.state, contact.zip_code, contact.time_zone
        zones = whereabouts(contact.number, state=state, zip_code=zip_code, zone=told).zones
    except (ValueError, KeyDestroyed):
        return {}
    source = "told" if told else "address" if state or zip_code else "number"
    return {"time_zone": ", ".join(zones), "time_zone_source": source} if zones else {}

"""Where a customer is, besides what their number says: a time zone that they told, a state, a ZIP code.

All of it is evidence, none of it is proof, and none of it is personal enough to be shown to whoever may not see the
customer's number.
"""

from dataclasses import dataclass, fields

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.hours import time_zones
from tenancy import audit
from tenancy.audit import AuditKind
from texting import live, queries
from texting.live import LiveKind
from texting.models import Contact, Conversation
from texting.scheduled.following import reckon_anew

_TOLD = 20  # conversations of the contact that open pages fetch anew


@dataclass(frozen=True)
class Place:
    """A name of the tz database, a two-letter code of a state or province, a ZIP or postal code; "" is not known."""

    time_zone: str = ""
    state: str = ""
    zip_code: str = ""


class BadPlace(ValueError):
    """What was given is none; `flaws` has a sentence by name."""

    def __init__(self, flaws: dict[str, str]) -> None:
        super().__init__(" ".join(flaws.values()))
        self.flaws = flaws


def place_of(member: Membership, contact: Contact) -> Place:
    """What is known. Raises NotYours for whoever may not see the customer."""
    if not queries.sees(member, contact.pk):
        raise queries.NotYours
    return Place(contact.time_zone, contact.state, contact.zip_code)


def set_place(*, member: Membership, contact: Contact, place: Place) -> bool:
    """Write down what is known now. Whether it changed anything. Raises BadPlace, NotYours, MissingPermission."""
    require(member, Permission.CONTACTS_EDIT)
    before = place_of(member, contact)
    wanted = Place(place.time_zone.strip(), place.state.strip().upper(), place.zip_code.strip().upper())
    if found := time_zones.flaws(state=wanted.state, zip_code=wanted.zip_code, zone=wanted.time_zone):
        raise BadPlace(found)
    changed = [one.name for one in fields(Place) if getattr(before, one.name) != getattr(wanted, one.name)]
    if not changed:
        return False
    for name in changed:
        setattr(contact, name, getattr(wanted, name))
    contact.save(update_fields=changed)
    reckon_anew(contact)  # also if that is sooner
    audit.record(event=AuditKind.CONTACT_CHANGED, actor=member, object=contact, fields=changed)
    rows = Conversation.objects.filter(contact=contact).order_by("-last_activity_at")
    for conversation_id, line_id in rows.values_list("pk", "line_id")[:_TOLD]:
        live.publish(kind=LiveKind.CONVERSATION, conversation=conversation_id, line=line_id)
    return True

"""Where a contact is, besides what the number says: read it, change it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from rest_framework import serializers

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.problems import Flaw, Kind, Problem
from accounts.api.reading import Strict, checked
from accounts.permissions import Permission
from compliance.hours import customer_place
from compliance.hours.customer_place import BadPlace, Place
from compliance.send_policies.hours import where_is
from texting import queries
from texting.models import Contact

_EXAMPLE = {"time_zone": "America/Denver", "state": "CO", "zip_code": "80202"}


class NewPlace(Strict):
    """What is known of where a contact is; all of it is evidence beside the number. Empty means not known."""

    time_zone = serializers.CharField(
        max_length=60, required=False, allow_blank=True, help_text="A name of the tz database, if the person told it."
    )
    state = serializers.CharField(
        max_length=2, required=False, allow_blank=True, help_text="Of the United States or Canada: two letters."
    )
    zip_code = serializers.CharField(max_length=12, required=False, allow_blank=True, help_text="ZIP or postal code.")


class ShownPlace(serializers.Serializer):  # type: ignore[type-arg]
    """`zones` and `rows` are all that a text to this contact has to suit."""

    contact_id = serializers.UUIDField()
    time_zone = serializers.CharField()
    state = serializers.CharField()
    zip_code = serializers.CharField()
    zones = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.CharField())


_SHOWN = {
    "contact_id": "019ab4c2-7f0e-7b11-8c02-5b8a1f9e6d42",
    **_EXAMPLE,
    "zones": ["America/Denver"],
    "rows": ["US-CO", "US-NY"],
}


class ContactPlace(Endpoint):
    """Where one contact is."""

    needs = {
        "get": (Permission.CONTACTS_READ,),
        "patch": (Permission.CONTACTS_READ, Permission.CONTACTS_EDIT),
    }

    @describe(
        "Read where a contact is",
        answer=ShownPlace,
        example=_SHOWN,
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND],
        tag="Contacts",
    )
    def get(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        """What is known, and every zone and row that follows from it and from the number."""
        contact = queries.access_contact(self.member, contact_id)
        return answer(_shown(contact, customer_place.place_of(self.member, contact)))

    @describe(
        "Change where a contact is",
        answer=ShownPlace,
        example=_SHOWN,
        request=NewPlace,
        request_example=_EXAMPLE,
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND],
        repeatable=True,
        tag="Contacts",
    )
    def patch(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        """What is left out stays as it is. It counts from the next text on, also for texts that wait."""
        wanted = checked(self.body, NewPlace)
        contact = queries.access_contact(self.member, contact_id)
        place = Place(**vars(customer_place.place_of(self.member, contact)) | wanted)
        try:
            customer_place.set_place(member=self.member, contact=contact, place=place)
        except BadPlace as error:
            flaws = [Flaw(sentence, pointer=f"/{name}") for name, sentence in error.flaws.items()]
            raise Problem(Kind.INVALID, errors=flaws) from None
        return answer(_shown(contact, customer_place.place_of(self.member, contact)))


def _shown(contact: Contact, place: Place) -> dict[str, object]:
    where = where_is(contact)
    return {"contact_id": contact.pk, **vars(place), "zones": list(where.zones), "rows": list(where.places)}

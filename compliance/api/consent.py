"""What a contact's number has permitted; read only: permission comes from the customer."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from rest_framework import serializers

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.problems import Kind
from accounts.permissions import Permission
from compliance.ledger import consent
from texting import queries

STATES = ("permitted", "opted_out", "unknown")


class ConsentShape(serializers.Serializer):  # type: ignore[type-arg]
    """What is known now. `kind` and `source` say how the permission, or the opt-out, came about; `scopes` what may be
    texted (`marketing`, `informational`, `informational:appointment` and so on, `reply`).
    """

    contact_id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=STATES)
    kind = serializers.CharField(allow_null=True)
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    scopes = serializers.ListField(child=serializers.CharField())
    since = serializers.DateTimeField(allow_null=True)


class ContactConsent(Endpoint):
    """The consent of one contact."""

    needs = {"get": (Permission.CONTACTS_READ,)}

    @describe(
        "Read a contact's consent",
        answer=ConsentShape,
        example={
            "contact_id": "019ab4c2-7f0e-7b11-8c02-5b8a1f9e6d42",
            "state": "permitted",
            "kind": "express",
            "source": "keyword",
            "scopes": ["informational"],
            "since": "2026-11-20T09:30:00Z",
        },
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND],
        tag="Contacts",
    )
    def get(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        """Whether the number may be texted, as far as permission goes; other rules may still speak against a text."""
        contact = queries.access_contact(self.member, contact_id)
        state = consent.state_of(contact)
        word = "opted_out" if state.suppressed_since else "permitted" if state.permitted else "unknown"
        event = state.event
        shown = {
            "contact_id": contact.pk,
            "state": word,
            "kind": (event.kind or None) if event else None,
            "source": event.source if event else None,
            "scopes": sorted({scope for given in state.given for scope in given.scopes}) if state.permitted else [],
            "since": state.suppressed_since or (event.recorded_at if event else None),
        }
        return answer(shown)

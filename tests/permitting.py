"""Customers of tests who agreed to everything, in writing."""

from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent
from texting.models import Contact


def agree_to_everything(contact: Contact) -> None:
    """Permit marketing and informational texts; needs the organization to be active. What is given is not repeated."""
    state = consent.state_of(contact)
    for kind, scope in (("express", "informational"), ("written", "marketing")):
        if state.permits(scope) is None:
            evidence = Evidence(source=ConsentEvent.Source.API, quality=ConsentEvent.Quality.COMPLETE)
            consent.give(contact, kind=ConsentEvent.Kind(kind), evidence=evidence)

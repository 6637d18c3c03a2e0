"""The register of measures of a demo organization: questions answered, one measure owned, one review signed."""

from django.utils import timezone

from accounts.models import Membership
from compliance.measures import answering, reviewing
from compliance.measures.answers import Answers
from compliance.reports.periods import newest

DENTIST = Answers(
    countries=("US",), states=("NY",), industry="health", takes_cards=True, covered_entity=True, wants_soc2=False
)


def measures(owner: Membership) -> None:
    """A dentist in New York who takes cards. Needs the organization to be active."""
    answering.answer(actor=owner, answers=DENTIST)
    reviewing.assign(actor=owner, measure="hipaa", owner_id=owner.pk)
    period = newest(90, today=timezone.localdate(), zone=owner.organization.time_zone)
    note = "Looked at payments by link and at what customers text. The second factor for everybody comes next month."
    reviewing.sign_off(actor=owner, measure="pci", period=period, note=note, last_id=None)

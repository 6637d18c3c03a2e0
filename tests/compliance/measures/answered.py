"""An organization that has answered the questions, and signed."""

from django.utils import timezone

from accounts.models import Membership
from compliance.measures import answering, reviewing
from compliance.measures.answers import Answers
from compliance.models import MeasureReview
from compliance.reports.periods import newest

HOSPITAL = Answers(
    countries=("US",), states=("TX",), industry="health", takes_cards=True, covered_entity=True, marketing=True
)
"""In Texas; it takes cards and texts offers."""


def signed_measure(member: Membership, measure: str = "tcpa") -> MeasureReview:
    """A review that was signed today. Needs the organization to be active."""
    answering.answer(actor=member, answers=HOSPITAL)
    period = newest(90, today=timezone.localdate(), zone="UTC")
    return reviewing.sign_off(actor=member, measure=measure, period=period, note="Looked at it.", last_id=None)

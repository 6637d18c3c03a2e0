"""The register of measures of a demo organization: questions answered, one measure owned, one review signed."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from compliance.actions import opening
from compliance.actions.opening import Wanted
from compliance.actions.origins import origin_of
from compliance.actions.windows import today
from compliance.measures import answering, reviewing
from compliance.measures.answers import Answers
from compliance.reports.periods import newest
from tenancy.ids import new_id

DENTIST = Answers(
    countries=("US",), states=("NY",), industry="health", takes_cards=True, covered_entity=True, wants_soc2=False
)


def measures(owner: Membership) -> None:
    """A dentist in New York who takes cards. Needs the organization to be active."""
    answering.answer(actor=owner, answers=DENTIST)
    reviewing.assign(actor=owner, measure="hipaa", owner_id=owner.pk)
    period = newest(90, today=timezone.localdate(), zone=owner.organization.time_zone)
    note = "Looked at payments by link and at what customers text. The second factor for everybody comes next month."
    opening.open_action(
        member=owner,
        action_id=new_id(),
        origin=origin_of(owner, "gap:factor_for_all"),
        wanted=Wanted(
            title="Ask everybody for a second factor",
            words="Tell everybody on Monday, then switch it on.",
            owner_id=owner.pk,
            due_on=today(owner.organization.time_zone) + timedelta(days=21),
            change="rule",
            link=reverse("second_factor_policy"),
        ),
    )
    reviewing.sign_off(actor=owner, measure="pci", period=period, note=note, last_id=None)

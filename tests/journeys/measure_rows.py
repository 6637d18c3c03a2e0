"""The pages of the register of measures, with a review that was signed if the demo has one."""

from collections.abc import Iterator

from accounts.models import Membership
from compliance.models import MeasureReview
from tenancy.isolation import activate

_PLACE = "/settings/measures/"


def measure_sights(member: Membership) -> Iterator[tuple[str, str]]:
    """(name of the page, its path)."""
    yield "measures", _PLACE
    yield "measure-questions", f"{_PLACE}questions/"
    yield "measure-profiles", f"{_PLACE}profiles/"
    yield "measure-profile", f"{_PLACE}profiles/hipaa/"
    yield "measure-evidence", f"{_PLACE}evidence/second_factors/"
    with activate(member.organization):
        review = MeasureReview.objects.order_by("-at").first()
    if review:
        yield "measure", f"{_PLACE}law/{review.measure}/"
        yield "measure-review", f"{_PLACE}law/{review.measure}/reviews/{review.pk}/"

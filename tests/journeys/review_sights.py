"""The pages of human review, with what the demo's reviewers have done."""

from collections.abc import Iterator

from accounts.models import Membership
from compliance.models import Review, ReviewDispute, Scorecard
from compliance.reviewing import holding
from tenancy.isolation import activate


def review_sights(member: Membership) -> Iterator[tuple[str, str]]:
    """(name of the page, its path); one of them is the member's to write."""
    yield "reviews", "/reviews/queue/"
    yield "reviews-done", "/reviews/done/"
    yield "reviews-disputes", "/reviews/disputes/"
    yield "reviews-agreement", "/reviews/agreement/"
    yield "reviews-yours", "/reviews/yours/"
    yield "report-reviews", "/reports/reviews/"
    yield "review-settings", "/settings/reviews/"
    yield "scorecards", "/settings/reviews/scorecards/"
    yield "scorecard-new", "/settings/reviews/scorecards/new/"
    with activate(member.organization):
        card = Scorecard.objects.first()
        done = Review.objects.filter(state=Review.State.DONE).order_by("pk").first()
        dispute = ReviewDispute.objects.first()
        mine = holding.take(member=member)
    if card:
        yield "scorecard", f"/settings/reviews/scorecards/{card.pk}/"
    if mine:
        yield "review", f"/reviews/{mine.pk}/"
        yield "review-set-aside", f"/reviews/queue/{mine.drawn_id}/set-aside/"
    if done:
        yield "review-done", f"/reviews/{done.pk}/"
    if dispute:
        yield "review-dispute", f"/reviews/disputes/{dispute.pk}/"

"""What waits for a member about reviews, for the numbers in navigation."""

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.models import DrawnConversation, Review, ReviewDispute
from compliance.reviewing.holding import readable, reviewable

MOST_COUNTED = 99


def waiting_for(member: Membership) -> int:
    """Conversations that the member could take and judge, counted up to `MOST_COUNTED`.

    Whether the member took part in one is a long question, so it is not asked where nothing waits for anybody.
    """
    if not DrawnConversation.objects.filter(state=DrawnConversation.State.WAITING).exists():
        return 0
    return len(reviewable(member).order_by().values_list("pk", flat=True)[:MOST_COUNTED])


def disputes_count(member: Membership) -> int:
    """Open disputes about conversations that the member may read."""
    open_ones = ReviewDispute.objects.filter(outcome="")
    return open_ones.filter(review__drawn__in=readable(member).values("pk")).count() if open_ones.exists() else 0


def new_for(member: Membership) -> int:
    """Reviews of the member's own work that they have not said they read."""
    done = Review.objects.filter(agent=member, place=1, state=Review.State.DONE)
    return done.filter(acknowledged_at=None).count()


def reviews_waiting(member: Membership) -> int:
    """All of it together, for the rail."""
    number = new_for(member)
    if member.may(Permission.REVIEWS_WRITE):
        number += waiting_for(member)
    return number + (disputes_count(member) if member.may(Permission.REVIEWS_MANAGE) else 0)

"""The tabs of the pages about reviews, as far as a member may open them."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.reviewing.counting import disputes_count, new_for, waiting_for

Tab = tuple[str, str, bool, int]


def tabs(member: Membership, current: str) -> list[Tab]:
    """Queue, done, disputes, comparing reviewers, one's own."""
    reviewer = member.may(Permission.REVIEWS_WRITE) and member.may(Permission.CONVERSATIONS_READ)
    manager = member.may(Permission.REVIEWS_MANAGE) and member.may(Permission.CONVERSATIONS_READ)
    pages = [
        ("review_queue", _("To review"), reviewer, waiting_for),
        ("reviews_done", _("Done"), reviewer, None),
        ("review_disputes", _("Disputes"), manager, disputes_count),
        ("reviewers_compared", _("Agreement"), manager, None),
        ("actions", _("Actions"), member.may(Permission.ACTIONS_READ), None),
        ("my_reviews", _("Your reviews"), True, new_for),
    ]
    return [
        (label, reverse(route), route == current, count(member) if count else 0)
        for route, label, may, count in pages
        if may
    ]

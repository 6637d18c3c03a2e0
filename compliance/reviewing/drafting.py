"""What a reviewer has typed and not sent yet: kept with the place that they hold, sealed, for them alone.

It ends when the review is sent, given back or taken over by somebody else. What must not be stored is masked as in a
review.
"""

import json
from collections.abc import Mapping
from uuid import UUID

from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.models import Review
from compliance.reviewing.holding import HELD_FOR
from compliance.reviewing.judging import LONGEST_WORDS, clean_words
from compliance.reviewing.questions import MOST_QUESTIONS

MOST_FIELDS = MOST_QUESTIONS + 2
LONGEST_NAME = 20
_CARD = "card"


def keep(*, member: Membership, review_id: UUID, card: str, said: Mapping[str, str]) -> bool:
    """Keep what stands in the fields of the form (by name), and the place for longer. `card`: id of the scorecard.

    False when the member is not at this review. Raises MissingPermission.
    """
    require(member, Permission.REVIEWS_WRITE)
    rows = Review.objects.select_for_update(of=("self",)).filter(reviewer=member, state=Review.State.HELD)
    review = rows.filter(pk=review_id).first()
    if review is None:
        return False
    names = [name for name in said if len(name) <= LONGEST_NAME][:MOST_FIELDS]
    words = {name: clean_words(said[name][:LONGEST_WORDS]) for name in names}
    typed = {name: value for name, value in words.items() if value}
    review.draft = json.dumps({**typed, _CARD: card[:36]}) if typed else None
    review.held_until = timezone.now() + HELD_FOR
    review.save(update_fields=["draft", "held_until"])
    return True


def draft_of(review: Review) -> tuple[str, dict[str, str]]:
    """(id of the scorecard, what stands in the fields); ("", {}) when nothing is kept, or its keys are destroyed."""
    kept = json.loads(review.draft or "{}")
    return str(kept.pop(_CARD, "")), kept

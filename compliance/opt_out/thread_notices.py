"""What an open thread says above its texts about the customer's wish not to be texted."""

from accounts.models import Membership
from compliance.opt_out.reading_questions import questions_of
from texting.models import Conversation
from texting.thread_notices import Notice


def open_questions(member: Membership, conversation: Conversation, _refused_by: frozenset[str]) -> list[Notice]:
    """One notice for each question that is open about the customer, with the same two buttons as the page."""
    return [Notice("compliance/_question_notice.html", {"row": row}) for row in questions_of(member, conversation)]

"""What an open thread says above its texts about those that wait, or did not leave."""

from accounts.models import Membership
from compliance.content_types.reading_held import held_of
from texting.models import Conversation
from texting.thread_notices import Notice


def held_texts(member: Membership, conversation: Conversation, _refused_by: frozenset[str]) -> list[Notice]:
    """One notice for each."""
    return [Notice("compliance/content_types/_held_notice.html", {"row": row}) for row in held_of(member, conversation)]
